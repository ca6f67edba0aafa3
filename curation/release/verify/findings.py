"""What is wrong with a release, by kind and file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SHOWN = 100  # problems of a kind that are told one by one

# Kinds of problems: stable words for programs.
DIGEST, BYTES, MISSING, EXTRA, FOLDER = "digest", "bytes", "missing", "extra", "folder"
LINK, STRANGE, MODE, OUTSIDE, SHARED = "link", "strange", "mode", "outside", "shared"
UNREADABLE, TRUNCATED, NOT_UTF8, TOO_LARGE = "unreadable", "truncated", "not-utf-8", "too-large"
COLUMNS, ROW, ORDER, ID, CLASS, EMPTY_CLASS = "columns", "row", "order", "id", "class", "empty-class"
DISAGREE, COUNT, SPLIT, PICTURE, METADATA_LEFT = "disagree", "count", "split", "picture", "metadata-left"
PAPER, LICENCE, ATTRIBUTION, REVOKED = "paper", "licence", "attribution", "revoked"


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is inside the release, or what the manifest or a row says of such."""

    kind: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class Unreadable(Exception):
    """A file that cannot be read on."""

    def __init__(self, kind: str, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.problem = Problem(kind, path, text)


class Findings:
    """Keeps the first of each kind and counts the others: a folder may have any number of problems."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.shown: list[Problem] = []
        self.notes: list[Problem] = []

    def add(self, kind: str, path: str, text: str) -> None:
        self.take(Problem(kind, path, text))

    def take(self, problem: Problem) -> None:
        self.counts[problem.kind] += 1
        if self.counts[problem.kind] <= SHOWN:
            self.shown.append(problem)

    def note(self, kind: str, path: str, text: str) -> None:
        """Worth to be known, and no damage."""
        if len(self.notes) < SHOWN:
            self.notes.append(Problem(kind, path, text))

    def hidden(self) -> Iterator[tuple[str, int]]:
        """(kind, how many more there are)."""
        yield from ((kind, count - SHOWN) for kind, count in sorted(self.counts.items()) if count > SHOWN)
