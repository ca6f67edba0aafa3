from typing import Any

import pytest

from ingest import discovery, pipeline, store
from ingest.addresses import url_key
from ingest.jobs import finish_if_nothing_pends, start_job
from ingest.models import CrawlJob, Face, Photo, Tombstone
from ingest.pending import Refused
from ingest.tombstones import check_phash, mark
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import drain, face_jpeg, outcomes, urls_csv
from tests.servers import Site

pytestmark = pytest.mark.django_db


def erase(kind: str, value: str) -> None:
    Tombstone.objects.create(kind=kind, value=value, reason="asked for it")


@pytest.fixture
def job(site: Site) -> CrawlJob:
    factories.identity("Ada", aliases=["The Countess"])
    csv = urls_csv(("Ada", site.url("/ada.jpg"), site.url("/by")))
    return start_job(source="urls", by=factories.user(Role.ADMIN), parameters={"csv": csv})


@pytest.mark.parametrize("path", ["/ada.jpg", "/by"])
def test_an_erased_address_is_refused_when_it_is_found(site: Site, job: CrawlJob, path: str) -> None:
    erase("url", url_key(site.url(path)))
    announced: list[int] = []
    discovery.discover(job.discoveries.get().pk, announced.append)
    candidate = job.candidates.get()
    assert (candidate.state, candidate.refusal) == ("refused", "erased")
    assert candidate.finished_at is not None
    finish_if_nothing_pends(job.pk)
    job.refresh_from_db()
    assert (announced, site.requests, job.state) == ([], [], "done")


@pytest.mark.parametrize("path", ["/ada.jpg", "/by"])
def test_an_address_erased_after_it_was_found_is_not_asked(site: Site, job: CrawlJob, path: str) -> None:
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    erase("url", url_key(site.url(path)))
    drain(job)
    assert (outcomes(job), site.requests) == ([("refused", "erased")], [])


@pytest.mark.parametrize("name", ["Ada", "the  countess"])
def test_an_erased_person_is_not_looked_for(site: Site, job: CrawlJob, name: str) -> None:
    erase("identity", mark(name))
    drain(job)
    assert job.discoveries.values_list("state", "error").get() == (
        "failed",
        "Ada was erased and must not enter again.",
    )
    assert (outcomes(job), site.requests) == ([], [])


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_person_erased_in_the_middle_gets_no_further(site: Site, job: CrawlJob, steps: int) -> None:
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    candidate = job.candidates.get()
    for state in ["found", "licensed"][:steps]:
        pipeline.advance(candidate.pk, state)
    erase("identity", mark("Ada"))
    asked = len(site.requests)
    drain(job)
    assert (outcomes(job), len(site.requests)) == ([("refused", "erased")], asked)


@pytest.mark.parametrize("kind", ["sha256", "phash"])
def test_a_photo_erased_before_its_faces_were_found_gives_none(site: Site, job: CrawlJob, kind: str) -> None:
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    for state in ["found", "licensed"]:
        pipeline.advance(job.candidates.get().pk, state)
    photo = Photo.objects.get()
    erase(kind, photo.sha256 if kind == "sha256" else f"{(photo.phash or 0) % 2**64:016x}")
    drain(job)
    assert outcomes(job) == [("refused", "erased" if kind == "sha256" else "near_duplicate_erased")]
    assert not Face.objects.exists()


def test_erased_bytes_become_no_photo(site: Site, job: CrawlJob) -> None:
    erase("sha256", store.digest(face_jpeg(1)))
    drain(job)
    assert outcomes(job) == [("refused", "erased")]
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("erased", "seen", "bits", "is_refused"),
    [
        ("ffffffffffffffff", -1, 0, True),
        ("00000000000000ff", 0, 8, True),
        ("00000000000000FF", 0, 7, False),
        ("8000000000000000", 0, 1, True),
        ("8000000000000000", 0, 0, False),
        ("fedcba9876543210", 0xFEDCBA9876543210 - 2**64, 0, True),
        ("nonsense", 0, 64, False),
    ],
)
def test_a_look_is_compared_bit_by_bit(erased: str, seen: int, bits: int, is_refused: bool) -> None:
    erase("phash", erased)
    erase("url", "0" * 16)  # of another kind, though it looks like one
    refusal: Any = None
    try:
        check_phash(seen, bits)
    except Refused as error:
        refusal = error.code
    assert refusal == ("near_duplicate_erased" if is_refused else None)
