import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ingest.management.commands import crawl
from ingest.models import CrawlJob
from ingest.progress import Progress, Tally
from ingest.waiting import shown_on, watch
from ingest.worker import worker_answers
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import face_jpeg, faceless_jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(tmp_path: Path) -> str:
    """A folder with two pictures of Ada, one of them without a face; an admin and Ada are there."""
    factories.user(Role.ADMIN, username="anna")
    factories.identity("Ada", approved_by=factories.user())
    (tmp_path / "in" / "Ada").mkdir(parents=True)
    (tmp_path / "in" / "Ada" / "1.jpg").write_bytes(face_jpeg(1))
    (tmp_path / "in" / "Ada" / "2.jpg").write_bytes(faceless_jpeg())
    return str(tmp_path / "in")


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl, "worker_answers", lambda: False)


def run(*arguments: str) -> None:
    call_command("crawl", *arguments, stderr=sys.stderr)


def test_job_is_started_in_the_only_admins_name_and_a_missing_worker_is_said(
    people: str, no_worker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--source", "folder", "--folder", people, "--licence", "CC-BY-4.0", "--creator", "Me", "--limit", "5")
    job = CrawlJob.objects.get()
    assert (job.started_by.username, job.state) == ("anna", "running")
    assert job.parameters == {"limit": 5, "root": people, "licence": "CC-BY-4.0", "creator": "Me"}
    said = capsys.readouterr()
    assert f"Crawl job {job.pk} started: folder, 1 identities." in said.out
    assert "No worker answers" in said.err
    assert f"--resume {job.pk}" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--source", "altavista"],
        ["--source", "bing", "--resume", "1"],
        ["--source", "folder", "--folder", "x", "--limit", "many"],
    ],
)
def test_usage_that_the_parser_refuses_ends_with_2(arguments: list[str]) -> None:
    command = [sys.executable, "manage.py", "crawl", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=root())
    assert done.returncode == 2
    assert "crawl: error:" in done.stderr


def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "bing"], "needs --identity (or --all)"),
        (["--source", "urls"], "needs --csv"),
        (["--source", "folder"], "needs --folder"),
        (["--source", "bing", "--all", "--licence", "CC0-1.0"], "--licence belongs to the source folder"),
        (["--source", "commons"], "The source commons needs --identity (or --all)"),
        (["--source", "openverse", "--all", "--csv", "x"], "--csv belongs to the source urls"),
        (["--source", "urls", "--csv", "x", "--all"], "--all belongs to the sources commons, openverse, flickr, bing"),
    ],
)
def test_options_that_do_not_fit_the_source_are_bad_usage(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert words in str(refusal.value)
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "bing", "--identity", "Nobody"], "Not among the approved identities: Nobody"),
        (["--source", "bing", "--all"], "MTF_CONTACT"),
        (["--source", "openverse", "--identity", "Ada"], "MTF_CONTACT"),
        (["--source", "flickr", "--all"], "MTF_FLICKR_KEY"),
        (["--source", "urls", "--csv", "/nowhere/list.csv"], "No such file"),
        (["--source", "folder", "--folder", "/nowhere", "--licence", "CC0-1.0"], "There is no folder"),
        (["--source", "bing", "--all", "--started-by", "nobody"], "no active account named 'nobody'"),
        (["--resume", "999"], "There is no crawl job 999"),
        (["--resume", "0"], "There is no crawl job 0"),
        (["--source", "urls", "--csv", "/dev/zero"], "larger than 20 MB"),
    ],
)
def test_an_order_that_cannot_be_carried_out_starts_nothing(people: str, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert words in str(refusal.value)
    assert refusal.value.returncode == 1
    assert not CrawlJob.objects.exists()


def test_every_source_that_searches_takes_identities(people: str, no_worker: None, settings: Settings) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    settings.FLICKR_KEY = "k"
    factories.identity("Bo", approved_by=factories.user())
    for source in crawl.SEARCHING:
        run("--source", source, "--identity", "ada")
        assert [ada.name for ada in CrawlJob.objects.latest("pk").identities.all()] == ["Ada"]
    run("--source", "flickr", "--all")
    assert CrawlJob.objects.latest("pk").identities.count() == 2
    assert CrawlJob.objects.latest("pk").parameters == {"limit": 100}


def test_unapproved_folder_names_are_named(people: str) -> None:
    (Path(people) / "Bo").mkdir()
    (Path(people) / "Bo" / "1.jpg").write_bytes(face_jpeg(2))
    with pytest.raises(CommandError, match="Not among the approved identities: Bo"):
        run("--source", "folder", "--folder", people, "--licence", "CC0-1.0")


@pytest.mark.parametrize(("admins", "words"), [(0, "There is no account"), (2, "There are several admins")])
def test_whose_name_the_job_carries_is_not_guessed(admins: int, words: str, settings: Settings) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    factories.identity("Ada", approved_by=factories.user())
    for _ in range(admins):
        factories.user(Role.ADMIN)
    with pytest.raises(CommandError, match=words):
        run("--source", "bing", "--all")


def progress_of(settled: int) -> Progress:
    return Progress(
        Tally(found=9, done=settled),
        hits=9,
        known=0,
        faces=settled,
        photos=settled,
        identities=1,
        asked=1,
        unanswered=(),
    )


def test_where_redis_is_away_no_worker_answers() -> None:
    assert not worker_answers(Celery(broker="redis://127.0.0.1:1/0"))


def test_away_from_a_terminal_progress_is_plain_lines_and_few() -> None:
    stream = io.StringIO()
    with shown_on(stream) as show:
        for settled in (1, 1, 2, 3):
            show(progress_of(settled))
    assert stream.getvalue().count("\n") == 1
    assert "1 of 9 pictures settled" in stream.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_a_bar() -> None:
    stream = Terminal()
    with shown_on(stream) as show:
        show(progress_of(3))
    assert "3/9" in stream.getvalue()
    assert "3 faces" in stream.getvalue()


def test_watching_says_so_when_nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.waiting.SILENCE_SECONDS", 0.0)
    monkeypatch.setattr("ingest.waiting.POLL_SECONDS", 0.0)
    job = factories.job([factories.identity()])
    calls: list[int] = []

    def on_silence() -> None:
        calls.append(1)
        if len(calls) == 3:
            job.discoveries.update(state="done")
            CrawlJob.objects.update(state="done", finished_at=job.created_at)

    watch(job, lambda now: None, on_silence)
    assert len(calls) == 3


def test_interrupted_waiting_leaves_the_job_running_and_says_how_to_go_on(
    people: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(crawl, "worker_answers", lambda: True)
    monkeypatch.setattr(crawl, "watch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("--source", "folder", "--folder", people, "--licence", "CC0-1.0", "--wait")
    job = CrawlJob.objects.get()
    assert job.state == "running"
    assert f"--resume {job.pk}" in capsys.readouterr().err
