"""What narrows the quality pages down, the faces behind their figures, and how old these may be."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.models import Claim, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import releases as r
from tests.curation.quality_scenes import judged, make_large, rows_of, signed_in, text_of
from tests.curation.test_home_figures import backdate

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


@pytest.fixture
def people() -> list[User]:
    return [factories.user(Role.REVIEWER, username=name) for name in ("adam", "berta", "carl")]


# ---- Filters


def test_filters_narrow_every_figure(admin: Client, people: list[User]) -> None:
    ada, bo = factories.identity("Ada Marlow", aliases=["A. M."]), factories.identity("Bo")
    judged(people, 3, identity=ada), judged(people, 2, identity=bo)
    found = Claim.objects.filter(identity=bo).earliest("pk")
    job = factories.job([bo])
    factories.candidate(bo, found.photo, job=job)
    for answer in Slot.objects.filter(claim=found, question="usable").values_list("annotation", flat=True):
        backdate(answer, days=40)
    last_month = (timezone.now() - timedelta(days=30)).date().isoformat()
    counts: dict[str, dict[str, str | int]] = {
        "Ada Marlow": {"identity": "ada marlow"}, "by alias": {"identity": "a. m"}, "job": {"job": job.pk},
        "policy": {"policy": 1}, "older": {"until": last_month}, "newer": {"since": last_month},
    }  # fmt: skip
    told = {name: rows_of(admin, "quality-pairs", **query)[0]["n"] for name, query in counts.items()}
    assert told == {"Ada Marlow": "3", "by alias": "3", "job": "1", "policy": "5", "older": "1", "newer": "4"}


def test_a_filter_goes_on_from_page_to_page_and_to_the_faces(admin: Client, people: list[User]) -> None:
    judged(people, 2, identity=factories.identity("Ada"))
    text = text_of(admin, "quality-pairs", identity="Ada", field="race")
    assert f'href="{reverse("quality-pace")}?identity=Ada"' in text
    assert f"{reverse('quality-faces')}?identity=Ada&amp;field=race" in text


def test_one_policy_is_shown_in_its_own_words(admin: Client, people: list[User]) -> None:
    p.judged(people[:2], 1, 2)
    merged = [{"code": 3, "label": "of age", "band": 1}]
    p.put_in_force(p.draft(fields=p.fields(age=merged)), {"age": {"1": "3", "2": "3"}})
    now = {(row["one_says"], row["another_says"]) for row in rows_of(admin, "quality-confusion", field="age")}
    assert ("of age", "of age") in now
    then = {row["one_says"] for row in rows_of(admin, "quality-confusion", field="age", policy=1)}
    assert "of age" not in then


# ---- Behind a figure


def test_faces_behind_a_figure_show_every_vote(admin: Client, people: list[User]) -> None:
    judged(people, 1, identity=factories.identity("Ada"), differ=1)
    text = text_of(admin, "quality-faces", field="usable", pattern="differ")
    assert "1 face behind the figure" in text
    assert "Ada" in text
    assert '<span class="who">adam</span><b class="good-text">accepted</b>' in text
    assert '<span class="who">berta</span><b class="bad-text">rejected: wrong person</b>' in text
    assert "Black" in text_of(admin, "quality-faces", field="race")


def test_an_adjudicator_sees_names_when_they_ask(people: list[User]) -> None:
    judged(people, 1, differ=1)
    client = signed_in(Role.ADJUDICATOR)
    assert "berta" not in text_of(client, "quality-faces", pattern="differ")
    assert "berta" in text_of(client, "quality-faces", pattern="differ", names=1)


def test_who_may_still_be_asked_sees_no_answers(people: list[User]) -> None:
    claim = judged(people, 1, differ=1)[0]
    r.slot(claim, "usable", 3, waiting=True)
    text = text_of(signed_in(Role.ADJUDICATOR), "quality-faces", names=1)
    assert "You may still be asked" in text
    assert "rejected" not in text
    assert "rejected" in text_of(signed_in(Role.AUDITOR), "quality-faces")


def test_long_lists_of_faces_have_pages(admin: Client, people: list[User]) -> None:
    judged(people, 30)
    assert "1–24 of 30" in text_of(admin, "quality-faces")
    assert "25–30 of 30" in text_of(admin, "quality-faces", page=2)
    assert "The list ends before this page" in text_of(admin, "quality-faces", page=3)


def test_a_name_that_is_a_formula_is_text_in_the_csv(admin: Client) -> None:
    people = [factories.user(username=name) for name in ("+1+1", "-2+3")]
    User.objects.filter(pk=people[0].pk).update(first_name='=HYPERLINK("x")')
    judged(people, 2)
    assert {row["reviewer"] for row in rows_of(admin, "quality-pace")} == {'\'=HYPERLINK("x")', "'-2+3"}


# ---- Snapshots


def test_a_large_installation_says_since_when_its_figures_are(
    admin: Client, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(people, 2)
    make_large(monkeypatch)
    assert f"as of {timezone.now():%H}:" in text_of(admin, "quality")
    judged(people, 2)
    assert rows_of(admin, "quality-pairs")[0]["n"] == "2"  # of the snapshot
