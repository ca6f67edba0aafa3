from curation.models.adjudication import BothStand, Contradicted, Contradiction, DisputeView, Figure
from curation.models.claims import Claim, Consensus, Flag, Quarantine, Skip
from curation.models.error_rates import ErrorRates
from curation.models.freezings import Freezing
from curation.models.gold import GoldItem, Pause, Standing
from curation.models.people import Demographics, Exclusion, Invitation, PersonEvent, Profile
from curation.models.policies import Activation, GuidelinePicture, Policy
from curation.models.practice import PracticeAnswer
from curation.models.queue import Bookmark, ReviewerPair
from curation.models.releases import Release, ReleaseFace
from curation.models.requeues import Requeue
from curation.models.revocations import RevokedImage, Withdrawal
from curation.models.sheet import SheetAnswer
from curation.models.splits import FaceSide, IdentitySide
from curation.models.targets import BalanceTarget
from curation.models.votes import Annotation, Reopening, Slot, Why

__all__ = [
    "Activation",
    "Annotation",
    "BalanceTarget",
    "Bookmark",
    "BothStand",
    "Claim",
    "Consensus",
    "Contradicted",
    "Contradiction",
    "Demographics",
    "DisputeView",
    "ErrorRates",
    "Exclusion",
    "FaceSide",
    "Figure",
    "Flag",
    "Freezing",
    "GoldItem",
    "GuidelinePicture",
    "IdentitySide",
    "Invitation",
    "Pause",
    "PersonEvent",
    "Policy",
    "PracticeAnswer",
    "Profile",
    "Quarantine",
    "Release",
    "ReleaseFace",
    "Reopening",
    "Requeue",
    "ReviewerPair",
    "RevokedImage",
    "SheetAnswer",
    "Skip",
    "Slot",
    "Standing",
    "Why",
    "Withdrawal",
]
