"""Counts over annotators, from which nothing about one of them is to be worked out."""

import itertools
from collections import defaultdict

import pytest
from django.contrib.auth.models import User
from django.test import Client

from curation.annotators import tables
from curation.models import Demographics
from curation.policies import current_policy
from curation.suppression import withhold
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

MOST = 18  # annotators, in the sets of counts that are tried

# ---- Withholding


@pytest.mark.parametrize(
    ("counts", "shown", "withheld"),
    [
        ({"a": 9, "b": 5}, {"a": 9, "b": 5}, []),
        ({"a": 9, "b": 4, "c": 3}, {"a": 9}, ["b", "c"]),
        ({"a": 9, "b": 4, "c": 7, "d": 30}, {"a": 9, "d": 30}, ["b", "c"]),  # else 4 = total − the rest
        ({"a": 30, "b": 20, "c": 0, "d": 0}, {"a": 30}, ["b", "c", "d"]),  # else it is plain that both are none
        ({"a": 9, "b": 4, "c": 4, "d": 6}, {}, ["a", "b", "c", "d"]),  # else 8 = 4 + 4
        ({"a": 5, "b": 5, "c": 4}, {}, ["a", "b", "c"]),  # else 4 = 9 − 5, the least that is not small
        ({"a": 1, "b": 1}, {}, ["a", "b"]),
        ({"a": 3}, {}, ["a"]),
        ({}, {}, []),
    ],
)
def test_small_counts_are_withheld_and_others_with_them(
    counts: dict[str, int], shown: dict[str, int], withheld: list[str]
) -> None:
    told = withhold(counts)
    assert (told.counts, told.withheld) == (shown, withheld)


@pytest.mark.parametrize("cells", [2, 3, 4])
def test_no_small_count_follows_from_what_is_shown_and_the_total(cells: int) -> None:
    """All counts with the same total that are shown in the same way: a small one may be several numbers."""
    like: dict[tuple[int, str], list[tuple[int, ...]]] = defaultdict(list)
    for numbers in itertools.product(range(MOST + 1), repeat=cells):
        if 0 < sum(numbers) <= MOST:  # what is larger would have companions that are not tried here
            told = withhold({str(place): n for place, n in enumerate(numbers)})
            assert all(n >= 5 for n in told.counts.values())
            like[sum(numbers), str(told)].append(numbers)
    for same in like.values():
        for place in range(cells):
            possible = {numbers[place] for numbers in same}
            assert min(possible) >= 5 or len(possible) > 1, same


# ---- The page


@pytest.fixture
def people() -> list[User]:
    claim = scenes.claim()
    made = factories.reviewers(7)
    for person in made:
        scenes.say(person, claim)
        claim = scenes.claim() if scenes.waits(claim) == 0 else claim
    return made


@pytest.mark.django_db
def test_only_people_with_an_answer_that_counts_are_counted(people: list[User]) -> None:
    for person in people[:6]:
        Demographics.objects.create(user=person, region="africa")
    Demographics.objects.create(user=factories.reviewer(), region="africa")
    count, told = tables(current_policy())
    [region] = [table for table in told if str(table.heading) == "Region"]
    assert count == 7
    assert [(str(label), n) for label, n in region.rows] == []  # 6 of 7: the one left would be known
    for person in (*factories.reviewers(5),):
        claim = scenes.claim()
        scenes.say(person, claim)
        Demographics.objects.create(user=person, region="nowhere")
    [region] = [table for table in tables(current_policy())[1] if str(table.heading) == "Region"]
    assert "Africa" not in [str(label) for label, _n in region.rows] or region.withheld


@pytest.mark.django_db
def test_who_says_nothing_is_counted_as_not_said(people: list[User]) -> None:
    _count, told = tables(current_policy())
    gender = told[0]
    assert [(str(label), n) for label, n in gender.rows] == []
    assert "not said" in [str(label) for label in gender.withheld]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.ADMIN, Role.RELEASE_MANAGER, Role.AUDITOR])
def test_the_sums_are_read_by_those_who_answer_for_the_data(client: Client, role: Role) -> None:
    client.force_login(factories.user(role))
    page = client.get("/people/annotators/")
    assert page.status_code == 200
    assert "Nobody has an answer that counts yet" in page.content.decode()
    assert client.post("/people/annotators/").status_code in (403, 405)


@pytest.mark.django_db
def test_reviewers_do_not_read_them(client: Client) -> None:
    client.force_login(factories.user(Role.REVIEWER, Role.ADJUDICATOR))
    assert client.get("/people/annotators/").status_code == 403
