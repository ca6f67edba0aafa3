"""Proves a release on disk: offline, without the database, trusting nothing that is in the folder but the digest.

Names and bytes first, against the manifest; then one pass over the rows, with every format and paper beside them in
the same order. A few hundred bytes an image are held in memory, and no file as a whole.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from curation.release.naming import MANIFEST
from curation.release.verify import (
    bounded,
    imagefolder,
    layout,
    layout0,
    names,
    papers,
    parquet,
    rows,
    webdataset,
)
from curation.release.verify.findings import DIGEST, Findings, Problem, Unreadable
from curation.release.verify.layout import Layout
from curation.release.verify.names import Names
from curation.release.verify.rows import Tally
from curation.release.verify.sides import Side
from curation.release.verify.work import Crew, Progress, processes_for

__all__ = ["NotARelease", "Problem", "Verification", "verify"]

ABOUT_A_LINE = 120  # bytes of the manifest


class NotARelease(Exception):
    """Nothing can be verified here."""


@dataclass(frozen=True)
class Verification:
    """`problems` are the first of each kind, `more` how many of a kind are not among them; notes are no problems."""

    digest: str
    files: int
    problems: list[Problem]
    more: dict[str, int]
    notes: list[Problem]

    @property
    def count(self) -> int:
        return len(self.problems) + sum(self.more.values())


def verify(
    folder: Path, *, digest: str | None = None, progress: Progress = lambda n: None, processes: int | None = None
) -> Verification:
    """No problem means that all is as its makers froze it, if they published `digest`."""
    found, size = _digest(folder)
    findings = Findings()
    if digest not in (None, found):
        findings.add(DIGEST, MANIFEST, f"its digest is {found}, not {digest}")
    if processes is None:
        processes = processes_for(size // ABOUT_A_LINE)
    files = _look(folder, findings, progress, processes)
    return Verification(found, files, findings.shown, dict(findings.hidden()), findings.notes)


def _digest(folder: Path) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    try:
        with bounded.opened(folder, MANIFEST) as file:
            while chunk := file.read(1_000_000):
                hashed.update(chunk)
                size += len(chunk)
    except Unreadable as trouble:
        raise NotARelease(f"{folder} is not a release: {MANIFEST} {trouble.problem.text}.") from None
    return f"sha256:{hashed.hexdigest()}", size


def _look(folder: Path, findings: Findings, progress: Progress, processes: int) -> int:
    """How many files were there."""
    with Crew(findings, progress, processes) as crew:
        if not os.path.lexists(folder / layout.RELEASE):
            return layout0.look(folder, findings, crew)
        known = Names(folder, findings)
        if names.compare_or_tell(known, crew):
            try:
                _contents(folder, known, findings, crew)
            except Unreadable as trouble:
                findings.take(trouble.problem)
    return known.files


def _contents(folder: Path, known: Names, findings: Findings, crew: Crew) -> None:
    told = layout.read(folder)
    names.check_folders(known, layout.folders(told))
    tally, revoked = Tally(told, findings), papers.revoked(folder, findings)
    sides = _sides(folder, told, findings, crew)
    trees = imagefolder.Trees(folder, told, findings) if "imagefolder" in told.formats else None
    for row in rows.read(folder, told, findings):
        tally.take(row)
        papers.check_revoked(row, revoked, findings)
        if trees:
            trees.meet(row)
        for side in sides:
            side.meet(row)
    for side in sides:
        side.end()
    if trees:
        trees.end(rows.read(folder, told, Findings()), known)
    tally.check_classes()
    papers.check(folder, told, tally, findings)


def _sides(folder: Path, told: Layout, findings: Findings, crew: Crew) -> list[Side]:
    """Pictures are decoded once: as files if there are any, else where they are first."""
    sides = [papers.credits_side(folder, findings)]
    decoded = "imagefolder" in told.formats
    if decoded:
        sides += imagefolder.sides(folder, told, findings)
    if "parquet" in told.formats:
        sides.append(parquet.side(folder, told, findings, None if decoded else crew))
        decoded = True
    if "webdataset" in told.formats:
        sides.append(webdataset.side(folder, told, findings, None if decoded else crew))
    return sides
