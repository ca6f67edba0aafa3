"""Files that hold every image once, in shards by the pair of parts in which it stands."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from curation.release.naming import PARTS, SPLITS
from curation.release.verify.findings import EXTRA, MISSING, Findings
from curation.release.verify.layout import Row

NAME = re.compile(r"([a-z-]+)-([0-9]{5})(?:-of-([0-9]{5}))?\.(parquet|tar)")
BUCKETS = [f"identity-{one}--attributes-{two}" for one, two in product((*PARTS, "none"), repeat=2)]


def of_row(row: Row) -> str:
    """The bucket that should hold its image."""
    one, two = (row[column] or "none" for column in SPLITS)
    return f"identity-{one}--attributes-{two}"


def by_bucket(folder: Path, place: str, others: Sequence[str], findings: Findings) -> dict[str, list[str]]:
    """Paths of shards in order. What is misnamed or not complete is told."""
    known: dict[str, list[str]] = defaultdict(list)
    of: dict[str, set[int]] = defaultdict(set)
    for name in sorted(path.name for path in (folder / place).iterdir()) if (folder / place).is_dir() else ():
        match = NAME.fullmatch(name)
        if match and match[1] in BUCKETS and int(match[2]) == len(known[match[1]]):
            known[match[1]].append(f"{place}/{name}")
            of[match[1]].add(int(match[3] or 0))
        elif name not in others:
            findings.add(EXTRA, f"{place}/{name}", "is no shard, or one before it is missing")
    for bucket, numbers in of.items():
        if numbers != {0} and numbers != {len(known[bucket])}:
            said = f"one of {max(numbers)} shards, and {len(known[bucket])} are there"
            findings.add(MISSING, known[bucket][0], said)
    return {bucket: paths for bucket, paths in known.items() if paths}
