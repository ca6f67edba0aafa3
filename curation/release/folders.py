"""Reads the rows of a release from its folder, to compare it with another: nothing is proved here."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curation.release import diff
from curation.release.changes import Changes
from curation.release.naming import MANIFEST, METADATA
from curation.release.verify import bounded, papers
from curation.release.verify.findings import ROW, Findings, Unreadable
from curation.release.verify.layout import RELEASE

NEEDED = ("id", "sha256", "identity", "identity_slug")


class NotARelease(Exception):
    """One sentence that names the folder."""


@dataclass(frozen=True)
class OnDisk:
    """`version` is "" where the folder does not tell it, as in the first layout."""

    folder: Path
    version: str
    digest: str

    def rows(self) -> Iterator[dict[str, str]]:
        table = bounded.csv_rows(self.folder, METADATA)
        header = next(table)
        for number, cells in enumerate(table, 2):
            if len(cells) != len(header):
                raise Unreadable(ROW, METADATA, f"row {number} has {len(cells)} columns, not {len(header)}")
            yield dict(zip(header, cells, strict=True))


def opened(folder: Path) -> OnDisk:
    try:
        header = next(bounded.csv_rows(folder, METADATA), [])
        with bounded.opened(folder, MANIFEST) as file:
            hashed = hashlib.sha256()
            while chunk := file.read(1_000_000):
                hashed.update(chunk)
        told = bounded.json_of(folder, RELEASE) if (folder / RELEASE).exists() else {}
    except Unreadable as trouble:
        raise NotARelease(f"{folder} is no release: {trouble}.") from None
    if missing := [name for name in NEEDED if name not in header]:
        raise NotARelease(f"{folder} is no release: {METADATA} has no column {', '.join(missing)}.")
    version = told.get("version") if isinstance(told, dict) else ""
    return OnDisk(folder, version if isinstance(version, str) else "", f"sha256:{hashed.hexdigest()}")


def compare(before: OnDisk, after: OnDisk, *, listed: int | None) -> Changes:
    """What changed from one to the other; erased is what the later one's REVOKED.csv says."""
    revoked = {known.hex() for known in papers.revoked(after.folder, Findings())}
    try:
        return diff.compare(
            before.rows(),
            after.rows(),
            parent_version=before.version or before.folder.name,
            parent_digest=before.digest,
            revoked=revoked,
            listed=listed,
        )
    except (Unreadable, diff.OutOfOrder) as trouble:
        raise NotARelease(f"{before.folder} and {after.folder} cannot be compared: {trouble}.") from None
