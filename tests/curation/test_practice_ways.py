"""What both practices share: the way back, somebody else, an alarm, and the end of a pause."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from curation import pauses, practice
from curation.models import (
    Consensus,
    Pause,
    PracticeAnswer,
    Quarantine,
)
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.practice_scenes import KNOWN, RIGHT, accepted, ahead, perceived, post, rejected, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ten")]


@pytest.fixture
def page() -> str:
    return reverse("practice-attributes")


# ---- The way back, and passing by


def test_what_is_taken_back_is_asked_next_and_the_first_answer_is_what_counts(
    client: Client, novice: User, page: str
) -> None:
    for _ in range(4):
        perceived()
    first, second, third, fourth = ahead(novice)
    for claim in (first, second):
        post(client, page, claim, **{**RIGHT, "gender": 2})
    done = PracticeAnswer.objects.get(claim=first)
    post(client, page, second, answer=f"undo:{done.pk}")
    assert ahead(novice) == [first, third, fourth]
    assert client.get(page).context["given"] == {**KNOWN, "gender": 2}
    assert "As the others saw it" in post(client, page, first, **RIGHT)
    assert practice.progress(novice, "attributes").agreeing == 0
    for claim in (third, fourth):
        post(client, page, claim, **RIGHT)
    assert "2 of 4 as the others saw it" in client.get(page).content.decode()


def test_the_last_thing_done_is_taken_back_be_it_a_skip(client: Client, novice: User, page: str) -> None:
    for _ in range(4):
        perceived()
    first, second, third, _fourth = ahead(novice)
    post(client, page, first, **RIGHT)
    assert client.get(page).context["item"]["claim"] == second
    post(client, page, second, answer="skip")
    assert client.get(page).context["item"]["claim"] == third
    post(client, page, third, answer="undo")
    assert client.get(page).context["item"]["claim"] == second
    post(client, page, second, answer="undo")
    assert client.get(page).context["item"]["claim"] == first
    assert "There is nothing to undo" in post(client, page, first, answer="undo")
    assert "There is nothing to undo" in post(client, page, first, answer="undo:77")


def test_nobody_takes_back_what_another_answered(client: Client, novice: User, page: str) -> None:
    for _ in range(4):
        perceived()
    other = factories.reviewer()
    claim = practice.progress(other, "attributes").ahead[0]
    theirs = practice.answer(reviewer=other, claim=claim, said=said(claim, "attributes", **KNOWN))
    assert "There is nothing to undo" in post(client, page, answer=f"undo:{theirs.pk}")
    theirs.refresh_from_db()
    assert theirs.taken_back_at is None


def test_an_answer_stands_once_and_fits_its_question() -> None:
    claim, one = perceived(), factories.reviewer()
    for wrong in ({"verdict": "accept", "race": 1}, {"verdict": "attributes"}, {"verdict": "relabel"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PracticeAnswer.objects.create(reviewer=one, claim=claim, **wrong)
    PracticeAnswer.objects.create(reviewer=one, claim=claim, verdict="accept")
    with pytest.raises(IntegrityError), transaction.atomic():
        PracticeAnswer.objects.create(reviewer=one, claim=claim, verdict="reject", reason="occluded")


# ---- The first question has the same keys


def test_somebody_else_is_named_and_told(client: Client, novice: User) -> None:
    ada, bo = factories.identity("Ada Marlow"), factories.identity("Bo Lindqvist")
    claims = [scenes.claim(factories.identity()) for _ in range(3)]
    for claim in claims:
        for person in factories.reviewers(2):
            scenes.say(person, claim, "relabel", identity=ada)
    Consensus.objects.filter(claim__identity=ada).update(votes=9)  # the same faces as hers: not known for sure
    page = reverse("practice")
    one, two, three = ahead(novice, "usable")
    right = post(client, page, one, answer="relabel", identity=ada.pk)
    assert "As the others saw it" in right
    assert "someone else: Ada Marlow" in right
    assert "the name that you gave is not what the others said" in post(
        client, page, two, answer="relabel", identity_name="bo lindqvist"
    )
    assert "naming them (R) says more" in post(client, page, three, answer="reject:wrong_person")
    assert PracticeAnswer.objects.filter(differs=[]).count() == 3
    assert PracticeAnswer.objects.get(claim=two).relabel_to == bo
    assert "Nobody on the list has that name" in post(client, page, one, answer="relabel", identity_name="Nobody")


def test_an_alarm_is_only_practised(client: Client, novice: User) -> None:
    accepted(3), rejected("occluded")
    claim = ahead(novice, "usable")[0]
    told = post(client, reverse("practice"), claim, answer="quarantine:under_age")
    assert "Here nothing was taken out" in told
    assert not Quarantine.objects.exists()
    assert PracticeAnswer.objects.get().differs == ["usable"]


# ---- After a pause


@pytest.mark.parametrize(("wrong", "ended"), [(2, "practised"), (3, "")])
def test_four_of_five_fields_end_a_pause_of_attributes(
    client: Client, novice: User, page: str, wrong: int, ended: str, settings: Settings
) -> None:
    settings.PRACTICE_ITEMS = 4  # 12 fields, of which two may differ
    for _ in range(5):
        perceived()
    pauses.pause(novice, question="attributes", reason="A look.", by=factories.user(Role.ADMIN))
    assert client.get(reverse("paused", args=["attributes"])).context["practice"]
    for n in range(4):
        post(client, page, **{**RIGHT, "age": 1 if n < wrong else 2})
    assert Pause.objects.get().ended == ended


def test_answering_again_ends_no_pause(client: Client, novice: User, page: str, settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 3
    for _ in range(3):
        perceived()
    pauses.pause(novice, question="attributes", reason="A look.", by=factories.user(Role.ADMIN))
    for claim in ahead(novice):
        post(client, page, claim, answer="attributes", race=1, gender=2, age=1)
        post(client, page, claim, answer="undo")
        post(client, page, claim, **RIGHT)
    assert Pause.objects.get().ended_at is None
