"""Claims with all that was answered about them, read in one go: what settling reasons about."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from curation.consensus import Outcome
from curation.models import Annotation, Claim, Slot
from curation.models.claims import Question
from curation.refused_photos import IS_REFUSED
from curation.rows import attach, columns, instance, part
from ingest.models import Identity
from mtf_site.prepared import Call, Rows, exchange

UNANSWERED = Outcome("open", "", 0, 0)


class Known(NamedTuple):
    """What the consensus of one field says in the database; the votes' outcome is held against it."""

    state: str
    value: str
    support: int
    votes: int
    method: str
    probability: float | None = None
    soft: Mapping[str, float] | None = None


@dataclass
class Case:
    """One claim with what was answered about it."""

    claim: Claim
    slots: list[Slot]
    barred: bool  # its face is in quarantine, or was kept out for good, or a person refused its photo's licence
    kept_out: bool
    merged: bool = False  # its identity is another one by now, which has a claim of its own on this face
    known: dict[str, Known] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    adjudicated: set[str] = field(default_factory=set)
    unsure: dict[str, float] = field(default_factory=dict)  # question that wants one more answer: what it would tell

    def asked(self, question: str, name: str) -> list[Slot]:
        """The vote slots that ask this field, of the last round in which it was asked."""
        slots = [slot for slot in self.of(question, "vote") if name == question or not slot.asks or name in slot.asks]
        last = max((slot.round for slot in slots), default=0)
        return [slot for slot in slots if slot.round == last]

    def votes(self, question: str, name: str) -> list[Annotation]:
        return [slot.annotation for slot in self.asked(question, name) if slot.annotation]

    def decision(self, question: str, name: str) -> Annotation | None:
        """What an adjudicator decided of the field since it was asked last: a decision may leave fields out."""
        decided = [slot for slot in self.of(question, "adjudication") if _decides(slot.annotation, name)]
        if not decided:
            return None
        last = max((slot.round for slot in self.asked(question, name)), default=0)
        lately = [slot for slot in decided if slot.round >= last]
        return max(lately, key=lambda slot: slot.round).annotation if lately else None

    def of(self, question: str, purpose: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.question == question and slot.purpose == purpose]

    def current(self, question: str) -> list[Slot]:
        """The slots of a question of the last time that it was asked, of any purpose."""
        slots = [slot for slot in self.slots if slot.question == question]
        last = max((slot.round for slot in slots), default=0)
        return [slot for slot in slots if slot.round == last]

    @property
    def usable(self) -> Outcome:
        return self.outcomes.get("usable", UNANSWERED)

    @property
    def orphaned(self) -> bool:
        """A relabel that nobody stands by any more."""
        return self.claim.origin == Claim.Origin.RELABEL and not self.usable.votes and "usable" not in self.adjudicated


def _decides(decision: Annotation | None, name: str) -> bool:
    return decision is not None and (name == Question.USABLE or getattr(decision, name) is not None)


# ---- Reading. Statements that stand together are sent together: each still sees what is there when it begins, so
# what comes after the lock of the photos sees all that was written under it.

LOCK = """
SELECT id FROM ingest_photo WHERE id = ANY({photos}) ORDER BY id FOR NO KEY UPDATE;
"""
PHOTOS = "%(photos)s::bigint[]"
PHOTOS_OF_CLAIMS = "ARRAY(SELECT photo_id FROM curation_claim WHERE id = ANY(%(claims)s::bigint[]))"


CLAIMS = f"""
SELECT {columns(Claim, "k")}, (SELECT i.state = 'merged' FROM ingest_identity i WHERE i.id = k.identity_id),
    (SELECT max(q.decision) FROM curation_quarantine q
     WHERE q.face_id = k.face_id AND q.decision IN ('', 'kept_out')),
    {IS_REFUSED},
    (SELECT jsonb_agg(jsonb_build_array(c.field, c.state, c.value, c.support, c.votes, c.method,
                                         c.probability, c.soft))
     FROM curation_consensus c WHERE c.claim_id = k.id)
FROM curation_claim k
WHERE k.photo_id = ANY({{photos}}) ORDER BY k.id;
"""  # noqa: S608  constants
SLOTS = f"""
SELECT {columns(Slot, "s")}, r.id, r.merged_into_id, {columns(Annotation, "a")}
FROM curation_claim k JOIN curation_slot s ON s.claim_id = k.id
    LEFT JOIN curation_annotation a ON a.id = s.annotation_id
    LEFT JOIN ingest_identity r ON r.id = a.relabel_to_id
WHERE k.photo_id = ANY({{photos}}) ORDER BY s.id{{lock}};
"""  # noqa: S608  constants
N_CLAIM, N_SLOT = len(Claim._meta.concrete_fields), len(Slot._meta.concrete_fields)


OF_PHOTOS = (CLAIMS.format(photos=PHOTOS), SLOTS.format(photos=PHOTOS, lock=""))
LOCKED = tuple(part.format(photos=PHOTOS_OF_CLAIMS, lock=" FOR UPDATE OF s") for part in (LOCK, CLAIMS, SLOTS))


def of_photos(photos: Collection[int]) -> list[Case]:
    """The cases of photos that the caller has locked."""
    of = {"photos": sorted(photos)}
    return read(*exchange([(text, of) for text in OF_PHOTOS]))


def locking(claims: Collection[int]) -> list[Call]:
    """What `read` makes all cases of the photos of these claims of, but for the rows of the first call. The photos are
    locked in the order of their ids, and then the slots, to the end of the transaction."""
    of = {"claims": sorted(claims)}
    return [(text, of) for text in LOCKED]


def read(claims: Rows, slots: Rows) -> list[Case]:
    of: dict[int, list[Slot]] = defaultdict(list)
    for row in slots:
        slot = _slot(row)
        of[slot.claim_id].append(slot)
    return [_case(row, of) for row in claims]


def _case(row: tuple[Any, ...], slots: dict[int, list[Slot]]) -> Case:
    claim = instance(Claim, row[:N_CLAIM])
    merged, decision, refused, consensus = row[N_CLAIM:]
    known = {name: Known(*values) for name, *values in json.loads(consensus or "[]")}
    return Case(claim, slots[claim.pk], refused or decision is not None, bool(decision), merged, known)


def _slot(row: tuple[Any, ...]) -> Slot:
    slot = instance(Slot, row[:N_SLOT])
    named, heir, *answer = row[N_SLOT:]
    annotation = instance(Annotation, answer) if answer[0] else None
    attach(slot, annotation=annotation)
    if annotation and named:
        attach(annotation, relabel_to=part(Identity, ["id", "merged_into_id"], [named, heir]))
    return slot
