"""Everything that is known of one face, for whoever decides about it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from curation.face_history import Happening, Teller, history
from curation.models import Claim, Consensus, Quarantine, ReleaseFace, Slot
from curation.models.claims import Question
from curation.policies import class_labels, current_policy
from curation.quarantine import IN_FORCE
from curation.settling import ATTRIBUTES
from curation.votes import USABLE_WORDS
from ingest.models import Candidate, Detection, Face
from ingest.reasons import in_words

TONES = {"settled": "good", "disputed": "warn"}
TWINS = 12


@dataclass(frozen=True)
class ShownField:
    label: str
    row: Consensus
    value: str

    @property
    def tone(self) -> str:
        return TONES.get(self.row.state, "")


@dataclass(frozen=True)
class ShownClaim:
    """`hidden` counts the answers to questions that whoever looks may still be asked themselves."""

    claim: Claim
    fields: list[ShownField]
    asked: list[str]  # the questions, as a link to decide them needs them
    hidden: int


@dataclass(frozen=True)
class FaceDossier:
    face: Face
    others: list[Face]  # in the same photo
    claims: list[ShownClaim]
    alarms: list[Quarantine]
    detections: list[Detection]
    twins: list[Face]
    hits: list[Candidate]
    releases: list[str]
    history: list[Happening]

    @property
    def measures(self) -> list[tuple[str, str]]:
        rest = {name: value for name, value in self.face.quality.items() if name != "box"}
        return [(name.replace("_", " "), _figure(value)) for name, value in sorted(rest.items())]

    @property
    def concerns(self) -> list[str]:
        return [in_words(code) for code in self.face.concerns]


def dossier(face: Face, *, person: User, is_asked: bool, names: bool, whys: bool) -> FaceDossier:
    """`is_asked`: the person reviews too, and so does not see the answers to what they may still be asked.
    `names`: who answered. `whys`: why it was served."""
    claims = list(face.claims.select_related("identity").prefetch_related("consensus").order_by("pk"))
    blind = still_asked(claims, person) if is_asked else set()
    hits = list(Candidate.objects.filter(photo=face.photo_id).select_related("identity", "job").defer("evidence"))
    detections = list(face.detections.order_by("created_at", "pk"))
    releases = ReleaseFace.objects.filter(face=face).select_related("release").order_by("release")
    told = Teller(face=face, claims=claims, blind=blind, names=names, whys=whys)
    return FaceDossier(
        face=face,
        others=list(Face.objects.filter(photo=face.photo_id).exclude(pk=face.pk).order_by("x", "y")),
        claims=_claims(claims, blind),
        alarms=list(face.quarantines.filter(decision__in=IN_FORCE).order_by("pk")),
        detections=detections,
        twins=_twins(face),
        hits=hits,
        releases=[row.release.version for row in releases],
        history=history(told, hits=hits, detections=detections, releases=list(releases)),
    )


def still_asked(claims: Sequence[Claim], person: User) -> set[tuple[int, str]]:
    """Claims and questions that still want votes, and to which this person has given none in this round."""
    slots = Slot.objects.filter(claim__in=claims)
    waiting = set(slots.filter(waiting=True, purpose="vote").values_list("claim", "question", "round"))
    answered = set(slots.filter(reviewer=person, annotation__isnull=False).values_list("claim", "question", "round"))
    return {(claim, question) for claim, question, _round in waiting - answered}


def _claims(claims: Sequence[Claim], blind: Collection[tuple[int, str]]) -> list[ShownClaim]:
    policy = current_policy()
    labels = class_labels(policy) | {"usable": {value: str(words) for value, words in USABLE_WORDS.items()}}
    named = {field["code"]: field["label"] for field in policy.fields} | {"usable": _("usable face")}
    answers: dict[tuple[int, str], int] = defaultdict(int)
    asked: dict[int, set[str]] = defaultdict(set)
    for pk, question, annotation in Slot.objects.filter(claim__in=claims).values_list(
        "claim", "question", "annotation"
    ):
        asked[pk].add(question)
        answers[pk, question] += annotation is not None
    shown = []
    for claim in claims:
        known = {row.field: row for row in claim.consensus.all() if (claim.pk, _question(row.field)) not in blind}
        fields = [
            ShownField(named[name], known[name], labels[name].get(known[name].value, known[name].value))
            for name in ("usable", *ATTRIBUTES)
            if name in known
        ]
        hidden = sum(n for (pk, question), n in answers.items() if pk == claim.pk and (pk, question) in blind)
        shown.append(ShownClaim(claim, fields, sorted(asked[claim.pk], reverse=True), hidden))
    return shown


def _question(field: str) -> str:
    return Question.USABLE if field == "usable" else Question.ATTRIBUTES


def _twins(face: Face) -> list[Face]:
    if not face.duplicate_group_id:
        return []
    same = Face.objects.filter(duplicate_group=face.duplicate_group_id).exclude(pk=face.pk)
    return list(same.order_by("pk")[:TWINS])


def _figure(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.3g}" if isinstance(value, float) else str(value)
