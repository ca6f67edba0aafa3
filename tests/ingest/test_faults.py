"""What machines do to us: a killed worker, an emptied Redis, a full disk, bad hosts. The real worker runs.

A PostgreSQL that dies: see test_bare_machine.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.db import connection
from django.utils import timezone
from kombu import Connection
from pytest_django import Settings
from redis import Redis

from ingest import tasks
from ingest.jobs import start_job
from ingest.models import Candidate, CrawlJob, Detection, Discovery, Face, LicenceEvidence, Photo
from ingest.progress import Tally, progress, troubles
from mtf_site import services
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import BY, face_jpeg, outcomes, page, urls_csv
from tests.ingest.gates import Gate, until
from tests.servers import Reply, Request, Site, serve

pytestmark = pytest.mark.django_db(transaction=True)

PICTURES = 12
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def site(gate: Gate) -> Iterator[Site]:
    pages = {f"/{n}.jpg": gate.picture(face_jpeg(1) + bytes([n])) for n in range(PICTURES)}
    with serve({"/by": page(BY), **pages}) as running:
        yield running
        gate.open.set()


@pytest.fixture
def job(site: Site, settings: Settings) -> CrawlJob:
    settings.INGEST_ALLOWED_HOSTS = frozenset({site.host_port})
    factories.identity("Ada")
    rows = [("Ada", site.url(f"/{n}.jpg"), site.url("/by")) for n in range(PICTURES)]
    return start_job(source="urls", by=factories.user(Role.ADMIN), parameters={"csv": urls_csv(*rows)})


@pytest.fixture(scope="module")
def redis_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Redis of our own: other tests' bells must not ring here, nor go when it is emptied."""
    folder = tmp_path_factory.mktemp("redis")
    services.join(folder, postgres=False, redis=True)
    return folder


def announce(job: CrawlJob, redis_folder: Path) -> None:
    with Connection(services.celery_url(redis_folder, 1)) as broker:
        for pk in job.discoveries.values_list("pk", flat=True):
            tasks.discover.apply_async((pk,), connection=broker)


@contextmanager
def worker(site: Site, redis_folder: Path, home: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with its beat on this test's database, Redis and pictures, told by the environment."""
    there = connection.settings_dict
    place = f"{there['HOST'].replace('/', '%2F')}:{there['PORT']}/{there['NAME']}"
    told = {
        "DATABASE_URL": f"postgres://{there['USER']}@{place}",
        "REDIS_URL": services.celery_url(redis_folder, 1),
        "MTF_VAR": str(home),
        "MTF_ALLOW_HOSTS": site.host_port,
        "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
    } | more
    size = ["--concurrency=2", "--queues=crawl,fetch,detect", "--without-gossip", "--without-mingle"]
    beat = ["--beat", f"--schedule={home / 'beat'}", "--loglevel=WARNING"]
    with (home / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app=mtf_site", "worker", *size, *beat],
            cwd=ROOT, env=os.environ | told, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        kill_with_children(process)


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_done(job: CrawlJob) -> bool:
    job.refresh_from_db(fields=["state"])
    return job.state == CrawlJob.State.DONE


def the_time_of_claims_runs_out() -> None:
    for rows in (Candidate.objects, Discovery.objects):
        rows.filter(claimed_until__isnull=False).update(claimed_until=timezone.now())


def is_done_if_time_passes(job: CrawlJob) -> bool:
    """What was put off is due; what is being worked on, and so is taken for much longer, stays."""
    soon = timezone.now() + timedelta(seconds=75)
    Candidate.objects.exclude(refusal="").filter(claimed_until__lt=soon).update(claimed_until=timezone.now())
    return is_done(job)


def assert_complete_and_once(job: CrawlJob) -> None:
    """Every picture was refused or became one photo with one face; nothing was lost, nothing done twice."""
    now = progress(job)
    assert (now.tally.found, now.tally.fetched, now.tally.done, now.tally.settled) == (PICTURES,) * 4
    assert (now.faces, now.photos) == (PICTURES, PICTURES)
    assert Photo.objects.count() == Face.objects.count() == Detection.objects.count() == PICTURES
    assert LicenceEvidence.objects.count() == PICTURES
    assert set(Candidate.objects.values_list("state", flat=True)) == {"done"}


def test_a_worker_killed_in_the_middle_loses_nothing(
    job: CrawlJob, site: Site, gate: Gate, redis_folder: Path, tmp_path: Path
) -> None:
    with worker(site, redis_folder, tmp_path) as first:
        announce(job, redis_folder)
        gate.wait_until_asked(2)
        kill_with_children(first)
    assert Candidate.objects.filter(state="licensed", claimed_until__gt=timezone.now()).count() == 2
    gate.open.set()
    with worker(site, redis_folder, tmp_path):
        the_time_of_claims_runs_out()
        until(lambda: is_done(job), "the second worker finishes the job")
    assert_complete_and_once(job)


def test_an_emptied_redis_loses_nothing(
    job: CrawlJob, site: Site, gate: Gate, redis_folder: Path, tmp_path: Path
) -> None:
    with worker(site, redis_folder, tmp_path):
        announce(job, redis_folder)
        gate.wait_until_asked(2)
        flush(redis_folder)
        gate.open.set()
        until(lambda: is_done(job), "the sweeper rings for what was forgotten")
    assert_complete_and_once(job)


def flush(redis_folder: Path) -> None:
    with Redis.from_url(services.redis_url(redis_folder, 1)) as redis:
        redis.flushall()


def test_a_host_is_asked_at_its_pace_by_all_workers_together(
    job: CrawlJob, site: Site, gate: Gate, redis_folder: Path, tmp_path: Path
) -> None:
    gate.open.set()
    with worker(site, redis_folder, tmp_path, MTF_HOST_RATE="8", MTF_HOST_BURST="1"):
        began = time.monotonic()
        announce(job, redis_folder)
        until(lambda: is_done(job), "every row had its turn")
        took = time.monotonic() - began
    assert_complete_and_once(job)
    assert took >= (len(site.requests) - 1) / 8
    robots = [request.path for request in site.requests].count("/robots.txt")
    assert (len(site.requests) - robots, robots in (1, 2)) == (2 * PICTURES, True)  # both may have been first


def test_bad_hosts_keep_nothing_from_the_others(
    site: Site, gate: Gate, redis_folder: Path, tmp_path: Path, settings: Settings
) -> None:
    gate.open.set()
    good = face_jpeg(1)
    with serve({}) as bad:

        def hangs(request: Request) -> Reply:
            kind = "image/jpeg" if request.path.endswith(".jpg") else "text/html"
            return Reply(content_type=kind, chunks=bad.endless(b"", pause=30))

        bad.pages = {
            "/hangs.jpg": hangs,
            "/hangs": hangs,
            "/resets.jpg": Reply(is_reset=True),
            "/short.jpg": Reply(good, content_type="image/jpeg", length=len(good) + 1000),
            "/long.jpg": Reply(good, content_type="image/jpeg", length=len(good) - 1000),
            "/circle.jpg": Reply(status=302, headers={"Location": "/again.jpg"}),
            "/again.jpg": Reply(status=302, headers={"Location": "/circle.jpg"}),
        }
        allowed = f"{site.host_port},{bad.host_port}"
        settings.INGEST_ALLOWED_HOSTS = frozenset(allowed.split(","))
        factories.identity("Ada")
        names = ["hangs", "resets", "short", "long", "circle"]
        pictures = [bad.url(f"/{name}.jpg") for name in names] + [site.url(f"/{n}.jpg") for n in range(3)]
        rows = [*((url, site.url("/by")) for url in pictures), (site.url("/4.jpg"), bad.url("/hangs"))]
        csv = urls_csv(*(("Ada", *row) for row in rows))
        job = start_job(source="urls", by=factories.user(Role.ADMIN), parameters={"csv": csv})
        with worker(site, redis_folder, tmp_path, MTF_ALLOW_HOSTS=allowed, MTF_READ_SECONDS="1.5"):
            announce(job, redis_folder)
            until(lambda: is_done_if_time_passes(job), "the job ends")
    assert outcomes(job) == [
        ("failed", "timeout"),
        ("failed", "connection"),
        ("failed", "truncated"),
        ("refused", "broken_picture"),
        ("refused", "redirect_loop"),
        *[("done", "")] * 3,
        ("failed", "timeout"),
    ]
    assert progress(job).tally == Tally(found=9, checked=9, fetched=3, done=3, refused=2, failed=4)
    assert Photo.objects.count() == Face.objects.count() == Detection.objects.count() == 3
    assert LicenceEvidence.objects.count() == 8  # each page that could be read, once
    assert {trouble.host for trouble in troubles(job)} == {bad.host_port}


def test_a_full_disk_refuses_nothing_and_the_job_completes_once_there_is_room(
    job: CrawlJob, site: Site, gate: Gate, redis_folder: Path, tmp_path: Path
) -> None:
    gate.open.set()
    with worker(site, redis_folder, tmp_path) as process:
        until(lambda: len(family(process)) >= 3, "the worker has its children")
        let_files_grow_to(len(face_jpeg(1)) // 2, process)
        announce(job, redis_folder)
        until(lambda: Candidate.objects.filter(refusal="disk_full").count() == PICTURES, "nothing can be kept")
        now = progress(job).tally
        assert (now.found, now.pending, now.refused, now.failed) == (PICTURES, PICTURES, 0, 0)
        assert [(trouble.code, trouble.count) for trouble in troubles(job)] == [("disk_full", PICTURES)]
        assert {Path(name).suffix for name in files_below(tmp_path / "media")} == {
            ".html"
        }  # source pages: small enough
        let_files_grow_to(resource.RLIM_INFINITY, process)
        until(lambda: is_done_if_time_passes(job), "the job ends when there is room")
    assert_complete_and_once(job)
    assert not [name for name in files_below(tmp_path / "media") if name.endswith(".part")]


def family(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def let_files_grow_to(size: int, process: "subprocess.Popen[bytes]") -> None:
    """Writing beyond fails in the middle, as on a full disk."""
    for member in family(process):
        _, hard = member.rlimit(psutil.RLIMIT_FSIZE)
        member.rlimit(psutil.RLIMIT_FSIZE, (size, hard))


def files_below(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]
