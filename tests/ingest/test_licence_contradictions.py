"""From what sources, pages and files say to a candidate that is proved, refused, or held for a person."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from ingest import discovery, store
from ingest.jobs import start_job
from ingest.models import Candidate, CrawlJob, LicenceEvidence, Photo
from ingest.network import GuardedSession
from ingest.progress import progress, why_nothing
from ingest.sources import SOURCES, Hit, Query
from ingest.sources.base import Statement
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import BY, NC, crawl, drain, face_jpeg, outcomes, page, picture
from tests.servers import Site

pytestmark = pytest.mark.django_db


def copyrighted(words: str, xmp: str = "") -> bytes:
    """The face of the other tests, with these words in its EXIF."""
    exif = Image.Exif()
    exif[0x8298] = words.encode()
    out = io.BytesIO()
    with Image.open(io.BytesIO(face_jpeg(1))) as image:
        image.save(out, "JPEG", quality=90, exif=exif, xmp=xmp.encode())
    return out.getvalue()


class Api:
    """A source that publishes a licence for each picture, as the hits tell it."""

    name, label, about, searches, heeds_robots, needs = "bing", "An API", "…", True, False, ()

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        yield from self.hits


def ask(monkeypatch: pytest.MonkeyPatch, settings: Settings, *hits: Hit, **order: Any) -> CrawlJob:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    monkeypatch.setitem(SOURCES, "bing", Api(*hits))
    ada = factories.identity("Ada")
    job = start_job(source="bing", identities=[ada], by=factories.user(Role.ADMIN), **order)
    drain(job)
    return job


RECORD = {"title": "Ada", "license": "by", "z": 1, "ä": "ö"}


def stated(site: Site, licence_url: str = BY, says: str = "", **hit: Any) -> Hit:
    statement = Statement(licence_url, site.url("/api?id=1"), RECORD, says)
    known: dict[str, Any] = {"image_url": site.url("/ada.jpg"), "page_url": site.url("/nc"), "creator": "J. Okafor"}
    return Hit(**(known | hit), statement=statement)


def test_an_apis_word_is_the_proof_and_its_answer_is_kept(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(monkeypatch, settings, stated(site))
    candidate = job.candidates.get()
    assert (candidate.state, candidate.proof, candidate.licence) == ("done", "proved", "CC-BY-4.0")
    assert "/nc" not in [request.path for request in site.requests]
    said = candidate.licence_evidence.get(kind="api")
    assert (said.says, said.licence_url, said.seen_at_url) == ("CC-BY-4.0", BY, site.url("/api?id=1"))
    answer = store.read(said.snapshot_file)
    assert json.loads(answer) == RECORD
    assert said.snapshot_sha256 == store.digest(answer)
    assert answer.decode().index('"license"') < answer.decode().index('"title"')


def test_an_api_may_name_a_licence_that_has_no_address(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(monkeypatch, settings, stated(site, "", "LicenseRef-US-Gov-Work"))
    assert job.candidates.get().licence == "LicenseRef-US-Gov-Work"


def test_where_the_api_says_nothing_the_page_is_asked(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(monkeypatch, settings, stated(site, "", page_url=site.url("/by")))
    assert outcomes(job) == [("done", "")]
    kinds = dict(LicenceEvidence.objects.values_list("kind", "says"))
    assert kinds == {"api": "NOASSERTION", "page": "CC-BY-4.0"}


def test_the_page_is_kept_as_it_was_received(site: Site) -> None:
    factories.identity("Ada")
    crawl(site, ("Ada", "/ada.jpg", "/by"))
    said = LicenceEvidence.objects.get(kind="page")
    assert store.read(said.snapshot_file) == page(BY).body
    assert said.snapshot_sha256 == store.digest(page(BY).body)


def test_a_page_that_breaks_the_filters_promise_is_held_and_the_job_ends(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit = Hit(site.url("/ada.jpg"), site.url("/nc"), rank=1, filter="commercial,modify")
    job = ask(monkeypatch, settings, hit)
    assert outcomes(job) == [("held", "licence_contradictory")]
    assert job.state == CrawlJob.State.DONE
    assert "/ada.jpg" not in [request.path for request in site.requests]
    tally = progress(job).tally
    assert (tally.held, tally.settled, tally.pending) == (1, 1, 0)
    assert "contradictory words about the licence" in why_nothing(job, progress(job))
    kinds = set(LicenceEvidence.objects.values_list("kind", "says", "words"))
    assert kinds == {("filter", "NOASSERTION", "commercial,modify"), ("page", "CC-BY-NC-4.0", "")}


@pytest.mark.parametrize("allow_unproved", [False, True])
def test_a_page_that_contradicts_itself_is_held_whatever_the_job_allows(site: Site, allow_unproved: bool) -> None:
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/both"), allow_unproved=allow_unproved)
    assert outcomes(job) == [("held", "licence_contradictory")]
    detail = job.candidates.get().detail
    assert "CC BY 4.0" in detail
    assert "CC BY-NC 4.0" in detail


@pytest.mark.parametrize(
    ("words", "xmp", "state", "code"),
    [
        ("© Jane Doe", "", "done", ""),
        ("© Jane Doe. All rights reserved.", "", "held", "licence_in_file"),
        ("CC BY 4.0", "", "done", ""),
        ("CC BY-NC 4.0", "", "held", "licence_in_file"),
        (
            "© Jane Doe",
            '<r xmlns:p="http://ns.useplus.org/ldf/xmp/1.0/"><p:LicensorURL>https://a.example/</p:LicensorURL></r>',
            "held",
            "licence_sold",
        ),
        ("Jane Doe/Getty Images", "", "held", "licence_sold"),
    ],
)
def test_the_files_own_words_are_weighed(site: Site, words: str, xmp: str, state: str, code: str) -> None:
    site.pages["/ada.jpg"] = picture(copyrighted(words, xmp))
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    assert outcomes(job) == [(state, code)]
    candidate = job.candidates.get()
    assert candidate.photo == Photo.objects.get()
    assert candidate.proof == ("unproved" if code else "proved")
    said = candidate.licence_evidence.exclude(kind="page").first()
    assert said is not None
    assert (said.seen_at_url, said.snapshot_sha256) == (site.url("/ada.jpg"), candidate.photo.sha256)


def test_all_rights_reserved_refuses_what_nothing_else_speaks_for(site: Site) -> None:
    site.pages["/ada.jpg"] = picture(copyrighted("All rights reserved"))
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/none"), allow_unproved=True)
    assert outcomes(job) == [("refused", "licence_all_rights_reserved")]


def test_the_file_names_a_creator_where_the_page_does_not(site: Site) -> None:
    exif = Image.Exif()
    exif[0x013B] = "J. Okafor"
    out = io.BytesIO()
    with Image.open(io.BytesIO(face_jpeg(1))) as image:
        image.save(out, "JPEG", exif=exif)
    site.pages["/ada.jpg"] = picture(out.getvalue())
    factories.identity("Ada")
    assert crawl(site, ("Ada", "/ada.jpg", "/by")).candidates.get().creator == "J. Okafor"


@pytest.mark.parametrize("second", ["Ada", "Bo"])
def test_sources_of_one_photo_that_differ_hold_the_second(site: Site, second: str) -> None:
    site.pages["/sa"] = page("https://creativecommons.org/licenses/by-sa/4.0/")
    factories.identity("Ada")
    factories.identity("Bo")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"), (second, "/again.jpg", "/sa"))
    first, other = job.candidates.order_by("pk")
    assert (first.state, other.state, other.refusal) == ("done", "held", "licence_sources_differ")
    assert (first.proof, other.proof, other.photo) == ("proved", "proved", first.photo)
    assert "CC BY-SA 4.0" in other.detail


def test_an_unproved_source_does_not_contradict_a_proved_one(site: Site) -> None:
    factories.identity("Ada")
    factories.identity("Bo")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Bo", "/again.jpg", "/none"), allow_unproved=True)
    assert outcomes(job) == [("done", ""), ("done", "")]


def test_a_candidate_that_is_held_is_not_found_again(site: Site) -> None:
    factories.identity("Ada")
    crawl(site, ("Ada", "/ada.jpg", "/both"))
    again = crawl(site, ("Ada", "/ada.jpg", "/both"), allow_unproved=True)
    assert not again.candidates.exists()
    assert Candidate.objects.get().state == "held"


def test_another_policy_takes_what_this_one_refuses(site: Site, settings: Settings, tmp_path: Any) -> None:
    own = tmp_path / "research.toml"
    own.write_text('needs = ["modify", "redistribute"]')
    settings.LICENCE_POLICY = str(own)
    factories.identity("Ada")
    candidate = crawl(site, ("Ada", "/ada.jpg", "/nc")).candidates.get()
    assert (candidate.state, candidate.licence) == ("done", "CC-BY-NC-4.0")


def test_a_statement_survives_discovery_without_what_postgres_cannot_hold(site: Site) -> None:
    job = factories.job([factories.identity("Ada")])
    hit = stated(site)
    bad = Hit(hit.image_url, statement=Statement(NC, "x", {"t\0": ["a\0b"]}))
    fields = discovery._fields(job.discoveries.get(), bad)
    assert fields["evidence"]["statement"] == {"licence_url": NC, "at_url": "x", "record": {"t": ["ab"]}, "says": ""}
