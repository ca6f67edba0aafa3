"""Hashing and decoding, by as many processes as there are processors where there is enough to do."""

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import cast

from curation.release.naming import MANIFEST
from curation.release.pictures import CARRIES_MORE, picture_trouble
from curation.release.verify import bounded
from curation.release.verify.findings import BYTES, METADATA_LEFT, PICTURE, TOO_LARGE, Findings, Problem, Unreadable

LARGEST_IMAGE = 60_000_000  # bytes
BATCH_BYTES, BATCH_JOBS = 2_000_000, 64
AHEAD = 4  # batches of a process that wait

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class File:
    """`sha256` is what the manifest says of it; a picture is decoded too."""

    folder: Path
    path: str
    sha256: str
    is_picture: bool
    size: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes from inside some file, named by `path`."""

    path: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)


Job = File | Picture


def look(jobs: list[Job]) -> list[Problem]:
    return [problem for job in jobs for problem in (_file(job) if isinstance(job, File) else _picture(*_parts(job)))]


def _parts(job: Picture) -> tuple[str, bytes]:
    return job.path, job.data


def _file(job: File) -> list[Problem]:
    try:
        if job.is_picture:
            data = bounded.read(job.folder, job.path, LARGEST_IMAGE)
            return _hash(job, hashlib.sha256(data).hexdigest()) + _picture(job.path, data)
        with bounded.opened(job.folder, job.path) as file:
            return _hash(job, hashlib.file_digest(cast("BufferedReader", file), "sha256").hexdigest())
    except Unreadable as trouble:
        return [trouble.problem]


def _hash(job: File, sha256: str) -> list[Problem]:
    if sha256 == job.sha256:
        return []
    return [Problem(BYTES, job.path, f"its bytes are not those that {MANIFEST} names")]


def _picture(path: str, data: bytes) -> list[Problem]:
    if len(data) > LARGEST_IMAGE:
        return [Problem(TOO_LARGE, path, "too large for a crop")]
    trouble = picture_trouble(data)
    return [Problem(METADATA_LEFT if trouble[0] == CARRIES_MORE else PICTURE, path, trouble[1])] if trouble else []


class Crew:
    """Takes jobs in batches; what they find is in `findings` when it is left."""

    def __init__(self, findings: Findings, progress: Progress, processes: int) -> None:
        self.findings, self.progress = findings, progress
        self.batch: list[Job] = []
        self.bytes = 0
        self.waiting: deque[tuple[int, Future[list[Problem]]]] = deque()
        # Not by fork: whoever calls may have threads, as a progress bar does.
        context = multiprocessing.get_context("forkserver")
        self.pool = ProcessPoolExecutor(processes, context) if processes else None
        self.most = processes * AHEAD

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._send()
                self._settle(0)
        finally:
            if self.pool:
                self.pool.shutdown(cancel_futures=True)

    def take(self, job: Job) -> None:
        self.batch.append(job)
        self.bytes += job.size
        if self.bytes >= BATCH_BYTES or len(self.batch) >= BATCH_JOBS:
            self._send()

    def _send(self) -> None:
        batch, self.batch, self.bytes = self.batch, [], 0
        if self.pool is None:
            self._done(len(batch), look(batch))
        else:
            self.waiting.append((len(batch), self.pool.submit(look, batch)))
            self._settle(self.most)

    def _settle(self, leave: int) -> None:
        while len(self.waiting) > leave:
            count, future = self.waiting.popleft()
            self._done(count, future.result())

    def _done(self, count: int, problems: list[Problem]) -> None:
        for problem in problems:
            self.findings.take(problem)
        self.progress(count)


def processes_for(files: int) -> int:
    """None for a small release: they take longer to start."""
    return len(os.sched_getaffinity(0)) if files > 2_000 else 0
