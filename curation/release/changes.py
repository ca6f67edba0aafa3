"""What became different since the parent of a release, as values and as a text to read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Change:
    """Of an image that is in both: a column's text there and here. Votes are without their pseudonyms."""

    id: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Counts:
    """Of images, of people, and of changed fields by column (all of them, listed or not)."""

    images_before: int = 0
    images_after: int = 0
    people_before: int = 0
    people_after: int = 0
    people_came: int = 0
    people_left: int = 0
    images_changed: int = 0
    by_column: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """`erased` are those of `removed` that a person's erasure took; `moved` went from one part of a split into
    another, which stored decisions rule out; columns that only one release has are named and not compared.
    Without a parent nothing is listed, and `counts` says only what is there now. `parent_withdrawn`: it held somebody
    who was erased, and is not handed out any more.
    """

    parent_version: str | None = None
    parent_digest: str | None = None
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    columns_came: list[str] = field(default_factory=list)
    columns_left: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    listed_of_a_column: int | None = None
    parent_withdrawn: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values, as CHANGES.json has them."""
        told = asdict(self)
        parent = {"version": told.pop("parent_version"), "digest": told.pop("parent_digest")}
        return {"parent": parent if self.parent_version is not None else None, **told}


def changes_markdown(changes: Changes, examples: int = EXAMPLES, whole: str = "CHANGES.json") -> str:
    """CHANGES.md: counts, and the first of what is in CHANGES.json, or wherever the `whole` is."""
    counts = changes.counts
    if changes.parent_version is None:
        return f"# Changes\n\nThe first release: {counts.images_after:,} images of {counts.people_after:,} people.\n"
    since = f"{changes.parent_version} (withdrawn since)" if changes.parent_withdrawn else changes.parent_version
    text = "\n".join(
        [
            f"# Changes since release {since}\n",
            f"The digest of that release is `{changes.parent_digest}`.\n",
            *_count_lines(changes),
            *_moved_lines(changes, examples),
            *_column_lines(changes),
            *_example_lines("Examples of changed fields", changes.changed, examples),
            *_id_lines("Added images", changes.added, examples),
            *_id_lines("Removed images", changes.removed, examples),
        ]
    )
    return f"{text}\nAll of it is in {whole}.\n"


def _count_lines(changes: Changes) -> list[str]:
    counts = changes.counts
    images = (counts.images_before, len(changes.added), len(changes.removed), counts.images_after)
    people = (counts.people_before, counts.people_came, counts.people_left, counts.people_after)
    return [
        "| | before | came | left | now |",
        "|---|--:|--:|--:|--:|",
        "| images | " + " | ".join(f"{n:,}" for n in images) + " |",
        "| people | " + " | ".join(f"{n:,}" for n in people) + " |\n",
        f"Of those that left, {len(changes.erased):,} images were erased"
        + (": delete them from older copies, as `remove_revoked.py` does.\n" if changes.erased else ".\n"),
        f"Images with other labels, votes or sources than before: {counts.images_changed:,}.\n",
    ]


def _moved_lines(changes: Changes, examples: int) -> list[str]:
    if not changes.moved:
        return ["No image moved from one part of a split into another.\n"]
    title = f"{len(changes.moved):,} images moved from one part of a split into another"
    return _example_lines(title, changes.moved, examples)


def _column_lines(changes: Changes) -> list[str]:
    told = [f"Only in this release: {_code(changes.columns_came)}.\n"] if changes.columns_came else []
    told += [f"No longer there: {_code(changes.columns_left)}.\n"] if changes.columns_left else []
    if not changes.counts.by_column:
        return told
    rows = [f"| `{column}` | {count:,} |" for column, count in changes.counts.by_column.items()]
    return [*told, "| column | changed |", "|---|--:|", *rows, ""]


def _code(columns: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _example_lines(title: str, changes: Sequence[Change], examples: int) -> list[str]:
    if not changes:
        return []
    rows = [f"| {c.id} | `{c.column}` | {_cell(c.before)} | {_cell(c.after)} |" for c in changes[:examples]]
    return [
        f"## {title}\n",
        "| image | column | before | after |",
        "|---|---|---|---|",
        *rows,
        *_more(changes, examples),
    ]


def _id_lines(title: str, ids: Sequence[str], examples: int) -> list[str]:
    return [f"## {title}\n", *(f"- {name}" for name in ids[:examples]), *_more(ids, examples)] if ids else []


def _more(listed: Sequence[object], examples: int) -> list[str]:
    hidden = len(listed) - examples
    return ["", f"… and {hidden:,} more.\n"] if hidden > 0 else [""]


def _cell(text: str) -> str:
    """On one line, and no mark-up of its own."""
    flat = " ".join(text.split()).replace("\\", "\\\\")
    return "".join(f"\\{c}" if c in "|`*_[]<>" else c for c in flat) or "(empty)"
