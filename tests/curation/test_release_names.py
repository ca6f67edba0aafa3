"""Names in a release that must lead back to nothing: pseudonyms of annotators, and groups of near-duplicates."""

import hashlib

import pytest
from django.test import override_settings

from curation.models import Release, ReleaseFace
from curation.release.records import group_id
from curation.release.vocabulary import vocabulary
from ingest.models import DuplicateGroup, Face
from tests import factories
from tests.curation import releases as r

PEOPLE = 12  # who have 479,001,600 orders


def votes(release: Release) -> set[tuple[str, str]]:
    """(image, votes with their pseudonyms)."""
    return {(face.image_id, face.record["columns"]["votes_usable"]) for face in release.faces.all()}


@pytest.mark.django_db
def test_pseudonyms_are_drawn_anew_for_every_release_and_kept_in_it() -> None:
    for voter in factories.reviewers(PEOPLE):
        r.accepted(factories.identity(), [voter])
    first, second = r.frozen("1.0.0"), r.frozen("1.1.0")
    told = {who.partition("=")[0] for _image, who in votes(first)}
    assert told == {f"annotator-{n:02d}" for n in range(1, PEOPLE + 1)}
    assert votes(second) != votes(first)
    assert votes(r.frozen("1.0.0")) == votes(first)


@pytest.mark.django_db
def test_nobody_works_a_pseudonym_out_from_the_version_and_a_primary_key() -> None:
    for voter in factories.reviewers(PEOPLE):
        r.accepted(factories.identity(), [voter])
    orders = [vocabulary().pseudonyms for _ in range(2)]
    assert orders[0] != orders[1]
    assert orders[0].keys() == orders[1].keys()
    assert set(orders[0].values()) == set(orders[1].values())


def test_a_group_has_one_name_that_needs_the_key() -> None:
    names = {group_id(number) for number in range(1, 1_000)}
    assert {len(name) for name in names} == {20}
    assert len(names) == 999
    assert group_id(7) == group_id(7)
    assert hashlib.sha256(b"mtf group 7").hexdigest()[:20] != group_id(7)
    known = group_id(7)
    with override_settings(SECRET_KEY="another"):
        assert group_id(7) != known
    assert group_id(None) == ""


@pytest.mark.django_db
def test_a_group_has_the_same_name_in_the_next_release() -> None:
    made = r.accepted(factories.identity())
    Face.objects.filter(pk=made.face_id).update(duplicate_group=DuplicateGroup.objects.create())
    r.frozen("1.0.0")
    r.frozen("1.1.0")
    first, second = (face.record["columns"]["duplicate_group"] for face in ReleaseFace.objects.order_by("release_id"))
    assert first == second != ""
