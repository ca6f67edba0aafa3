"""The report in words and tables, for people."""

from collections.abc import Iterable, Iterator, Mapping

from curation.release.naming import PARTS
from curation.release.splits.items import DISJOINT, REASONS, SHARED, SHARES
from curation.release.splits.report import COLUMNS, Count, SplitFigures, SplitReport, share

TITLES = {SHARED: "Identity-shared", DISJOINT: "Identity-disjoint"}
SAYS = {
    SHARED: "For recognition: every person is in all three parts; the images of one photo, and near-duplicates, are in"
    " one.",
    DISJOINT: "For race, gender and age: every person is in one part, and so are the images of one photo, and"
    " near-duplicates.",
}
LEAKS = {"persons": "persons", "photos": "photos", "duplicate_groups": "groups of near-duplicates"}


def text(report: SplitReport) -> str:
    lines = ["# Splits", "", f"Wanted: {_wanted()}. Decisions stand from release to release: no image, and no person"]
    lines += ["of the disjoint split, ever changes its part. Shares are of images, and of persons.", ""]
    for name in (SHARED, DISJOINT):
        lines += _split(name, report.splits[name])
    return "\n".join(lines)


def _wanted() -> str:
    return ", ".join(f"{part} {share:.0%}" for part, share in SHARES.items())


def _split(name: str, split: SplitFigures) -> Iterator[str]:
    yield from (f"## {TITLES[name]} (`{COLUMNS[name]}`)", "", SAYS[name], "")
    yield from _table(split.counts)
    yield from ("", *_standing(split), "", *_leaks(name, split), "")
    if split.held_back:
        yield from ("Without a part:", "")
        yield from (_held(one.images, one.persons, REASONS[one.reason]) for one in split.held_back)
        yield ""


def _table(counts: Mapping[tuple[str, ...], Mapping[str, Count]]) -> Iterator[str]:
    yield "| | " + " | ".join(f"{part}: images | persons" for part in PARTS) + " |"
    yield "|---|" + "---:|" * (2 * len(PARTS))
    for row, by_part in counts.items():
        yield f"| {_name(row)} | " + " | ".join(_cells(by_part)) + " |"


def _name(row: tuple[str, ...]) -> str:
    """**all**, *race*: White, or White × Female × Young."""
    plain = [part.replace("|", "\\|") for part in row]
    if not plain:
        return "**all**"
    return f"*{plain[0]}*: {plain[1]}" if len(plain) == 2 else " × ".join(plain)


def _cells(counts: Mapping[str, Count]) -> Iterator[str]:
    for part in PARTS:
        yield _with_share(counts[part].images, (one.images for one in counts.values()))
        yield _with_share(counts[part].persons, (one.persons for one in counts.values()))


def _with_share(count: int, of: Iterable[int]) -> str:
    known = share(count, of)
    return f"{count:,}" if known is None else f"{count:,} ({known:.1%})"


def _standing(split: SplitFigures) -> Iterator[str]:
    yield f"Of {split.images:,} images {split.kept:,} are where an earlier release had them, {split.newcomers:,} are"
    yield f"new; {split.left:,} of earlier releases have left, which moved nobody. Images that changed their part:"
    yield f"{split.moved:,}."


def _leaks(name: str, split: SplitFigures) -> Iterator[str]:
    yield "Counted anew from the parts: " + ", ".join(f"{LEAKS[what]} {n:,}" for what, n in split.leaks.items())
    yield (
        "seen in more than one part."
        if name == DISJOINT
        else (f"seen in more than one part; persons that are not in all parts {split.not_everywhere:,}.")
    )


def _held(images: int, persons: int, why: str) -> str:
    return f"- {images:,} images of {persons:,} persons: {why}"
