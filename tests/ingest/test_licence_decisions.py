import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from curation.models import Claim
from curation.release.selection import triage
from ingest.decisions import Decision, decide, held, newest, said_of
from ingest.jobs import cancel, reopen
from ingest.models import Candidate, CrawlJob, Face, LicenceEvidence
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r
from tests.ingest.crawling import crawl, drain, outcomes, page, picture
from tests.ingest.test_licence_contradictions import copyrighted
from tests.servers import Site

pytestmark = pytest.mark.django_db

SA = "https://creativecommons.org/licenses/by-sa/4.0/"


@pytest.fixture
def admin() -> User:
    return factories.user(Role.ADMIN)


def seen_of(candidate: Candidate) -> int:
    return newest(said_of([candidate])[candidate.pk])


def settle(candidate: Candidate, by: User, take: str = "", **said: Any) -> list[int] | None:
    decision = Decision(take=take, reason="The photographer told me.", by=by, **said)
    return decide(candidate.pk, decision, seen=seen_of(candidate))


def the(job: CrawlJob) -> Candidate:
    return job.candidates.get()


def test_what_is_taken_before_it_is_fetched_goes_on_to_a_face(site: Site, admin: User) -> None:
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/both"))
    held_one = the(job)
    assert settle(held_one, admin, "CC-BY-4.0", creator="J. Okafor") == [held_one.pk]
    job.refresh_from_db()
    assert (job.state, job.finished_at, the(job).state) == ("running", None, "licensed")
    drain(job)
    done = the(job)
    assert (job.state, done.state, done.refusal, done.detail) == ("done", "done", "", "")
    assert (done.licence, done.proof, done.creator) == ("CC-BY-4.0", "proved", "J. Okafor")
    said = done.licence_evidence.get(kind="decision")
    assert (said.says, said.decided_by, said.words) == ("CC-BY-4.0", admin, "The photographer told me.")


def test_what_is_taken_after_it_was_fetched_goes_on_to_detection(site: Site, admin: User) -> None:
    site.pages["/ada.jpg"] = picture(copyrighted("All rights reserved"))
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    settle(the(job), admin, "CC-BY-4.0")
    assert the(job).state == "fetched"
    drain(job)
    assert (the(job).state, the(job).proof, job.state) == ("done", "proved", "done")


def test_what_the_file_says_is_held_again_though_its_page_was_decided_on(site: Site, admin: User) -> None:
    site.pages["/ada.jpg"] = picture(copyrighted("All rights reserved"))
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/both"))
    settle(the(job), admin, "CC-BY-4.0")
    drain(job)
    assert outcomes(job) == [("held", "licence_in_file")]
    settle(the(job), admin, "CC-BY-4.0")
    drain(job)
    assert outcomes(job) == [("done", "")]


@pytest.mark.parametrize("path", ["/both", "/by"])
def test_what_is_refused_goes_no_further(site: Site, admin: User, path: str) -> None:
    site.pages["/ada.jpg"] = picture(copyrighted("All rights reserved"))
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", path))
    assert settle(the(job), admin) == []
    job.refresh_from_db()
    assert (outcomes(job), job.state) == ([("refused", "licence_decided")], "done")
    again = crawl(site, ("Ada", "/ada.jpg", path), allow_unproved=True)
    assert outcomes(again) == []


def test_a_decision_holds_for_every_candidate_of_the_photo(site: Site, admin: User) -> None:
    site.pages["/sa"] = page(SA)
    factories.identity("Ada")
    factories.identity("Bo")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Bo", "/again.jpg", "/sa"))
    settle(job.candidates.get(state="held"), admin, "CC-BY-SA-4.0")
    drain(job)
    found = job.candidates.order_by("pk").values_list("state", "licence", "proof")
    assert list(found) == [("done", "CC-BY-SA-4.0", "proved")] * 2
    assert LicenceEvidence.objects.filter(kind="decision").count() == 2
    # A third source that names the decided licence is content, another one is not.
    site.pages["/third.jpg"] = site.pages["/fourth.jpg"] = site.pages["/ada.jpg"]
    factories.identity("Cy")
    factories.identity("Di")
    later = crawl(site, ("Cy", "/third.jpg", "/sa"), ("Di", "/fourth.jpg", "/by"))
    assert sorted(outcomes(later)) == [("done", ""), ("held", "licence_sources_differ")]


def test_the_second_of_one_person_is_then_a_duplicate(site: Site, admin: User) -> None:
    site.pages["/sa"] = page(SA)
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Ada", "/again.jpg", "/sa"))
    assert settle(job.candidates.get(state="held"), admin, "CC-BY-4.0") == []
    found = job.candidates.order_by("pk").values_list("state", "refusal", "licence")
    assert list(found) == [("done", "", "CC-BY-4.0"), ("refused", "exact_duplicate", "CC-BY-4.0")]


def test_a_later_source_of_a_refused_photo_is_refused(site: Site, admin: User) -> None:
    site.pages["/ada.jpg"] = site.pages["/again.jpg"] = picture(copyrighted("All rights reserved"))
    factories.identity("Ada")
    factories.identity("Bo")
    settle(the(crawl(site, ("Ada", "/ada.jpg", "/by"))), admin)
    assert outcomes(crawl(site, ("Bo", "/again.jpg", "/by"))) == [("refused", "licence_decided")]


def test_a_photo_that_is_refused_later_leaves_the_next_release(admin: User) -> None:
    made = r.accepted(factories.identity(), licence="CC-BY-4.0")
    assert triage().ready == 1
    other = factories.candidate(
        factories.identity(), made.photo, state="held", refusal="licence_sources_differ", licence="CC-BY-SA-4.0"
    )
    assert [found.code for found in triage().held_back] == ["licences_differ"]
    settle(other, admin)
    assert [found.code for found in triage().held_back] == ["licence_unproved"]
    assert set(Candidate.objects.values_list("state", "proof")) == {("refused", "unproved")}


def test_what_is_found_again_after_a_refusal_is_no_proof_for_the_photo(site: Site, admin: User) -> None:
    site.pages["/again.jpg"] = site.pages["/ada.jpg"]
    site.pages["/sa"] = page(SA)
    ada = factories.identity("Ada")
    factories.identity("Bo")
    factories.identity("Cy")
    crawl(site, ("Ada", "/ada.jpg", "/by"))
    face = Face.objects.get()
    Claim.objects.create(face=face, photo=face.photo, identity=ada, origin="crawl", state="accepted")
    Candidate.objects.update(creator="J. Okafor")
    assert triage().ready == 1
    settle(the(crawl(site, ("Bo", "/again.jpg", "/sa"))), admin)
    assert outcomes(crawl(site, ("Cy", "/again.jpg", "/by"))) == [("refused", "licence_decided")]
    Candidate.objects.update(creator="J. Okafor")
    assert [found.code for found in triage().held_back] == ["licence_unproved"]


@pytest.mark.parametrize(("state", "refusal"), [("failed", "gave_up"), ("refused", "no_face"), ("refused", "blurred")])
def test_no_second_try_of_a_refused_photo_brings_it_into_review(admin: User, state: str, refusal: str) -> None:
    photo = factories.photo()
    tried = factories.candidate(factories.identity(), photo, state=state, refusal=refusal)
    held_one = factories.candidate(factories.identity(), photo, state="held", refusal="licence_sold")
    settle(held_one, admin)
    tried.refresh_from_db()
    assert (tried.state, tried.refusal, tried.proof) == ("refused", "licence_decided", "unproved")


def test_what_was_refused_for_another_reason_keeps_it(admin: User) -> None:
    photo, ada = factories.photo(), factories.identity()
    again = factories.candidate(ada, photo, state="refused", refusal="exact_duplicate")
    settle(factories.candidate(ada, photo, state="held", refusal="licence_sold"), admin)
    again.refresh_from_db()
    assert (again.refusal, again.proof) == ("exact_duplicate", "unproved")


def test_sources_that_differed_are_released_under_the_licence_decided(admin: User) -> None:
    made = r.accepted(factories.identity(), licence="CC-BY-4.0")
    other = factories.candidate(
        factories.identity(), made.photo, state="held", refusal="licence_sources_differ", licence="CC-BY-SA-4.0"
    )
    settle(other, admin, "CC-BY-SA-4.0")
    assert (triage().ready, triage().held_back) == (1, ())


def test_a_licence_that_the_policy_leaves_to_a_person_is_released_once_a_person_took_it(admin: User) -> None:
    made = r.accepted(factories.identity(), licence="OGL-UK-3.0")
    assert [found.code for found in triage().held_back] == ["licence_refused"]
    Candidate.objects.update(state="held", refusal="licence_ask")
    settle(Candidate.objects.get(photo=made.photo), admin, "OGL-UK-3.0")
    assert triage().ready == 1


def test_a_photo_that_waits_for_a_person_is_not_released_for_anybody(admin: User) -> None:
    made = r.accepted(factories.identity())
    other = factories.candidate(factories.identity(), made.photo, state="held", refusal="licence_sold")
    assert [found.code for found in triage().held_back] == ["licence_held"]
    settle(other, admin, "CC-BY-4.0")
    assert triage().ready == 1


def test_nobody_decides_twice_or_on_what_they_have_not_seen(site: Site, admin: User) -> None:
    factories.identity("Ada")
    held_one = the(crawl(site, ("Ada", "/ada.jpg", "/both")))
    seen = seen_of(held_one)
    decision = Decision("CC-BY-4.0", "because", admin)
    assert decide(held_one.pk, decision, seen=seen - 1) is None
    assert decide(held_one.pk, decision, seen=seen) == [held_one.pk]
    assert decide(held_one.pk, Decision("", "no", admin), seen=seen) is None
    assert the(held_one.job).state == "licensed"
    assert not held().exists()


def test_a_cancelled_job_stays_cancelled_and_a_later_one_follows_the_decision(site: Site, admin: User) -> None:
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/both"))
    CrawlJob.objects.update(state="running", finished_at=None)
    cancel(job, by=admin)
    settle(the(job), admin, "CC-BY-4.0")
    job.refresh_from_db()
    assert (job.state, the(job).state) == ("cancelled", "licensed")
    later = crawl(site, ("Ada", "/ada.jpg", "/both"))
    assert (outcomes(later), the(later).licence, the(later).proof) == ([("done", "")], "CC-BY-4.0", "proved")


@pytest.mark.parametrize(("state", "goes_on"), [("done", True), ("running", False), ("paused", False)])
def test_only_a_job_that_is_done_is_reopened(state: str, goes_on: bool) -> None:
    job = factories.job()
    finished = factories.candidate(factories.identity(), factories.photo()).finished_at if state == "done" else None
    CrawlJob.objects.filter(pk=job.pk).update(state=state, finished_at=finished)
    assert reopen(job) is goes_on
    job.refresh_from_db()
    assert job.state == ("running" if goes_on else state)


def test_locks_are_taken_in_the_order_of_those_who_retry_and_fetch(admin: User) -> None:
    """Photo, jobs, candidates: else two people could wait for each other."""
    photo = factories.photo()
    factories.candidate(factories.identity(), photo)
    held_one = factories.candidate(factories.identity(), photo, state="held", refusal="licence_sold")
    with CaptureQueriesContext(connection) as asked:
        settle(held_one, admin, "CC-BY-4.0")
    locked = [query["sql"].split('FROM "')[1].split('"')[0] for query in asked if "FOR UPDATE" in query["sql"]]
    assert list(dict.fromkeys(locked)) == ["ingest_photo", "ingest_crawljob", "ingest_candidate"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told_that_it_was_decided() -> None:
    made = factories.candidate(
        factories.identity(), factories.photo(), state="held", refusal="licence_in_file", proof="unproved"
    )
    people, seen, together = [factories.user(Role.ADMIN) for _ in range(4)], seen_of(made), threading.Barrier(4)

    def click(person: User, take: str) -> bool:
        try:
            together.wait(20)
            return decide(made.pk, Decision(take, "because", person), seen=seen) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(click, people, ["CC-BY-4.0", "", "CC0-1.0", ""]))
    assert done.count(True) == 1
    assert LicenceEvidence.objects.filter(kind="decision").count() == 1
