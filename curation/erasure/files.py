"""Stored files that go with an erasure. They are named by hashes, and one may be what somebody else needs, too."""

import html
import re
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from curation.erasure.reach import Reach
from curation.erasure.traces import Traces
from ingest import barrier, store
from ingest.models import Erasure, Face, Identity, LicenceEvidence, Photo

BATCH = 200
HASHED = re.compile(r"(?P<folder>[a-z]+)/[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})(?P<rest>\..*)?")
AWAITED = timedelta(hours=1, minutes=10)
SWEPT = ("photos", "previews", "crops", "evidence")

Progress = Callable[[int], object]


def of_reach(found: Reach) -> set[str]:
    """Before the rows go: every file that they name."""
    photos = Photo.objects.filter(pk__in=found.of(Photo) | found.shells).values_list("file", "preview_sha256")
    crops = Face.objects.filter(pk__in=found.of(Face)).values_list("crop_sha256", flat=True)
    evidence = LicenceEvidence.objects.filter(pk__in=found.of(LicenceEvidence)).exclude(snapshot_file="")
    people = Identity.objects.filter(pk__in=found.of(Identity)).exclude(reference_preview_sha256="")
    names = {file for file, _preview in photos} | set(evidence.values_list("snapshot_file", flat=True))
    names |= {store.name_of("previews", preview) for _file, preview in photos}
    names |= {store.name_of("crops", sha256) for sha256 in crops}
    references = people.values_list("reference_preview_sha256", flat=True)
    return names | {store.name_of("previews", sha256) for sha256 in references}


def naming(traces: Traces, *, after: int, upto: int, progress: Progress) -> set[str]:
    """Snapshots of evidence between these rows whose text names the person, whosever they are."""
    rows = LicenceEvidence.objects.filter(pk__gt=after, pk__lte=upto).exclude(snapshot_file="")
    names = rows.order_by("snapshot_file").values_list("snapshot_file", flat=True).distinct()
    found = set()
    for name in names.iterator(chunk_size=BATCH):
        if _tells(name, traces):
            found.add(name)
        progress(1)
    return found


def newest_evidence() -> int:
    return LicenceEvidence.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _tells(name: str, traces: Traces) -> bool:
    try:
        text = html.unescape(store.read(name).decode("utf-8", "replace"))
    except FileNotFoundError:
        return False
    folded = text.casefold()
    return any(hint.casefold() in folded for hint in traces.hints) and traces.names(text)


# ---- After the rows


def clear(erasure: Erasure, progress: Progress) -> None:
    """Deletes what is still listed, batch by batch; whoever is killed in between goes on with the rest."""
    while erasure.files:
        batch = erasure.files[:BATCH]
        _delete(batch)
        erasure.files = erasure.files[BATCH:]
        erasure.save(update_fields=["files"])
        progress(len(batch))


def sweep(progress: Progress) -> int:
    """Files that no row refers to, which killed workers left: whose they are nobody can tell any more."""
    gone = 0
    for folder in SWEPT:
        for part in _listed(folder)[0]:
            names = [f"{folder}/{part}/{name}" for name in _listed(f"{folder}/{part}")[1]]
            gone += _delete([name for name in unneeded(names) if not _may_be_awaited(name)])
            progress(len(names))
    return gone


@transaction.atomic
def _delete(names: Collection[str]) -> int:
    """Those that no row refers to; nobody keeps the same bytes anew meanwhile."""
    if not names:
        return 0
    barrier.alone()
    going = unneeded(names)
    for name in going:
        default_storage.delete(name)
    return len(going)


def unneeded(names: Iterable[str]) -> list[str]:
    """Those of these stored files that no row refers to."""
    names = list(names)
    hashes = {name: found["sha256"] for name in names if (found := HASHED.fullmatch(name))}
    needed = _needed(names, set(hashes.values()))
    ways = {name: (name, (name.partition("/")[0], hashes.get(name, ""))) for name in names}
    return [name for name, known in ways.items() if needed.isdisjoint(known)]


def _needed(names: Collection[str], hashes: Collection[str]) -> set[Any]:
    """Names as they are, and hashes with the folder in which they are needed."""
    found: set[Any] = set(Photo.objects.filter(file__in=names).values_list("file", flat=True))
    found |= set(LicenceEvidence.objects.filter(snapshot_file__in=names).values_list("snapshot_file", flat=True))
    for folder, rows, key in (
        ("crops", Face.objects, "crop_sha256"),
        ("previews", Photo.objects, "preview_sha256"),
        ("previews", Identity.objects, "reference_preview_sha256"),
    ):
        held = rows.filter(**{f"{key}__in": hashes}).values_list(key, flat=True)
        found |= {(folder, sha256) for sha256 in held}
    return found


def _may_be_awaited(name: str) -> bool:
    """A reference picture lies there before its identity is approved, for as long as somebody looks at the preview."""
    if not name.startswith("previews/"):
        return False
    return timezone.now() - default_storage.get_modified_time(name) < AWAITED


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return sorted(folders), sorted(files)
