"""Freezes a release: rows that never change, from which its files can be written again at any time."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Policy, Release, ReleaseFace
from curation.policies import current_policy
from curation.quarantine import IN_FORCE
from curation.release import (
    ahead,
    formats,
    gates,
    gathering,
    manifest,
    papers,
    records,
    revoked,
    rows,
    selection,
    snapshots,
    splitting,
)
from curation.release.entries import Made, MadeTogether, hashed
from curation.release.errors import ReleaseRefused
from curation.release.frozen import Classes, Frozen
from curation.release.gates import CropCheck
from curation.release.naming import ATTRIBUTES
from curation.release.orders import Order
from curation.release.selection import Finding, Selected
from curation.release.splits import Decisions, Item
from curation.release.vocabulary import CANNOT_TELL, Vocabulary, class_folders, vocabulary
from curation.release.withdrawn import check_not_withdrawn

RELEASE_LOCK = 0x4D5446_02
LAYOUT = 1
BATCH = 500

Progress = Callable[[int], object]


@dataclass
class Draft:
    """What one freeze comes to, before anything is kept. `places` counts images by (task, part, class folder)."""

    order: Order
    policy: Policy
    words: Vocabulary
    decisions: Decisions
    findings: tuple[Finding, ...]
    places: Counter[tuple[str, ...]] = field(default_factory=Counter)
    people: dict[str, str] = field(default_factory=dict)  # name by slug, of those in the tree of identities
    claims: "array[int]" = field(default_factory=partial(array, "q"))  # 8 bytes each

    @property
    def faces(self) -> int:
        return len(self.claims)

    def classes(self) -> Classes:
        named = [{"folder": slug, "label": name} for slug, name in sorted(self.people.items())]
        known = {"identity": named, **class_folders(self.words)}
        return {task: known[task] for task in ("identity", *ATTRIBUTES)}

    def count(self, made: list[ReleaseFace]) -> None:
        for face in made:
            self.claims.append(face.claim_id)
            for place in face.record["places"]:
                task, part, folder = place.split("/")
                self.places[task, part, folder] += 1
                if task == "identity":
                    self.people[folder] = face.record["columns"]["identity"]


def examine(order: Order, progress: Progress) -> tuple[Finding, ...]:
    """Everything that a freeze would find now, blocking or not: every crop that is ready is read and decoded."""
    with snapshots.snapshot():
        return _draft(order, progress, keep=lambda faces: None, number=0).findings


def examine_frozen(release: Release, progress: Progress) -> tuple[Finding, ...]:
    """What would stop a frozen release from being written again."""
    check = CropCheck()
    for image in rows.images(release.pk):
        check.passes(image.face_id, image.crop_sha256)
        progress(1)
    return check.findings()


def check_may_be_written(release: Release) -> None:
    """ReleaseRefused for what was withdrawn, and while a face is in quarantine: that takes it out of exports at once,
    and without it a frozen release cannot be the same."""
    check_not_withdrawn(release)
    barred = release.faces.filter(face__quarantines__decision__in=IN_FORCE).values("face").distinct().count()
    if barred:
        raise ReleaseRefused(
            _(
                "Release %(version)s is not written: %(barred)s of its faces are in quarantine or kept out."
                " Decide on them, or freeze a release without them."
            )
            % {"version": release.version, "barred": f"{barred:,}"}
        )


def freeze(order: Order, *, by: User | None, progress: Progress, seal: Callable[[], object] = lambda: None) -> Release:
    """The release that is ordered: the frozen one, or else what is ready now. ReleaseRefused if anything blocks.

    `progress` is called in all phases, with 0 where no picture was read; `seal` last of all, before the release is
    there for others: what either raises stops the freeze.
    """
    with snapshots.locked(RELEASE_LOCK), snapshots.snapshot():
        known = Release.objects.filter(version=order.version).first()
        if known:
            _check_same(known, order)
            return known
        return _freeze(order, by, progress, seal)


def _check_same(known: Release, order: Order) -> None:
    """A version is frozen once: what was chosen then cannot be chosen otherwise now."""
    if (known.selection, known.tasks, known.formats) != (order.selection, list(order.tasks), list(order.formats)):
        raise ReleaseRefused(
            _("Release %(version)s was frozen meanwhile with other choices: take another version.")
            % {"version": order.version}
        )


def _freeze(order: Order, by: User | None, progress: Progress, seal: Callable[[], object]) -> Release:
    """The rows first, then what is told from them; foreign keys are looked at when the transaction ends."""
    number, now = _next_number(), timezone.now()
    draft = _draft(order, progress, keep=ReleaseFace.objects.bulk_create, number=number)
    gates.check(draft.findings)
    frozen = _frozen(draft, number, now.date())
    files = _files(frozen, progress)
    held_back = {found.code: found.count for found in draft.findings if found.code in selection.HELD_BACK}
    parent = Release.objects.filter(selection=order.selection).first()
    told = gathering.facts(
        frozen,
        files=files,
        held_back=held_back,
        parent=parent,
        splits=draft.decisions.report,
        accepted=[found.code for found in draft.findings if found.code in order.accept],
    )
    progress(0)
    texts = papers.render(told) | {revoked.FILE: "".join(revoked.lines()), revoked.SCRIPT: revoked.script()}
    digest = _digest(frozen, texts, files)
    snapshots.as_of_now(lambda: _look_again(draft))
    seal()
    release = Release.objects.create(
        pk=number,
        version=order.version,
        selection=order.selection,
        layout=LAYOUT,
        tasks=list(order.tasks),
        formats=list(order.formats),
        columns=list(frozen.columns),
        held_back=held_back,
        policy=draft.policy,
        parent=parent,
        papers=texts,
        files=files,
        digest=digest,
        faces_count=draft.faces,
        frozen_by=by,
        frozen_at=now,
    )
    splitting.store(draft.decisions, number)
    return release


def _look_again(draft: Draft) -> None:
    """Reading took long: what was decided meanwhile, in another transaction, stops the freeze as well."""
    changed = set(draft.claims)
    changed.difference_update(one.claim for one in selection.selected(draft.order))
    if changed:
        raise ReleaseRefused(
            _("%(changed)s of the faces changed while they were read: run the command again.")
            % {"changed": f"{len(changed):,}"}
        )
    gates.check((*selection.disputed(draft.order), *gates.of_sheet()))


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('curation_release', 'id'))")
        return int(cursor.fetchone()[0])


def _files(frozen: Frozen, progress: Progress) -> dict[str, dict[str, Any]]:
    """sha256 and bytes of what will be made, by path."""
    files: dict[str, dict[str, Any]] = {}
    for made in formats.entries(frozen):
        if isinstance(made, (Made, MadeTogether)):
            files |= {path: {"sha256": file.sha256, "bytes": file.length} for path, file in hashed(made)}
            progress(0)
    return files


def _digest(frozen: Frozen, texts: Mapping[str, str], files: Mapping[str, dict[str, Any]]) -> str:
    others = {path: file["sha256"] for path, file in files.items()}
    others |= {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
    return manifest.digest(rows.manifest_lines(frozen.number, others, images="imagefolder" in frozen.formats))


def _draft(order: Order, progress: Progress, *, keep: Callable[[list[ReleaseFace]], object], number: int) -> Draft:
    """Looks at everything that there is to look at, and lists all that it finds."""
    policy = current_policy()  # before the vocabulary: it is made where there is none yet
    words = vocabulary()
    decided = splitting.decide([*_items(order, words)])
    draft, check = Draft(order, policy, words, decided, gates.of_selection(order)), CropCheck()
    sides = records.Sides(draft.decisions.shared, draft.decisions.disjoint)
    with _batches(order) as batches:
        for batch in batches:
            sound = [one for one in batch if check.passes(one.face, one.crop_sha256)]
            made = records.release_faces(number, records.labelled(sound, order, words), order, words, sides)
            keep(made)
            draft.count(made)
            progress(len(batch))
    draft.findings += (*check.findings(), *_of_result(draft))
    return draft


def _of_result(draft: Draft) -> tuple[Finding, ...]:
    """What can be told only when all faces are placed."""
    if not draft.claims:
        return ()
    unsound = () if draft.decisions.report.sound else (gates.finding(gates.UNSOUND, 0),)
    try:
        return (*unsound, *gates.of_places(draft.places, draft.classes(), draft.order))
    except ReleaseRefused as refusal:
        return (*unsound, Finding(gates.CLASSES, str(refusal).rstrip("."), 0, (str(refusal),)))


@contextmanager
def _batches(order: Order) -> Iterator[Iterator[list[Selected]]]:
    """Of what is ready: what stops half-way through closes the cursor while its transaction is still there."""
    with closing(selection.selected(order)) as chosen:
        yield ahead.batches(chosen, BATCH)


def _items(order: Order, words: Vocabulary) -> Iterator[Item]:
    """What many faces have in common, a person and a cell, is held once."""
    once: dict[Any, Any] = {}
    with _batches(order) as batches:
        for batch in batches:
            labels = records.labels(batch, order)
            for one in batch:
                race, gender, age = (_cell(words, name, labels[one.claim][name]) for name in ATTRIBUTES)
                person, cell = (once.setdefault(known, known) for known in (one.identity, (race, gender, age)))
                yield Item(one.face, person, one.photo, one.group, cell)


def _cell(words: Vocabulary, name: str, code: str) -> str:
    label = words.task_label(name, code)
    return "" if label == CANNOT_TELL else label


def _frozen(draft: Draft, number: int, day: date) -> Frozen:
    order = draft.order
    return Frozen(
        number=number,
        version=order.version,
        selection=order.selection,
        frozen_on=day,
        tasks=order.tasks,
        formats=order.formats,
        columns=records.columns(order.selection),
        classes=draft.classes(),
        layout=LAYOUT,
    )


def left_out_of_tasks() -> list[tuple[str, str, int]]:
    return selection.without_task(ATTRIBUTES)
