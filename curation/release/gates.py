"""What stops a freeze, all of it at once: nothing is frozen while anything here blocks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from curation.release import answers, crops, pictures, selection, sheet
from curation.release.errors import ReleaseRefused
from curation.release.naming import PARTS
from curation.release.orders import Order
from curation.release.selection import EXAMPLES, Finding, Triage

Places = Mapping[tuple[str, ...], int]  # images by (task, part, class folder)
Classes = Mapping[str, Sequence[Mapping[str, Any]]]
NOTHING = "nothing"
EMPTY_CLASS = "empty_class"
UNANSWERED = "sheet"
UNSOUND, CLASSES = "splits_unsound", "classes_unclear"
CROP_TROUBLES = {
    crops.MISSING: _("the crop is missing"),
    crops.CHANGED: _("the crop's bytes are not those that were reviewed"),
    pictures.BROKEN: _("the crop cannot be decoded"),
    pictures.CARRIES_MORE: _("the crop carries metadata"),
}
WORDS: Mapping[str, str | Promise] = {
    **selection.HELD_BACK,
    **CROP_TROUBLES,
    "disputed": selection.DISPUTE,
    NOTHING: _("no face is accepted with a proved licence"),
    UNANSWERED: _("the release sheet has questions without an answer"),
    EMPTY_CLASS: _("a class has no image in a part of its task"),
    CLASSES: _("the classes of a task cannot be told apart"),
    UNSOUND: _("the splits are not sound: see their report"),
}


@dataclass
class CropCheck:
    """Reads every crop that it is shown, and keeps what is wrong with them."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def passes(self, face: int, crop_sha256: str) -> bool:
        try:
            crops.check(crop_sha256)
        except crops.CropRefused as trouble:
            self._note(trouble.code, f"face {face}: {trouble}")
            return False
        return True

    def _note(self, code: str, example: str) -> None:
        self.counts[code] += 1
        known = self.examples.setdefault(code, [])
        if len(known) < EXAMPLES:
            known.append(example)

    def findings(self) -> tuple[Finding, ...]:
        found = [(code, text) for code, text in CROP_TROUBLES.items() if code in self.counts]
        return tuple(Finding(code, str(text), self.counts[code], tuple(self.examples[code])) for code, text in found)


def finding(code: str, count: int, *examples: str, blocks: bool = True) -> Finding:
    return Finding(code, str(WORDS[code]), count, examples[:EXAMPLES], blocks)


def of_selection(order: Order) -> tuple[Finding, ...]:
    """What the database tells of the faces, ready or held back: blocking or not."""
    return found_in(order, selection.triage(order))


def found_in(order: Order, triage: Triage) -> tuple[Finding, ...]:
    nothing = () if triage.ready else (finding(NOTHING, 0),)
    return (*triage.held_back, *selection.disputed(order), *of_sheet(), *nothing)


def of_sheet() -> tuple[Finding, ...]:
    """Questions of the release sheet that nobody answered."""
    missing = sheet.missing(answers.answers())
    if not missing:
        return ()
    return (finding(UNANSWERED, len(missing), *(one.code for one in missing)),)


def of_places(places: Places, classes: Classes, order: Order) -> tuple[Finding, ...]:
    """Classes of a task of which a part has no image."""
    empty = list(_empty_classes(places, classes, order.tasks))
    if not empty:
        return ()
    return (finding(EMPTY_CLASS, len(empty), *empty, blocks=EMPTY_CLASS not in order.accept),)


def _empty_classes(places: Places, classes: Classes, tasks: Iterable[str]) -> Iterator[str]:
    for task in tasks:
        for known in classes[task]:
            missing = [part for part in PARTS if not places.get((task, part, known["folder"]))]
            if missing:
                yield f"{task} “{known['label']}” in {', '.join(missing)}"


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(found for found in findings if found.blocks)


class Blocked(ReleaseRefused):
    """Names everything that blocks in one sentence; `findings` are all that was found, blocking or not."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        stop = blocking(self.findings)
        reasons = "; ".join(f"{found.text} ({found.count:,})" if found.count else found.text for found in stop)
        super().__init__(f"Nothing is frozen: {reasons}. See --dry-run.")


def check(findings: Iterable[Finding]) -> None:
    found = tuple(findings)
    if blocking(found):
        raise Blocked(found)
