"""How often reviewers were right on gold: all together, and by the class that was right."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from curation import gold
from curation.evidence import Share, accuracy
from curation.models import Annotation, Slot
from curation.policy_maps import Maps, maps_in_force
from curation.said import said


@dataclass(frozen=True)
class OnGold:
    """One reviewer's answer to one field of a gold claim."""

    reviewer: int
    annotation: Annotation
    field: str
    true: str
    given: str

    @property
    def is_right(self) -> bool:
        return self.true == self.given


def on_gold(reviewers: Collection[int], question: str, maps: Maps | None = None) -> list[OnGold]:
    """Their answers that stand, the oldest first; two queries, and the maps."""
    maps = maps_in_force() if maps is None else maps
    slots = Slot.objects.filter(reviewer__in=reviewers, question=question, purpose=Slot.Purpose.GOLD)
    answered = slots.filter(annotation__isnull=False).select_related("annotation").order_by("annotation__received_at")
    given = [slot.annotation for slot in answered if slot.annotation]
    known = gold.truths({one.claim_id for one in given}, question, maps)
    return [
        OnGold(one.reviewer_id, one, field, true, heard)
        for one in given
        for field, true in known.get(one.claim_id, {}).items()
        if (heard := said(one, field, maps)) is not None
    ]


def shares(answers: Iterable[OnGold]) -> Mapping[str, Mapping[str, Share]]:
    """Field → true class → share of right answers; under "" of all classes."""
    by_field: dict[str, list[OnGold]] = {}
    for one in answers:
        by_field.setdefault(one.field, []).append(one)
    return {
        field: accuracy([one.true for one in rows], [one.given for one in rows]) for field, rows in by_field.items()
    }
