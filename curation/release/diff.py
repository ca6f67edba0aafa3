"""What became different from one release to the next: a merge-join over their rows, image by image."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from curation.release.changes import Change, Changes, Counts, changes_markdown
from curation.release.naming import SPLITS

__all__ = ["Change", "Changes", "Counts", "OutOfOrder", "changes_markdown", "compare", "first", "pairs"]

LISTED = 1_000  # changes that are listed of a column; all are counted
NO_LONGER_HERE = "(somebody who is no longer in the release)"
OF_THE_FORMAT = "file"  # where an image stands, if the release has files of images: says nothing of it
WHO = ("identity", "identity_slug")
BEFORE_THERE_WAS_ONE_SPLIT = ("split_race", "split_gender", "split_age")

Row = Mapping[str, str]


class OutOfOrder(ValueError):
    """The rows of one side do not come in the bytewise order of their ids."""


def first(rows: Iterable[Row]) -> Changes:
    """Of a release that has no parent."""
    join = _Join(listed=0)
    for row in rows:
        join.see(1, row)
    return Changes(counts=join.counts())


def compare(
    before: Iterable[Row],
    after: Iterable[Row],
    *,
    parent_version: str,
    parent_digest: str,
    revoked: Container[str] = (),
    listed: int | None = LISTED,
) -> Changes:
    """Both as metadata.csv has them, in the bytewise order of `id`: memory is that of the ids that came and left.

    `revoked` are the sha256 of REVOKED.csv; `listed` None lists every change. OutOfOrder where ids do not rise.
    """
    join = _Join(listed=listed, revoked=revoked)
    for old, new in pairs(before, after):
        join.take(old, new)
    return join.changes(parent_version, parent_digest)


def pairs(before: Iterable[Row], after: Iterable[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows of the two sides by id, None where a side has none."""
    olds, news = _rising(before), _rising(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old["id"] < new["id"]):
            yield old, None
            old = next(olds, None)
        elif old is None or new["id"] < old["id"]:
            yield None, new
            new = next(news, None)
        else:
            yield old, new
            old, new = next(olds, None), next(news, None)


def _rising(rows: Iterable[Row]) -> Iterator[Row]:
    last = ""
    for row in rows:
        if row["id"] <= last:
            raise OutOfOrder(f"image {row['id']} comes after {last}")
        last = row["id"]
        yield row


class _Join:
    """Gathers what pairs of rows tell."""

    def __init__(self, *, listed: int | None, revoked: Container[str] = ()) -> None:
        self.listed, self.revoked = listed, revoked
        self.added: list[str] = []
        self.removed: list[str] = []
        self.erased: list[str] = []
        self.changed: list[Change] = []
        self.moved: list[Change] = []
        self.columns: list[dict[str, None] | None] = [None, None]
        self.people: tuple[dict[str, str], dict[str, str]] = ({}, {})  # name by slug, before and after
        self.images, self.images_changed = [0, 0], 0
        self.by_column: Counter[str] = Counter()

    def take(self, old: Row | None, new: Row | None) -> None:
        if old is not None:
            self.see(0, old)
        if new is not None:
            self.see(1, new)
        if old is not None and new is not None:
            self._both(_aligned(old), _aligned(new))
        elif new is not None:
            self.added.append(new["id"])
        elif old is not None:
            self.removed.append(old["id"])
            if old["sha256"] in self.revoked:
                self.erased.append(old["id"])

    def see(self, side: int, row: Row) -> None:
        self.images[side] += 1
        self.people[side][row["identity_slug"]] = row["identity"]
        if self.columns[side] is None:
            self.columns[side] = dict.fromkeys(_aligned(row))

    def _both(self, old: Row, new: Row) -> None:
        changes = list(_differences(old, new))
        self.images_changed += bool(changes)
        for change in changes:
            self.by_column[change.column] += 1
            if self.listed is None or self.by_column[change.column] <= self.listed:
                self.changed.append(change)
            if change.column in SPLITS and change.before and change.after:
                self.moved.append(change)

    def counts(self) -> Counts:
        before, after = (known.keys() for known in self.people)
        return Counts(
            images_before=self.images[0],
            images_after=self.images[1],
            people_before=len(before),
            people_after=len(after),
            people_came=len(after - before),
            people_left=len(before - after),
            images_changed=self.images_changed,
            by_column=dict(sorted(self.by_column.items())),
        )

    def changes(self, version: str, digest: str) -> Changes:
        old, new = (columns or {} for columns in self.columns)
        return Changes(
            *(version, digest, self.added, self.removed, self.erased),
            changed=self._discreet(),
            moved=self.moved,
            columns_came=[name for name in new if old and name not in old],
            columns_left=[name for name in old if new and name not in new],
            counts=self.counts(),
            listed_of_a_column=self.listed,
        )

    def _discreet(self) -> list[Change]:
        """Nobody who left, perhaps by erasure, is named again."""
        here = {*self.people[1].keys(), *self.people[1].values()}
        return [
            replace(change, before=NO_LONGER_HERE) if change.column in WHO and change.before not in here else change
            for change in self.changed
        ]


def _aligned(row: Row) -> Row:
    """With today's columns: the first releases told the part of each attribute apart, which was always the same."""
    if "split_attributes" in row or BEFORE_THERE_WAS_ONE_SPLIT[0] not in row:
        return row
    parts = [row[name] for name in BEFORE_THERE_WAS_ONE_SPLIT if row.get(name)]
    kept = {name: text for name, text in row.items() if name not in BEFORE_THERE_WAS_ONE_SPLIT}
    return kept | {"split_attributes": parts[0] if parts else ""}


def _differences(old: Row, new: Row) -> Iterator[Change]:
    for column, after in new.items():
        before = old.get(column, after)
        if before == after or column == OF_THE_FORMAT:
            continue
        if column.startswith("votes_"):
            before, after = without_pseudonyms(before), without_pseudonyms(after)
        if before != after:
            yield Change(new["id"], column, before, after)


def without_pseudonyms(votes: str) -> str:
    """`annotator-02=accept;annotator-01=reject` → `accept;reject`: pseudonyms mean something in one release only."""
    return ";".join(sorted(vote.partition("=")[2] for vote in votes.split(";") if vote))
