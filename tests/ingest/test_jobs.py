from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from ingest.job_orders import JobRefused
from ingest.jobs import JobUnchanged, cancel, finish_if_nothing_pends, start_job
from ingest.models import CrawlJob, Tombstone
from ingest.progress import by_identity, discoveries_of, progress, troubles, why_nothing
from ingest.tombstones import mark
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import urls_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def contact(settings: Settings) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"


def start(**order: Any) -> CrawlJob:
    known: dict[str, Any] = {"source": "bing", "by": factories.user(Role.ADMIN)}
    return start_job(**(known | order))


def refusal(**order: Any) -> str:
    with pytest.raises(JobRefused) as refused:
        start(**order)
    assert not CrawlJob.objects.exists()
    return str(refused.value)


def folder(tmp_path: Path, *names: str) -> str:
    for name in names:
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "1.jpg").write_bytes(b"later")
    return str(tmp_path / "in")


def test_start_writes_one_discovery_for_each_identity() -> None:
    people = [factories.identity(), factories.identity()]
    job = start(identities=people, parameters={"limit": "7"}, allow_unproved=True)
    assert [discovery.identity for discovery in job.discoveries.order_by("pk")] == people
    assert (job.state, job.parameters, job.allow_unproved) == ("running", {"limit": 7}, True)


def test_unknown_source_is_refused_with_the_known_ones() -> None:
    assert refusal(source="altavista").startswith(
        "There is no source 'altavista'; the sources are commons, openverse, "
    )


def test_unapproved_and_erased_identities_are_named() -> None:
    bo, cleo = factories.identity("Bo", state="proposed"), factories.identity("Cleo")
    assert "Bo" in refusal(identities=[cleo, bo])
    Tombstone.objects.create(kind="identity", value=mark("Cleo"), reason="asked for it")
    assert refusal(identities=[cleo]) == "Erased, not to be looked for again: Cleo. Nothing was started."


def test_a_job_for_nobody_is_refused() -> None:
    assert "import and approve" in refusal(identities=[])


@pytest.mark.parametrize("limit", ["0", "-1", "many", "10001"])
def test_a_limit_without_sense_is_refused(limit: str) -> None:
    assert "is not a number from 1" in refusal(identities=[factories.identity()], parameters={"limit": limit})


def test_other_peoples_servers_are_not_asked_without_a_contact(settings: Settings) -> None:
    settings.INGEST_CONTACT = ""
    assert "MTF_CONTACT" in refusal(identities=[factories.identity("Ada")])
    order = {"source": "urls", "parameters": {"csv": urls_csv(("Ada", "https://photos.example.org:443/1.jpg"))}}
    assert "MTF_CONTACT" in refusal(**order)
    settings.INGEST_ALLOWED_HOSTS = frozenset({"photos.example.org:443"})
    assert start(**order).source == "urls"


def test_list_of_urls_names_its_identities_by_name_or_alias() -> None:
    ada, bo = factories.identity("Ada"), factories.identity("Bo", aliases=["B. Lindqvist"])
    csv = urls_csv(("ada", "https://x.example.org/1"), ("B. Lindqvist", "https://x.example.org/2"))
    job = start(source="urls", parameters={"csv": csv.encode()})
    assert set(job.identities.all()) == {ada, bo}
    assert job.parameters["csv"] == csv


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("person,image_url\nAda,https://x.example.org/1\n", "The column identity is missing"),
        (urls_csv(("Ada", "https://x.example.org/1"), ("Ada", "")), "Line 3: The image_url is missing"),
        (urls_csv(("Ada", "ftp://x.example.org/1")), "Line 2: The image_url is no usable URL"),
        (urls_csv(("Nobody", "https://x.example.org/1")), "Not among the approved identities: Nobody"),
        (b"\xff\xfe", "Not UTF-8"),
    ],
)
def test_a_bad_list_of_urls_starts_nothing(csv: str, words: str) -> None:
    factories.identity("Ada")
    assert words in refusal(source="urls", parameters={"csv": csv})


def test_folder_names_its_identities_by_name_alias_or_slug(tmp_path: Path) -> None:
    people = {
        factories.identity("Ada Marlow"),
        factories.identity("Bo", slug="bo-l"),
        factories.identity("C", aliases=["Cy"]),
    }
    root = folder(tmp_path, "Ada_Marlow", "bo-l", "Cy")
    job = start(source="folder", parameters={"root": root, "licence": "cc0-1.0"})
    assert set(job.identities.all()) == people
    assert job.parameters == {"root": root, "licence": "CC0-1.0", "limit": 100}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"root": "/nowhere-at-all", "licence": "CC0-1.0"}, "There is no folder"),
        ({"licence": "CC0-1.0"}, "needs: root"),
        ({"licence": ""}, "need a licence"),
        ({"licence": "free for all"}, "neither an SPDX"),
        ({"licence": "CC-BY-NC-4.0"}, "CC BY-NC 4.0 does not let us"),
        ({"licence": "CC-BY-4.0"}, "say who"),
        ({"licence": "CC0-1.0"}, "Not among the approved identities: Nobody"),
    ],
)
def test_a_folder_that_cannot_be_used_starts_nothing(tmp_path: Path, parameters: dict[str, str], words: str) -> None:
    root = {} if "needs" in words else {"root": folder(tmp_path, "Nobody")}
    assert words in refusal(source="folder", parameters=root | parameters)


def test_cancel_ends_a_running_job_once() -> None:
    job = factories.job([factories.identity()])
    cancel(job, by=job.started_by)
    with pytest.raises(JobUnchanged, match="was cancelled, and stays so"):
        cancel(job, by=job.started_by)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert job.finished_at is not None
    assert not finish_if_nothing_pends(job.pk)


def test_a_job_ends_when_nothing_is_asked_or_pending_any_more() -> None:
    ada = factories.identity()
    job, other = factories.job([ada]), factories.job([ada])
    assert not finish_if_nothing_pends(job.pk)
    job.discoveries.update(state="done")
    waiting = factories.candidate(ada, factories.photo(), job=job, state="fetched")
    assert not finish_if_nothing_pends(job.pk)
    waiting.state = "done"
    waiting.save()
    assert finish_if_nothing_pends()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, other.state) == ("done", "running")


def test_progress_counts_rows() -> None:
    ada, bo = factories.identity("Ada"), factories.identity("Bo")
    job = factories.job([ada, bo])
    job.discoveries.filter(identity=ada).update(state="done", hits=9, known=2)
    shared = factories.photo()
    factories.face(shared)
    factories.face(shared)
    factories.candidate(ada, shared, job=job)
    factories.candidate(bo, shared, job=job)
    factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="no_face")
    for state, refused in (("refused", "licence_nc"), ("failed", "timeout"), ("found", ""), ("licensed", "")):
        row = factories.candidate(ada, shared, job=job, state=state, refusal=refused)
        type(row).objects.filter(pk=row.pk).update(photo=None)
    now = progress(job)
    tally = now.tally
    assert (tally.found, tally.checked, tally.fetched, tally.done, tally.refused, tally.failed) == (7, 6, 3, 2, 2, 1)
    assert (tally.settled, tally.pending) == (5, 2)
    assert (now.faces, now.photos, now.known, now.asked, now.identities) == (2, 3, 2, 1, 2)
    assert [(reason.words, reason.count) for reason in now.refused] == [
        ("non-commercial (NC)", 1),
        ("no face found", 1),
    ]
    people = by_identity(job, discoveries_of(job))
    assert [(line.identity, line.tally.found, line.faces, line.known) for line in people] == [
        (ada, 6, 2, 2),
        (bo, 1, 2, 0),
    ]
    assert [(trouble.host, trouble.words, trouble.count) for trouble in troubles(job)] == [
        ("photos.example.org", "server too slow", 1)
    ]


def ended(**fields: Any) -> CrawlJob:
    job = factories.job([factories.identity()], **fields)
    job.discoveries.update(state="done")
    finish_if_nothing_pends(job.pk)
    job.refresh_from_db()
    return job


def why(job: CrawlJob) -> str:
    return why_nothing(job, progress(job))


def test_why_nothing_in_words() -> None:
    empty, known, silent, cancelled, refused = (ended() for _ in range(5))
    assert "found no picture of 1 identity" in why(empty)
    known.discoveries.update(hits=3, known=3)
    assert why(known) == "All 3 hits for 1 identity were known from earlier crawl jobs."
    empty.discoveries.update(hits=3)
    assert "taken over by a later crawl job" in why(empty)
    silent.discoveries.update(state="failed", error="Bing answered 429.")
    assert why(silent) == "The source gave no answer: Bing answered 429."
    CrawlJob.objects.filter(pk=cancelled.pk).update(state="cancelled")
    cancelled.refresh_from_db()
    assert "cancelled" in why(cancelled)
    factories.candidate(factories.identity(), factories.photo(), job=refused, state="refused", refusal="licence_nd")
    assert why(refused).endswith("gave no face: licence forbids changes (ND) (1).")


def test_a_job_that_runs_or_brought_faces_has_nothing_to_explain() -> None:
    ada, shown = factories.identity(), factories.photo()
    running, good = factories.job([ada]), ended()
    factories.face(shown)
    factories.candidate(ada, shown, job=good)
    assert (why(running), why(good)) == ("", "")
