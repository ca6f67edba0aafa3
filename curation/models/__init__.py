from curation.models.claims import Claim, Consensus, Flag, Quarantine, Skip
from curation.models.policies import Policy
from curation.models.releases import Release, ReleaseFace
from curation.models.targets import BalanceTarget
from curation.models.votes import Annotation, Slot

__all__ = [
    "Annotation",
    "BalanceTarget",
    "Claim",
    "Consensus",
    "Flag",
    "Policy",
    "Quarantine",
    "Release",
    "ReleaseFace",
    "Skip",
    "Slot",
]
