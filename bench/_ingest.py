"""The figures of bench.ingest. Imported only after the settings point to a scratch database."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import cv2
import numpy as np
import psutil
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from bench import _stock
from curation import tasks as curation_tasks
from curation.claims import open_claims
from ingest import discovery, pipeline, tasks
from ingest.duplicates import near_crops, near_photos
from ingest.hashes import SLACK, signed, unsigned
from ingest.jobs import start_job
from ingest.models import Candidate, CrawlJob, Face, Identity, Photo
from ingest.worker import QUEUES
from mtf_site.doorbell import ring
from mtf_site.services import DATABASE

Line = dict[str, Any]
SAMPLES = 10
MAINTENANCE, SMALL = "postgres", "bench_small"
IN_TURN, WARM = 20, 2
BRUTE = 20  # look-ups by brute force: they take long
BRUTE_FORCE = "SELECT id FROM ingest_photo WHERE bit_count((phash # (%s)::bigint)::bit(64)) <= %s"


def figures(order: argparse.Namespace, host: str, var: Path) -> Iterator[Line]:
    cv2.setNumThreads(1)
    admin = User.objects.create_user("bench")
    if "speed" in order.parts:
        yield from speed(order.photos, host, var, admin)
    if "memory" in order.parts:
        yield from memory(order.memory, host, admin)
    if "database" in order.parts or "lookup" in order.parts:
        job = stock(order, host, admin)
        if "database" in order.parts:
            yield from database(order, job)
    if "lookup" in order.parts:
        yield from lookup(order.lookups)


# ---- Photos a second


def speed(photos: int, host: str, var: Path, admin: User) -> Iterator[Line]:
    """Each picture both ways, from the same server, in this process; what PostgreSQL itself spends is not counted."""
    job = _job("speed", host, "photos", range(photos), admin)
    _discover(job)
    naive = _Naive(host, var / "naive")
    spent: dict[str, list[Line]] = {"ours": [], "naive": []}
    for number, candidate in enumerate(_candidates(job)):
        spent["naive"].append(_timed(naive.take, number))
        spent["ours"].append(_timed(_advance, candidate))
    done = job.candidates.filter(state=Candidate.State.DONE).count()
    more = {"n": photos, "with_a_face": done, "faces": Face.objects.count(), "naive_faces": naive.faces}
    for unit in ("wall", "processor"):
        rates = {way: round(photos / sum(run[unit] for run in runs), 2) for way, runs in spent.items()}
        yield _line(f"photos a {unit} second, one process", rates["ours"], rates["naive"]) | more


def _timed(work: Callable[..., Any], *arguments: Any) -> Line:
    wall, processor = time.perf_counter(), time.process_time()
    result = work(*arguments)
    return {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor, "result": result}


class _Naive:
    """A script as one finds them: no licence, no database, every pixel looked at."""

    def __init__(self, host: str, folder: Path) -> None:
        folder.mkdir()
        self.host, self.folder, self.faces = host, folder, 0
        cascades = Path(cv2.__file__).parent / "data"
        self.cascade = cv2.CascadeClassifier(str(cascades / "haarcascade_frontalface_default.xml"))

    def take(self, number: int) -> None:
        data = requests.get(f"http://{self.host}/photos/{number}.jpg", timeout=30).content
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        for x, y, w, h in self.cascade.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5, minSize=(40, 40)):
            cv2.imwrite(str(self.folder / f"{number}-{self.faces}.jpg"), image[y : y + h, x : x + w])
            self.faces += 1


def _job(name: str, host: str, folder: str, numbers: range, admin: User) -> CrawlJob:
    """A list of URLs for identities of its own, 200 photos each."""
    names = [f"{name} {n}" for n in range((len(numbers) - 1) // 200 + 1)]
    approved = {"state": "approved", "approved_by": admin, "approved_at": timezone.now(), "public_figure_basis": "a"}
    Identity.objects.bulk_create(Identity(name=n, slug=n.replace(" ", "-"), **approved) for n in names)
    rows = [f"{names[n // 200]},http://{host}/{folder}/{n}.jpg,http://{host}/page/{n},,A. Bench" for n in numbers]
    text = "\n".join(["identity,image_url,page_url,licence_url,creator", *rows])
    return start_job(source="urls", parameters={"csv": text, "limit": 1000}, by=admin)


def _discover(job: CrawlJob) -> None:
    for pk in job.discoveries.values_list("pk", flat=True):
        discovery.discover(pk, lambda candidate_id: None)


def _candidates(job: CrawlJob) -> list[int]:
    return list(job.candidates.order_by("pk").values_list("pk", flat=True))


def _advance(candidate: int) -> None:
    for state in Candidate.PENDING:
        pipeline.advance(candidate, state)


# ---- Memory of a worker


def memory(photos: int, host: str, admin: User) -> Iterator[Line]:
    """A real Celery worker with one child, which does everything."""
    job = _job("memory", host, "memory", range(photos), admin)
    command = [sys.executable, "-m", "celery", "--app=mtf_site", "worker", "--concurrency=1", "--loglevel=ERROR",
               "--without-gossip", "--without-mingle", f"--queues={','.join(sorted(QUEUES))}"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as worker:
        try:
            tasks.announce(job)
            samples, peak, children = _watch(worker.pid, job, photos)
        finally:
            worker.terminate()
    states = {state: job.candidates.filter(state=state).count() for state in ("done", "refused", "failed")}
    late = [mb for done, mb in samples if done >= photos // 5]
    yield {"bench": "ingest: peak megabytes of a worker's child", "ours": peak, "wanted": 400, "n": photos,
           "megabytes_by_photos": samples, "children": children, **states}  # fmt: skip
    yield {"bench": "ingest: memory at the end against a fifth of the way", "ratio": round(late[-1] / late[0], 3)}


def _watch(worker: int, job: CrawlJob, photos: int) -> tuple[list[tuple[int, float]], float, int]:
    """(photos settled, megabytes) every so many photos; the highest that the kernel saw; how many children."""
    samples: list[tuple[int, float]] = []
    pids: set[int] = set()
    peak = 0.0
    while True:
        settled = job.candidates.exclude(state__in=Candidate.PENDING).count()
        for child in psutil.Process(worker).children():
            pids.add(child.pid)
            peak = max(peak, _highest(child.pid))
            if settled and settled >= len(samples) * photos / SAMPLES:
                samples.append((settled, round(child.memory_info().rss / 1e6, 1)))
                print(f"{settled:,} photos, {samples[-1][1]} MB", file=sys.stderr)
        if settled >= photos:
            return samples, peak, len(pids)
        _beat()
        time.sleep(3)


def _beat() -> None:
    """What a scheduler rings for all the time."""
    ring(tasks.sweep)
    ring(curation_tasks.open_claims)


def _highest(pid: int) -> float:
    """Megabytes, as the kernel counted them."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((round(int(line.split()[1]) / 1000, 1) for line in lines if line.startswith("VmHWM")), 0.0)


# ---- Time in the database


def stock(order: argparse.Namespace, host: str, admin: User) -> CrawlJob:
    """A database with few photos beside ours with many, the same candidates waiting in both."""
    _stock.fill(order.small, admin)
    job = _job("waiting", host, "photos", range(order.photos), admin)
    _discover(job)
    _switch(MAINTENANCE)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {SMALL} TEMPLATE {DATABASE}")
    _switch(DATABASE)
    _stock.fill(order.large, admin)
    return job


def _switch(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def database(order: argparse.Namespace, job: CrawlJob) -> Iterator[Line]:
    """The photos go into both, some here and some there in turn: then a busy machine slows down both."""
    spent: dict[str, list[_Watch]] = {DATABASE: [], SMALL: []}
    opening: dict[str, list[float]] = {DATABASE: [], SMALL: []}
    candidates = _candidates(job)
    for start in range(0, len(candidates), IN_TURN):
        for name in spent:
            _switch(name)
            watches = [_take_in(pk) for pk in candidates[start : start + IN_TURN]]
            spent[name] += watches[WARM:]  # the first find a new connection
            opening[name] += [_timed(open_claims)["wall"] for _ in range(3)][1:]
    _switch(DATABASE)
    sizes = {"n": len(spent[SMALL]), "photos_large": order.large, "photos_small": order.small}
    figures: dict[str, Callable[[str], float]] = {
        "milliseconds in the database a photo, mean": lambda name: 1000 * mean(w.seconds for w in spent[name]),
        "milliseconds in the database a photo, median": lambda name: 1000 * median(w.seconds for w in spent[name]),
        "statements a photo": lambda name: median(w.statements for w in spent[name]),
        "milliseconds to see that no claim is to be opened": lambda name: 1000 * median(opening[name]),
    }
    for title, figure in figures.items():
        large, small = figure(DATABASE), figure(SMALL)
        told = {"large": round(large, 2), "small": round(small, 2), "ratio": round(large / small, 3)}
        yield {"bench": f"ingest: {title}"} | told | sizes


def _take_in(candidate: int) -> "_Watch":
    watch = _Watch()
    with connection.execute_wrapper(watch):
        _advance(candidate)
    return watch


class _Watch:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.statements = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - start
            self.statements += 1


# ---- Near-duplicate look-up


def lookup(count: int) -> Iterator[Line]:
    """Of hashes that are there, with four bits turned; by the indexes, by a scan in SQL, and by numpy in memory."""
    dice = np.random.default_rng(7)
    ids, stored = (
        np.array(column) for column in zip(*Photo.objects.exclude(phash=None).values_list("pk", "phash"), strict=True)
    )
    asked = [_turned(int(value), dice) for value in dice.choice(stored, count)]
    bits = settings.PHOTO_HASH_BITS
    ours = [_timed(near_photos, value, bits) for value in asked]
    crops = [_timed(near_crops, value, settings.CROP_HASH_BITS + SLACK) for value in asked]
    scans = [_timed(_brute_force, value, bits) for value in asked[:BRUTE]]
    numpy = [_timed(_in_memory, ids, stored, value, bits) for value in asked]
    same = all(sorted(o["result"]) == sorted(n["result"]) for o, n in zip(ours, numpy, strict=True))
    same &= all(sorted(o["result"]) == sorted(s["result"]) for o, s in zip(ours, scans, strict=False))
    found = sum(len(o["result"]) for o in ours) / count
    more = {"n": count, "hashes": len(ids), "bits": bits, "same_answers": same, "found_each": round(found, 2)}
    for name, rank in (("p50", 50), ("p95", 95)):
        mine, scan, array, crop = (_milliseconds(runs, rank) for runs in (ours, scans, numpy, crops))
        line = _line(f"near-duplicate look-up, milliseconds, {name}", mine, scan)
        yield line | {"numpy_in_memory": array, "crops_within_10_bits": crop} | more


def _turned(value: int, dice: np.random.Generator) -> int:
    return signed(unsigned(value) ^ sum(1 << int(bit) for bit in dice.choice(64, 4, replace=False)))


def _brute_force(value: int, bits: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BRUTE_FORCE, [value, bits])
        return [row[0] for row in cursor.fetchall()]


def _in_memory(ids: NDArray[np.int64], stored: NDArray[np.int64], value: int, bits: int) -> list[int]:
    differing = np.bitwise_count((stored ^ value).view(np.uint64))  # of a negative number it would count another's
    return [int(pk) for pk in ids[differing <= bits]]


def _milliseconds(runs: list[Line], rank: int) -> float:
    return round(1000 * float(np.percentile([run["wall"] for run in runs], rank)), 2)


def _line(name: str, ours: float, naive: float) -> Line:
    return {"bench": f"ingest: {name}", "ours": ours, "naive": naive, "ratio": round(ours / naive, 3)}
