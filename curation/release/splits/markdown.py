"""The figures of the splits in words and tables."""

from collections.abc import Iterable, Iterator, Mapping

from curation.release.naming import PARTS
from curation.release.splits.figures import Count, Row, SplitFigures, share
from curation.release.splits.items import COLUMNS, DISJOINT, REASONS, SHARED, SHARES, SPLITS

TITLES = {SHARED: "Identity-shared", DISJOINT: "Identity-disjoint"}
SAYS = {
    SHARED: "For recognition: every person is in all three parts; the images of one photo, and near-duplicates, stand"
    " together.",
    DISJOINT: "For race, gender and age: every person is in one part; the images of one photo, and near-duplicates,"
    " stand together.",
}
LEAKS = {"persons": "persons", "photos": "photos", "duplicate_groups": "groups of near-duplicates"}


def text(splits: Mapping[str, SplitFigures]) -> str:
    wanted = ", ".join(f"{part} {share:.0%}" for part, share in SHARES.items())
    lines = ["# Splits", "", f"Wanted: {wanted}. What is decided stands from release to release: no image changes its"]
    lines += ["part, and no person their side of the disjoint split. A person with pictures of two classes counts in"]
    lines += ["both.", ""]
    for name in SPLITS:
        lines += _split(name, splits[name])
    return "\n".join(lines)


def _split(name: str, split: SplitFigures) -> Iterator[str]:
    yield from (f"## {TITLES[name]} (`{COLUMNS[name]}`)", "", SAYS[name], "")
    yield from (*_table(name, split.counts), "", _standing(split), "", _leaks(name, split), "")
    if split.held_back:
        yield from ("In the release, and in no part:", "")
        yield from (_held(one.images, one.persons, REASONS[one.reason]) for one in split.held_back)
        yield ""


def _table(name: str, counts: Mapping[Row, Mapping[str, Count]]) -> Iterator[str]:
    yield "| | " + " | ".join(f"{part}: images | persons" for part in PARTS) + " |"
    yield "|---|" + "---:|" * (2 * len(PARTS))
    for row, by_part in counts.items():
        yield f"| {_name(row)} | " + " | ".join(_cells(name, by_part)) + " |"


def _name(row: Row) -> str:
    """**all**, *race*: White, or White × Female × Young."""
    plain = [part.replace("|", "\\|") for part in row]
    if not plain:
        return "**all**"
    return f"*{plain[0]}*: {plain[1]}" if len(plain) == 2 else " × ".join(plain)


def _cells(name: str, counts: Mapping[str, Count]) -> Iterator[str]:
    """Persons have shares only where each is in one part."""
    for part in PARTS:
        yield _with_share(counts[part].images, (one.images for one in counts.values()))
        yield _with_share(counts[part].persons, (one.persons for one in counts.values() if name == DISJOINT))


def _with_share(count: int, of: Iterable[int]) -> str:
    known = share(count, of)
    return f"{count:,}" if known is None else f"{count:,} ({known:.1%})"


def _standing(split: SplitFigures) -> str:
    return (
        f"Of {split.images:,} images {split.kept:,} are where an earlier release had them, {split.newcomers:,} are"
        f" new in this split; {split.left:,} of earlier releases have left; moved to another part: {split.moved:,}."
    )


def _leaks(name: str, split: SplitFigures) -> str:
    counted = ", ".join(f"{LEAKS[what]} {n:,}" for what, n in split.leaks.items())
    seen = f"Counted anew from the parts, seen in more than one: {counted}"
    return f"{seen}." if name == DISJOINT else f"{seen}; persons that lack a part: {split.not_everywhere:,}."


def _held(images: int, persons: int, why: str) -> str:
    return f"- images {images:,}, of persons {persons:,}: {why}"
