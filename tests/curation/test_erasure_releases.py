"""What an erasure does to frozen releases: withdrawn, or not a byte of theirs is another."""

import json
from pathlib import Path
from typing import Any

import pytest

from curation.erasure import erasing
from curation.erasure.subjects import Subject, find_identity, find_photo
from curation.models import Claim, Release, Withdrawal
from curation.release import comparing
from curation.release.orders import FORMATS
from curation.release.writing import write
from ingest.models import Candidate, Identity
from tests import factories
from tests.curation import erasure_scenes as scenes
from tests.curation import releases

pytestmark = pytest.mark.django_db

FIELDS = [one.attname for one in Release._meta.concrete_fields]


def kept(release: Release) -> dict[str, Any]:
    """All that the files of a release are made of."""
    rows = release.faces.order_by("pk").values_list("face", "claim", "image_id", "crop_sha256", "record")
    return {name: getattr(release, name) for name in FIELDS} | {"rows": list(rows)}


def unwithdrawn() -> list[Release]:
    return list(Release.objects.filter(withdrawal=None).order_by("pk"))


def withdrawn() -> list[str]:
    return list(Withdrawal.objects.order_by("release_id").values_list("release__version", flat=True))


def erase(subject: Subject, folder: Path) -> list[str]:
    """Versions withdrawn by it, as was foretold; the others stay as they were, and come out again."""
    before, gone = {one.pk: kept(one) for one in unwithdrawn()}, set(withdrawn())
    foretold = erasing.look(subject).releases
    done = scenes.erase(subject)
    for release in unwithdrawn():
        assert kept(release) == before[release.pk]
        (folder / release.version).mkdir()
        write(release, folder / release.version, releases.ignore)
    told = [version for version in withdrawn() if version not in gone]
    assert told == list(foretold)
    assert done.counts.get("releases withdrawn", 0) == len(told)
    return told


def erased() -> Identity:
    """Somebody whom no fact of the release sheet names."""
    return factories.identity("Dora Quist", aliases=["The Duchess of Data"], wikidata_id="Q7259124")


@pytest.fixture
def people() -> tuple[Identity, list[Claim], list[Claim]]:
    voters = factories.reviewers(2)
    dora, bo = erased(), factories.identity("Bo Lindqvist")
    return dora, [scenes.shown(dora, voters) for _ in range(2)], [scenes.shown(bo, voters) for _ in range(3)]


@pytest.mark.parametrize("what", ["person", "photo"])
def test_a_release_that_only_tells_what_left_stays_as_it_is(
    people: tuple[Identity, list[Claim], list[Claim]], tmp_path: Path, what: str
) -> None:
    """The usual order: an alarm, a release without the faces, then the erasure."""
    dora, hers, _his = people
    names = {releases.frozen("1.0.0").faces.get(claim=one).image_id for one in hers}
    for one in hers:
        releases.quarantine(one)
    second = releases.frozen("1.1.0", formats=FORMATS)
    assert set(json.loads(second.papers["CHANGES.json"])["removed"]) == names
    third = releases.frozen("1.2.0")
    subject = find_identity(dora.slug) if what == "person" else find_photo(hers[0].photo.sha256)
    assert erase(subject, tmp_path) == ["1.0.0"]
    assert [one.pk for one in unwithdrawn()] == [second.pk, third.pk]


def test_a_release_after_an_erasure_outlives_the_next(
    people: tuple[Identity, list[Claim], list[Claim]], tmp_path: Path
) -> None:
    """Its REVOKED.csv holds hashes of what others' erasures took."""
    dora, _hers, his = people
    releases.frozen("1.0.0")
    assert erase(find_identity(dora.slug), tmp_path) == ["1.0.0"]
    cy = scenes.shown(factories.identity("Cy Noor"), factories.reviewers(2))
    releases.frozen("1.1.0")
    releases.quarantine(cy)
    releases.frozen("1.2.0")
    (tmp_path / "2").mkdir()
    assert erase(find_identity(cy.identity.slug), tmp_path / "2") == ["1.1.0"]
    (tmp_path / "3").mkdir()
    assert erase(find_photo(his[0].photo.sha256), tmp_path / "3") == ["1.2.0"]


@pytest.mark.parametrize(
    "source",
    [
        {"page_url": "https://photos.example.org/File:Dora_Quist_and_Bo.html"},
        {"creator": "Dora Quist"},
        {"image_url": "https://photos.example.org/dora-quist/7.jpg"},
    ],
)
def test_a_release_whose_rows_name_the_person_is_withdrawn(tmp_path: Path, source: dict[str, str]) -> None:
    dora = erased()
    voters = factories.reviewers(2)
    for more in (source, {}):
        scenes.shown(factories.identity(f"Bo Lindqvist {len(more)}"), voters, **more)
    first = releases.frozen("1.0.0")
    releases.quarantine(first.faces.get(claim__photo=Candidate.objects.get(**source).photo).claim)
    second = releases.frozen("1.1.0")
    assert erase(find_identity(dora.slug), tmp_path) == ["1.0.0"]
    assert scenes.found_in_database({dora.name, dora.slug}) == set()
    assert [one.pk for one in unwithdrawn()] == [second.pk]


def test_papers_of_a_withdrawn_release_can_still_be_read(people: tuple[Identity, list[Claim], list[Claim]]) -> None:
    dora, _hers, _his = people
    release = releases.frozen("1.0.0")
    scenes.erase_identity(dora)
    release.refresh_from_db()
    told = [json.loads(text) for path, text in release.papers.items() if path.endswith(".json")]
    assert len(told) > 3
    assert "Dora" not in json.dumps(release.papers)


def test_a_comparison_counts_erased_people_and_images_on_either_side(
    people: tuple[Identity, list[Claim], list[Claim]],
) -> None:
    dora, hers, _his = people
    first, second = releases.frozen("1.0.0"), releases.frozen("1.1.0")
    names = sorted(first.faces.filter(claim__in=hers).values_list("image_id", flat=True))
    scenes.erase_identity(dora)
    third = releases.frozen("1.2.0")
    both, left = comparing.compare(first, second), comparing.compare(second, third)
    assert (both.counts.images_before, both.counts.images_after) == (5, 5)
    assert (both.added, both.removed, both.erased) == ([], [], [])
    assert (both.counts.people_before, both.counts.people_after, both.counts.people_left) == (2, 2, 0)
    assert (left.removed, left.erased, left.counts.images_before, left.counts.images_after) == (names, names, 5, 3)
    assert (left.counts.people_before, left.counts.people_left, left.counts.people_after) == (2, 1, 1)
    assert "| people | 2 | 0 | 1 | 1 |" in third.papers["CHANGES.md"]
    assert comparing.compare(third, second).counts.people_came == 1
