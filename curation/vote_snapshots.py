"""The votes as they were a while ago: reading a million takes seconds, looking at them takes a fraction of one.

A small installation reads them anew whenever somebody looks. A large one keeps a snapshot in a scratch file; whoever
finds it old has a worker make the next one meanwhile, and whoever finds it very old, or none, makes it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from django.utils import timezone

from curation import scratch
from curation.home_figures import rows_of
from curation.vote_columns import Votes
from curation.vote_reading import read_votes, reason_codes

SMALL = 10_000  # answers, by the planner's estimate
RENEW = timedelta(minutes=10)
VERY_OLD = timedelta(hours=1)
FILE = "votes-1.npz"  # another number for other columns
REASONS, TAKEN_AT = "reasons of votes", "taken at"


@dataclass(frozen=True)
class Snapshot:
    """`reasons` are the codes that `Votes.reason` counts; `taken_at` is None for what was read just now."""

    votes: Votes
    reasons: tuple[str, ...]
    taken_at: datetime | None

    @property
    def is_old(self) -> bool:
        return self.taken_at is not None and timezone.now() - self.taken_at > RENEW


def current() -> Snapshot:
    """What pages are made of. Where it is old, the caller has another one made."""
    if rows_of("curation_annotation") < SMALL:
        return _taken(None)
    return _kept(VERY_OLD) or renew(VERY_OLD)


def renew(oldest: timedelta = RENEW) -> Snapshot:
    """Makes a snapshot, one process at a time; where another just made one that is not older than `oldest`, that."""
    path = scratch.path_of(FILE)
    with scratch.alone(path):
        found = _kept(oldest)
        if found is None:
            now = timezone.now()
            found = _taken(now)
            _keep(path, found, now)
    return found


def _taken(now: datetime | None) -> Snapshot:
    reasons = reason_codes()
    return Snapshot(read_votes(reasons=reasons), tuple(reasons), now)


def _keep(path: Path, snapshot: Snapshot, now: datetime) -> None:
    told = {REASONS: np.array(snapshot.reasons), TAKEN_AT: np.array(now.timestamp())}
    with scratch.replacing(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **snapshot.votes.columns(), **told)


def _kept(oldest: timedelta) -> Snapshot | None:
    path = scratch.path_of(FILE)
    try:
        found = _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, BadZipFile):  # none yet, or not one of ours: it is made anew
        return None
    is_young = found.taken_at is not None and timezone.now() - found.taken_at < oldest
    return found if is_young else None


@lru_cache(maxsize=1)
def _read(path: Path, _written_at: int) -> Snapshot:
    """A process holds the newest one that it was asked for: some 45 bytes an answer."""
    with np.load(path, allow_pickle=False) as file:
        columns = {name: file[name] for name in file.files}
    reasons = tuple(columns.pop(REASONS).tolist())
    taken_at = datetime.fromtimestamp(float(columns.pop(TAKEN_AT)), UTC)
    return Snapshot(Votes(**columns), reasons, taken_at)
