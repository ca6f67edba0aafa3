"""Rows against what else tells of the same images: all of it in the order of the ids, so that one pass compares it."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from curation.release.naming import METADATA
from curation.release.verify.findings import DISAGREE, EXTRA, MISSING, ORDER, Findings, Unreadable
from curation.release.verify.layout import Row


@dataclass(frozen=True, slots=True)
class Item:
    """What `path` tells of an image."""

    id: str
    path: str
    told: Any = None


Check = Callable[[Item, Row], object]


class Side:
    """A format or a paper: streams of items, each in order. `wanted` says which files should tell of a row."""

    def __init__(
        self,
        findings: Findings,
        streams: Mapping[str, Iterator[Item]],
        wanted: Callable[[Row], Iterable[str]],
        check: Check,
    ) -> None:
        self.findings, self.wanted, self.check = findings, wanted, check
        self.broken: set[str] = set()
        ordered = [self._guarded(name, stream) for name, stream in streams.items()]
        self.items = heapq.merge(*ordered, key=lambda item: item[1].id)
        self.next = next(self.items, None)

    def _guarded(self, name: str, stream: Iterator[Item]) -> Iterator[tuple[str, Item]]:
        """A stream ends where it cannot be read on; what would have come is not missed one by one."""
        last = ""
        try:
            for item in stream:
                if item.id <= last:
                    self.findings.add(ORDER, item.path, f"image {item.id} is out of order or there twice")
                    continue
                last = item.id
                yield name, item
        except Unreadable as trouble:
            self.broken.add(name)
            self.findings.take(trouble.problem)

    def meet(self, row: Row) -> None:
        self._extra(row["id"])
        wanted = dict.fromkeys(self.wanted(row))
        while self.next and self.next[1].id == row["id"]:
            name, item = self.next
            if name in wanted:
                del wanted[name]
                self.check(item, row)
            else:
                self.findings.add(DISAGREE, item.path, f"has image {row['id']}, which {METADATA} does not put there")
            self.next = next(self.items, None)
        for name in wanted:
            if name not in self.broken:
                self.findings.add(MISSING, name, f"has no image {row['id']}, which {METADATA} puts there")

    def _extra(self, before: str | None) -> None:
        while self.next and (before is None or self.next[1].id < before):
            item = self.next[1]
            self.findings.add(EXTRA, item.path, f"has image {item.id}, which {METADATA} has not")
            self.next = next(self.items, None)

    def end(self) -> None:
        self._extra(None)


def differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """The names of columns that differ, in one phrase."""
    names = [name for name in wanted if found.get(name, wanted) != wanted[name]]
    names += [name for name in found if name not in wanted]
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
