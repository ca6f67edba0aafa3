"""What an answer given under an earlier policy says under the one in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from curation.consensus import Outcome, majority
from curation.models import Annotation, Policy

SILENT = ""  # what an answer says whose class must be asked anew
Maps = Mapping[int, Mapping[str, Mapping[str, str | None]]]  # policy → field → class then → class now, where it changed
Carry = Mapping[str, Mapping[str, str | None]]


def perceived(answer: Annotation, field: str, maps: Maps | None = None) -> str | None:
    """The class, as consensus stores it; None where the field was not asked or the answer no longer says anything.

    Who asks often looks the `maps` up once (`maps_in_force`) and passes them.
    """
    value = getattr(answer, field)
    if value is None:
        return None
    known = maps_in_force() if maps is None else maps
    return known.get(answer.policy_id, {}).get(field, {}).get(str(value), str(value))


def maps_in_force() -> Maps:
    """The maps of the policy in force: one query, and what they come to is kept for as long as that policy is."""
    newest = Policy.objects.filter(activated_at__isnull=False).order_by("-version")
    row = newest.values_list("pk", "activated_at").first()
    return _maps(*row) if row else {}


@lru_cache(maxsize=2)
def _maps(_newest: int, _activated_at: datetime) -> Maps:
    """By the newest policy and the moment of its activation: one that was rolled back may be activated differently."""
    activated = Policy.objects.filter(activated_at__isnull=False).order_by("version")
    return composed([(pk, carry) for pk, carry in activated.values_list("pk", "carry")])


def composed(steps: Sequence[tuple[int, Carry]]) -> Maps:
    """Of activated policies in their order, each with what it makes of the answers before it."""
    later: dict[str, dict[str, str | None]] = {}
    found: dict[int, Mapping[str, Mapping[str, str | None]]] = {}
    for pk, carry in reversed(steps):
        if later:
            found[pk] = {field: dict(known) for field, known in later.items()}
        for field, step in carry.items():
            later[field] = _before(step, later.get(field, {}))
    return found


def _before(step: Mapping[str, str | None], rest: Mapping[str, str | None]) -> dict[str, str | None]:
    """`step`, then `rest`, without what comes out as it went in."""
    both = {old: new if new is None else rest.get(new, new) for old, new in step.items()}
    both |= {old: new for old, new in rest.items() if old not in step}
    return {old: new for old, new in both.items() if old != new}


def heard(answers: Sequence[Annotation], field: str, maps: Maps, *, wanted: int) -> Outcome:
    """What answers to a field come to. Those that fell silent keep their place: a minority never wins by their
    falling silent, and where they leave it open, the field must be asked anew.
    """
    given = [answer for answer in answers if getattr(answer, field) is not None]
    labels = [perceived(answer, field, maps) or SILENT for answer in given]
    found = majority(labels, wanted=wanted)
    silent = labels.count(SILENT)
    if not silent:
        return found
    speaking = [label for label in labels if label != SILENT]
    if found.value:
        return Outcome("settled", found.value, found.support, len(speaking))
    return Outcome("open", "", majority(speaking, wanted=wanted).support, len(speaking))
