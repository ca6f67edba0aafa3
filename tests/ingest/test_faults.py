"""What a machine does to us: a killed worker, an emptied Redis. The real worker runs (see test_bare_machine too)."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from kombu import Connection
from pytest_django import Settings
from redis import Redis

from ingest import tasks
from ingest.jobs import start_job
from ingest.models import Candidate, CrawlJob, Detection, Discovery, Face, LicenceEvidence, Photo
from ingest.progress import progress
from mtf_site import services
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import BY, face_jpeg, page, urls_csv
from tests.ingest.gates import Gate, until
from tests.servers import Site, serve

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
def worker(site: Site, redis_folder: Path, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with its beat on this test's database, Redis and pictures, told by the environment."""
    there = connection.settings_dict
    place = f"{there['HOST'].replace('/', '%2F')}:{there['PORT']}/{there['NAME']}"
    told = {
        "DATABASE_URL": f"postgres://{there['USER']}@{place}",
        "REDIS_URL": services.celery_url(redis_folder, 1),
        "MTF_VAR": str(home),
        "MTF_ALLOW_HOSTS": site.host_port,
        "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
    }
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
