"""Every page that lists something asks the database as often for 300 rows as for one."""

import pytest

from ingest import store
from ingest.models import CrawlJob, Identity, LicenceEvidence
from tests import factories
from tests.query_counts import Page, costs_the_same

pytestmark = pytest.mark.django_db


class Everybody:
    """Of every identity that there is, in the address."""

    def __str__(self) -> str:
        return "&".join(f"identity={pk}" for pk in Identity.objects.values_list("pk", flat=True))


def somebody(_everybody: object) -> None:
    factories.identity()


def with_hits() -> None:
    """A job with a face, a refused hit and one that failed, and a licence that waits for a person."""
    ada, shown = factories.identity(), factories.photo()
    factories.face(shown)
    job = factories.job([ada])
    factories.candidate(ada, shown, job=job)
    for state, refusal in (("refused", "no_face"), ("failed", "timeout"), ("held", "licence_sold")):
        factories.candidate(ada, factories.photo(), job=job, state=state, refusal=refusal)
    job.discoveries.update(state="failed", error="The source answered 429.")


def held(job: CrawlJob | None = None) -> None:
    """Two evidences that contradict each other, one of them with the page as it was received."""
    state = {"state": "held", "refusal": "licence_contradictory"}
    made = factories.candidate(factories.identity(), factories.photo(), job=job, **state)
    snapshot = store.put("evidence", b"<p>by-sa</p>", ".html")
    LicenceEvidence.objects.create(
        candidate=made, kind="api", says="CC-BY-SA-4.0", seen_at_url=made.page_url,
        snapshot_sha256=snapshot, snapshot_file=store.name_of("evidence", snapshot, ".html"),
    )  # fmt: skip


PAGES = [
    Page("/jobs/", 8, with_hits, pages=12),
    Page("/jobs/?state=running&source=urls", 8, with_hits),
    Page("/jobs/new/?source=bing&{}", 9, somebody, about=Everybody),
    Page("/licences/", 7, held, pages=30),
    Page("/licences/?kind=licence_contradictory", 7, held),
    Page("/licences/?job={.pk}", 7, held, about=factories.job),
]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_costs_the_same_however_much_it_shows(page: Page) -> None:
    costs_the_same(page)
