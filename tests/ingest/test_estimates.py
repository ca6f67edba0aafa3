import pytest
from pytest_django import Settings

from ingest.estimates import Experience, estimate, estimate_for, experience_with
from tests import factories

KNOWN = Experience(candidates=100, photos=50, faces=40, photo_bytes=1000.0)


def test_an_estimate_is_identities_times_sources_times_the_limit() -> None:
    told = estimate(
        identities=10,
        limit=30,
        experience={"bing": KNOWN, "commons": KNOWN},
        pages={"bing": True, "commons": False},
        host_rate=0.5,
    )
    assert [(part.hits, part.requests, part.seconds) for part in told.per_source] == [(300, 600, 1200), (300, 300, 600)]
    assert (told.hits, told.faces, told.bytes) == (600, 240, 300_000)
    assert told.seconds == 1200  # side by side


@pytest.mark.parametrize("past", [Experience(), Experience(candidates=19, photos=19, faces=19, photo_bytes=1.0)])
def test_without_experience_with_one_source_nothing_is_promised(past: Experience) -> None:
    told = estimate(
        identities=1,
        limit=10,
        experience={"bing": KNOWN, "new": past},
        pages={"bing": True, "new": True},
        host_rate=1.0,
    )
    assert (told.hits, told.faces, told.bytes) == (20, None, None)
    assert told.per_source[0].faces == 4


def test_an_order_for_nothing_is_an_estimate_of_nothing() -> None:
    told = estimate(identities=3, limit=10, experience={}, pages={}, host_rate=1.0)
    assert (told.hits, told.seconds, told.faces) == (0, 0.0, None)


@pytest.mark.django_db
def test_experience_is_what_the_source_brought_so_far(settings: Settings) -> None:
    ada, shown = factories.identity(), factories.photo(size=4000)
    factories.face(shown)
    factories.face(shown)
    job = factories.job([ada])
    factories.candidate(ada, shown, job=job)
    factories.candidate(ada, factories.photo(size=2000), job=job, state="refused", refusal="no_face")
    factories.candidate(ada, factories.photo(), job=job, source="bing")
    factories.candidate(ada, factories.photo(), job=job, state="fetched", finished_at=None)
    assert experience_with("urls") == Experience(candidates=2, photos=2, faces=2, photo_bytes=3000.0)
    assert not experience_with("urls").is_enough
    settings.HOST_RATE = 2.0
    told = estimate_for(identities=1, sources=["bing"], limit=10)
    assert (told.seconds, told.per_source[0].label) == (10.0, "Bing image search")
