import pytest

from ingest import waiting
from ingest.jobs import cancel, pause, resume
from ingest.models import CrawlJob
from ingest.progress import Progress, progress
from tests import factories

pytestmark = pytest.mark.django_db


def test_whoever_waits_for_a_job_waits_through_its_pause_and_misses_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    job = factories.job([factories.identity()])
    by = job.started_by
    turns = iter([pause, None, None, resume, cancel])
    seen: list[str] = []

    def look(watched: CrawlJob) -> Progress:
        act = next(turns)
        if act:
            act(watched, by=by)
        watched.refresh_from_db()
        seen.append(watched.state)
        return progress(watched)

    monkeypatch.setattr(waiting, "_look", look)
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(waiting, "SILENCE_SECONDS", -1.0)
    missed: list[str] = []
    waiting.watch(job, lambda now: None, lambda: missed.append(job.state))
    assert seen == ["paused", "paused", "paused", "running", "cancelled"]
    assert missed == ["running"]  # after the pause, when nothing moved
