"""Freezes a release: rows that never change, from which its files can be written again at any time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from curation import agreement_report
from curation.models import Policy, Release, ReleaseFace
from curation.policies import current_policy
from curation.quarantine import IN_FORCE
from curation.release import crops, manifest, papers, pictures, records, rows, selection
from curation.release.errors import ReleaseRefused
from curation.release.naming import ATTRIBUTES, check_version
from curation.release.selection import EXAMPLES, Finding, Selected

RELEASE_LOCK = 0x4D5446_02
NOTHING = Finding("nothing", "no face is accepted with a proved licence", 0)
CROP_TROUBLES = {
    crops.MISSING: "the crop is missing",
    crops.CHANGED: "the crop's bytes are not those that were reviewed",
    pictures.BROKEN: "the crop cannot be decoded",
    pictures.CARRIES_MORE: "the crop carries metadata",
}

Progress = Callable[[int], object]


@dataclass
class CropCheck:
    """Reads every crop that it is shown, and keeps what is wrong with them."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def passes(self, face: int, crop_sha256: str) -> bool:
        try:
            crops.check(crop_sha256)
        except crops.CropRefused as trouble:
            self._note(trouble.code, f"face {face}: {trouble}")
            return False
        return True

    def _note(self, code: str, example: str) -> None:
        self.counts[code] = self.counts.get(code, 0) + 1
        known = self.examples.setdefault(code, [])
        if len(known) < EXAMPLES:
            known.append(example)

    def findings(self) -> tuple[Finding, ...]:
        found = [(code, text) for code, text in CROP_TROUBLES.items() if code in self.counts]
        return tuple(Finding(code, text, self.counts[code], tuple(self.examples[code])) for code, text in found)


def examine(progress: Progress) -> tuple[Finding, ...]:
    """What would stop a freeze now: every crop that is ready is read and decoded."""
    check, ready = CropCheck(), 0
    with transaction.atomic():
        for batch in selection.selected():
            ready += sum(check.passes(chosen.face, chosen.crop_sha256) for chosen in batch)
            progress(len(batch))
    return check.findings() or (() if ready else (NOTHING,))


def examine_frozen(release: Release, progress: Progress) -> tuple[Finding, ...]:
    """What would stop a frozen release from being written again."""
    check = CropCheck()
    for image in rows.images(release.pk):
        check.passes(image.face_id, image.crop_sha256)
        progress(1)
    return check.findings()


def check_not_barred(release: Release) -> None:
    """A quarantine takes a face out of exports at once; without it a frozen release cannot be the same."""
    barred = release.faces.filter(face__quarantines__decision__in=IN_FORCE).values("face").distinct().count()
    if barred:
        raise ReleaseRefused(
            f"Release {release.version} is not written: {barred:,} of its faces are in quarantine or kept out."
            " Decide on them, or freeze a release without them."
        )


def freeze(version: str, *, by: User | None, progress: Progress) -> Release:
    """The release of that version: the frozen one, or else what is ready now. ReleaseRefused if anything blocks."""
    check_version(version)
    with transaction.atomic():
        _lock()
        known = Release.objects.filter(version=version).first()
        return known or _freeze(version, by, current_policy(), progress)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RELEASE_LOCK])


def _freeze(version: str, by: User | None, policy: Policy, progress: Progress) -> Release:
    """The rows first, then what is told from them; foreign keys are looked at when the transaction ends."""
    number, now = _next_number(), timezone.now()
    words = records.vocabulary(version)
    classes = records.class_folders(words)
    count = _add_faces(number, words, progress)
    facts = papers.Facts(
        version=version,
        selection="curated",
        frozen_on=now.date(),
        faces=count,
        places=rows.place_counts(number),
        licences=rows.licence_counts(number),
        classes={"identity": records.classes_of(number)} | classes,
        agreement=agreement_report.report(),
    )
    texts = papers.render(facts, words)
    return Release.objects.create(
        pk=number,
        version=version,
        selection=facts.selection,
        policy=policy,
        parent=Release.objects.first(),
        papers=texts,
        digest=manifest.digest(rows.manifest_lines(number, texts)),
        faces_count=count,
        frozen_by=by,
        frozen_at=now,
    )


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('curation_release', 'id'))")
        return int(cursor.fetchone()[0])


def _add_faces(number: int, words: records.Vocabulary, progress: Progress) -> int:
    check, count = CropCheck(), 0
    for batch in _checked(check, progress):
        count += len(ReleaseFace.objects.bulk_create(records.release_faces(number, batch, words)))
    blocking = check.findings() or (() if count else (NOTHING,))
    if blocking:
        reasons = "; ".join(f"{found.text} ({found.count:,})" if found.count else found.text for found in blocking)
        raise ReleaseRefused(f"Nothing is frozen: {reasons}. See --dry-run.")
    if changed := selection.no_longer_ready(number):
        raise ReleaseRefused(f"{changed:,} of the faces changed while they were read: run the command again.")
    return count


def _checked(check: CropCheck, progress: Progress) -> Iterator[list[Selected]]:
    for batch in selection.selected():
        yield [chosen for chosen in batch if check.passes(chosen.face, chosen.crop_sha256)]
        progress(len(batch))


def left_out_of_tasks() -> list[tuple[str, str, int]]:
    return selection.without_task(ATTRIBUTES)
