"""What was erased does not come back: by an import, a form, or a crawl of the same site; nor from a step under way."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from curation.claims import open_claims
from curation.models import Claim
from ingest import discovery, fetching, pipeline, store
from ingest.identities import IdentityRefused
from ingest.identity_changes import edit
from ingest.job_orders import JobRefused
from ingest.jobs import start_job
from ingest.models import Candidate, CrawlJob, Face, Identity, Photo
from ingest.pending import Refused
from ingest.tombstones import check_bytes
from mtf_site.roles import Role
from tests import factories
from tests.curation import erasure_scenes as scenes
from tests.curation import releases
from tests.curation.scenes import flag, lease, say
from tests.ingest.conftest import site  # noqa: F401  the fixture
from tests.ingest.crawling import BY, crawl, face_jpeg, outcomes, page, urls_csv
from tests.servers import Site

pytestmark = pytest.mark.django_db


def crawled(site: Site, person: Identity) -> CrawlJob:  # noqa: F811
    job = crawl(site, (person.name, "/ada.jpg", "/by"))
    open_claims()
    assert outcomes(job) == [("done", "")]
    assert Claim.objects.filter(identity=person).exists()
    return job


def test_a_crawled_person_is_gone_and_stays_away(site: Site, tmp_path: object) -> None:  # noqa: F811
    ada = scenes.ada()
    crawled(site, ada)
    names, marks = scenes.known_of(ada)
    scenes.erase_identity(ada)
    assert scenes.found_in_database(names) == set()
    assert scenes.found_in_storage(names, marks) == set()
    asked = len(site.requests)
    with pytest.raises(JobRefused):
        crawl(site, (ada.name, "/ada.jpg", "/by"))
    other = factories.identity("Bo Lindqvist")
    job = crawl(site, (other.name, "/ada.jpg", "/by"))
    assert outcomes(job) == [("refused", "erased")]
    assert len(site.requests) == asked
    assert not Photo.objects.exists()


def test_the_same_bytes_at_another_address_are_refused(site: Site) -> None:  # noqa: F811
    ada = scenes.ada()
    crawled(site, ada)
    scenes.erase_identity(ada)
    factories.identity("Bo Lindqvist")
    site.pages["/elsewhere"] = page(BY)
    job = crawl(site, ("Bo Lindqvist", "/again.jpg", "/elsewhere"))
    assert outcomes(job) == [("refused", "erased")]
    assert not Photo.objects.exists()
    assert [path.parts[-3] for path in scenes.stored_files()] == ["evidence"]


def test_a_released_crop_does_not_enter_as_a_picture() -> None:
    ada = scenes.ada()
    claim = scenes.shown(ada, factories.reviewers(2))
    data = store.read(store.name_of("crops", claim.face.crop_sha256))
    scenes.erase_identity(ada)
    with pytest.raises(Refused):
        check_bytes(store.digest(data))


@pytest.mark.parametrize("row", ["Ada Marlow,,", "ada  MARLOW,,", "Somebody,adelchen,", "Somebody,,Q7259123"])
def test_an_import_is_refused(row: str, tmp_path: object) -> None:
    scenes.erase_identity(scenes.ada())
    factories.user(Role.ADMIN, username="root")
    file = f"{tmp_path}/people.csv"
    with open(file, "w", encoding="utf-8") as out:
        out.write(f"name,aliases,wikidata_id\n{row}\n")
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_identities", file, approved_by="root", basis="elected")
    assert not Identity.objects.exists()


def test_the_name_does_not_come_back_as_an_alias() -> None:
    scenes.erase_identity(scenes.ada())
    bo = factories.identity("Bo Lindqvist")
    with pytest.raises(IdentityRefused, match="erased"):
        edit(bo, by=factories.user(Role.ADMIN), aliases=["Ada Marlow"], about="", basis="elected")


# ---- While a worker is at it


@pytest.fixture
def under_way(site: Site) -> CrawlJob:  # noqa: F811
    ada = scenes.ada()
    csv = urls_csv((ada.name, site.url("/ada.jpg"), site.url("/by")))
    job = start_job(source="urls", by=factories.user(Role.ADMIN), parameters={"csv": csv})
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    return job


def during(monkeypatch: pytest.MonkeyPatch, module: object, name: str, act: Callable[[], object]) -> None:
    """`act` happens once the function has done its work, and before its caller goes on."""
    original = getattr(module, name)

    def interrupted(*args: object, **more: object) -> object:
        result = original(*args, **more)
        act()
        return result

    monkeypatch.setattr(module, name, interrupted)


def test_a_person_erased_during_a_download_does_not_enter(under_way: CrawlJob, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = under_way.candidates.get()
    pipeline.advance(candidate.pk, "found")
    names, marks = scenes.known_of(candidate.identity)
    during(monkeypatch, fetching, "_download", lambda: scenes.erase_identity(candidate.identity))
    assert pipeline.advance(candidate.pk, "licensed") is None
    assert not Photo.objects.exists()
    assert scenes.found_in_database(names) == set()
    assert scenes.found_in_storage(names, marks | {store.digest(face_jpeg(1))}) == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["licensed", "fetched"])
def test_an_erasure_waits_for_the_step_under_way_and_takes_what_it_left(
    under_way: CrawlJob, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Two connections: the worker has kept the picture, and holds the barrier; its row comes before the erasure."""
    candidate = under_way.candidates.get()
    for state in ["found", "licensed"][: 1 if step == "licensed" else 2]:
        pipeline.advance(candidate.pk, state)
    names, _marks = scenes.known_of(candidate.identity)
    eraser = threading.Thread(target=erase_in_thread, args=(candidate.identity,))
    seen: list[bool] = []

    def begin() -> None:
        eraser.start()
        wait_for_lock()
        seen.append(eraser.is_alive())

    during(monkeypatch, store, "put", lambda: None if seen else begin())
    pipeline.advance(candidate.pk, step)
    eraser.join(30)
    assert seen == [True]
    assert not Identity.objects.exists()
    assert not Photo.objects.exists()
    assert not Face.objects.exists()
    assert not Candidate.objects.exists()
    assert list(scenes.stored_files()) == []
    assert scenes.found_in_database(names) == set()


def erase_in_thread(person: Identity) -> None:
    try:
        scenes.erase_identity(person)
    finally:
        connection.close()


def wait_for_lock() -> None:
    """Until somebody waits for an advisory lock."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("the erasure does not wait")


@pytest.mark.django_db(transaction=True)
def test_reviewers_who_answer_meanwhile_are_told_and_leave_nothing() -> None:
    ada, bo = scenes.ada(), factories.identity("Bo Lindqvist")
    claims = {person: [waiting(person) for _ in range(12)] for person in (ada, bo)}
    names, marks = scenes.known_of(ada)
    reviewers = factories.reviewers(3)
    began, said = threading.Barrier(4), list[str]()

    def answer(reviewer: User) -> None:
        try:
            began.wait(20)
            for one in [*claims[ada], *claims[bo]]:
                lease(reviewer)
                said.append(flag(reviewer, one, "is it her?").status)
                result, _id = say(reviewer, one)
                said.append(result.status)
        except BaseException as error:
            said.append(repr(error))
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(reviewer,)) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    began.wait(20)
    scenes.erase_identity(ada)
    for thread in threads:
        thread.join(60)
    assert set(said) <= {"saved", "late", "gone"}
    assert len(said) == 144
    assert scenes.found_in_database(names) == set()
    assert scenes.found_in_storage(names, marks) == set()
    assert Claim.objects.filter(identity=bo).count() == 12
    assert not Claim.objects.exclude(identity=bo).exists()


def waiting(person: Identity) -> Claim:
    """A claim that two reviewers are to answer."""
    claim = releases.claim(person, scenes.stored_photo(factories.number() + 900))
    factories.candidate(person, claim.photo)
    for number in (1, 2):
        releases.slot(claim, "usable", number, waiting=True)
    return claim
