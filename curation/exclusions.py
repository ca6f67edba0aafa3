"""A reviewer's answers of some time count no longer, by an admin's decision; they are kept, and others are asked.

Adjudicators' decisions stand, and so does an alarm until somebody decides on it. A frozen release is not touched.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.models import Consensus, Exclusion, PersonEvent, Slot
from curation.models.claims import Question
from curation.people import record
from curation.quarantine import add_slot
from curation.settling import ATTRIBUTES, lock_photo, settle
from ingest.models import Photo

AT_ONCE = 200  # more answers than these are set aside in the background
FIELDS = {"usable": ("usable",), "attributes": ATTRIBUTES}
BY_VOTES = (Consensus.Method.MAJORITY, Consensus.Method.POSTERIOR)
COPIES = ("", "carried_from__", "carried_from__carried_from__")  # a vote, and what relabels carried it to


@dataclass(frozen=True)
class Range:
    """Which answers are meant: by when the server had them."""

    reviewer: User
    question: str  # empty: both
    since: datetime | None
    until: datetime

    def counted(self) -> QuerySet[Slot]:
        """The slots in which they count now, carried copies among them."""
        slots = Slot.objects.filter(purpose=Slot.Purpose.VOTE, reviewer=self.reviewer, annotation__isnull=False)
        if self.question:
            slots = slots.filter(question=self.question)
        meant = Q()
        for origin in COPIES:
            name = f"annotation__{origin}received_at"
            within = Q(**{f"{name}__lte": self.until})
            meant |= within & Q(**{f"{name}__gte": self.since}) if self.since else within
        return slots.filter(meant)


def range_of(exclusion: Exclusion) -> Range:
    return Range(exclusion.reviewer, exclusion.question, exclusion.since, exclusion.until)


# ---- What it would do


@dataclass(frozen=True)
class Preview:
    """`reopened` are claims that stand settled by votes and are asked again; `decided` stand as adjudicated."""

    answers: int
    reopened: int
    disputed: int
    decided: int


def preview(meant: Range) -> Preview:
    counted = meant.counted()
    return Preview(
        counted.count(),
        *(
            _claims_with(counted, state, methods)
            for state, methods in (("settled", BY_VOTES), ("disputed", BY_VOTES), ("settled", ("adjudication",)))
        ),
    )


def _claims_with(counted: QuerySet[Slot], state: str, methods: Collection[str]) -> int:
    """Claims of which a field to which one of these votes counts stands so."""
    found = Q(pk__in=[])
    for question, fields in FIELDS.items():
        found |= Q(field__in=fields, claim__in=counted.filter(question=question).order_by().values("claim"))
    rows = Consensus.objects.filter(found, state=state, method__in=methods)
    return rows.values("claim").distinct().count()


# ---- Doing it


def decide(meant: Range, *, reason: str, by: User) -> Exclusion:
    """Writes the decision down. `carry_out` then does it, as often as it takes."""
    with transaction.atomic():
        made = Exclusion.objects.create(
            reviewer=meant.reviewer,
            question=meant.question,
            since=meant.since,
            until=meant.until,
            reason=reason,
            decided_by=by,
        )
        record(meant.reviewer, PersonEvent.Kind.EXCLUDED, by=by, detail=_told(meant), reason=reason)
    return made


def _told(meant: Range) -> str:
    count = meant.counted().count()
    answers = ngettext("%d answer", "%d answers", count) % count
    words = {"usable": _("to the first question"), "attributes": _("about race, gender and age")}
    times = [f"{at:%Y-%m-%d %H:%M}" for at in (meant.since, meant.until) if at]
    return " · ".join(filter(None, [answers, words.get(meant.question, ""), " – ".join(times)]))


def carry_out(exclusion: Exclusion) -> int:
    """Sets aside what still counts, photo by photo, each in a transaction of its own: may be broken off and run
    again, or run twice at once. How many answers were set aside this time.
    """
    return sum(_of_photo(exclusion, photo) for photo in list(_photos(exclusion)))


def _photos(exclusion: Exclusion) -> Iterator[int]:
    slots = range_of(exclusion).counted()
    return slots.order_by("claim__photo").values_list("claim__photo", flat=True).distinct().iterator()


@transaction.atomic
def _of_photo(exclusion: Exclusion, photo_id: int) -> int:
    photo = lock_photo(photo_id)
    if photo is None:
        return 0
    slots = _slots_in(exclusion, photo)
    for slot in slots:
        _set_aside(slot)
    if slots:
        settle(photo)
        Exclusion.objects.filter(pk=exclusion.pk).update(votes=F("votes") + len(slots))
    return len(slots)


def _slots_in(exclusion: Exclusion, photo: Photo) -> list[Slot]:
    return list(range_of(exclusion).counted().filter(claim__photo=photo).order_by("id"))


def _set_aside(slot: Slot) -> None:
    """The reviewer keeps the slot, so is not asked again. Of the first question only the last round counts; an
    attribute may have been asked last in an earlier one, which then waits for one more answer (`settling`)."""
    slot.purpose = Slot.Purpose.SET_ASIDE
    slot.save(update_fields=["purpose"])
    same = Slot.objects.filter(claim=slot.claim_id, question=slot.question)
    if slot.question == Question.ATTRIBUTES or slot.round == same.aggregate(last=Max("round"))["last"]:
        add_slot(slot)


def remaining(exclusion: Exclusion) -> int:
    return range_of(exclusion).counted().count()


def unfinished() -> list[Exclusion]:
    """Decided, and broken off before every answer was set aside."""
    return [one for one in Exclusion.objects.select_related("reviewer") if range_of(one).counted().exists()]
