"""Practice of the second question: which faces, who is led to it, the page, and that nothing of it counts."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from curation import adjudication, agreement_report, gold, practice, practice_known, queue
from curation.gold_serving import turn_of
from curation.models import (
    Annotation,
    Claim,
    Consensus,
    Flag,
    GoldItem,
    PracticeAnswer,
    Profile,
    Quarantine,
    Skip,
    Slot,
)
from curation.policies import current_policy
from curation.serving import answered_today, recent
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes, scenes
from tests.curation.practice_scenes import KNOWN, RIGHT, ahead, known, perceived, post, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ten")]


@pytest.fixture
def page() -> str:
    return reverse("practice-attributes")


# ---- Which faces


def test_faces_whose_three_fields_are_known_and_that_are_not_gold() -> None:
    sure = [perceived().pk for _ in range(3)]
    known("accept", "accept")
    torn, unsure, barred = known("accept", "accept"), perceived(race=0), perceived()
    for person, age in zip(factories.reviewers(2), (1, 2), strict=True):
        scenes.say(person, torn, "attributes", race=3, gender=1, age=age)
    scenes.say(factories.reviewer(), barred, "quarantine", reason="under_age")
    own, as_gold, usable_gold = perceived(), perceived(), perceived()
    for claim, question in ((as_gold, "attributes"), (usable_gold, "usable")):
        answer = {"usable": "accept"} if question == "usable" else {"race": "3", "gender": "1", "age": "2"}
        GoldItem.objects.create(
            claim=claim, question=question, answer=answer, policy=current_policy(), chosen=GoldItem.Chosen.AGREED
        )
    one = factories.reviewer()
    scenes.say(one, own, "attributes", **KNOWN)
    assert sorted(ahead(one)) == sorted(sure)
    assert unsure.pk not in ahead(one)


def test_each_combination_comes_before_the_second_of_one(settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 3
    for _ in range(6):
        perceived()
    rare = {perceived(race=1).pk, perceived(gender=2, age=1).pk}
    assert rare < set(ahead(factories.reviewer()))


def test_a_face_seen_among_attributes_is_known_to_be_accepted() -> None:
    claims = [perceived() for _ in range(4)]
    one = factories.reviewer()
    first = practice.progress(one, "attributes").ahead[0]
    practice.answer(reviewer=one, claim=first, said=said(first, "attributes", **KNOWN))
    assert sorted(ahead(one, "usable")) == sorted(claim.pk for claim in claims if claim != first)


# ---- Who is led to it


def test_who_is_new_to_attributes_practises_them_first(client: Client, novice: User, page: str) -> None:
    for _ in range(3):
        perceived()
    practice.finish(novice, "usable")
    assert client.get(reverse("attributes")).headers["Location"] == page
    assert client.get(reverse("review")).status_code == 200
    practice.finish(novice, "attributes")
    assert client.get(reverse("attributes")).status_code == 200


def test_who_ever_answered_attributes_needs_none_of_them(client: Client, novice: User) -> None:
    for _ in range(4):
        perceived()
    scenes.say(novice, known("accept", "accept"), "attributes", **KNOWN)
    assert client.get(reverse("attributes")).status_code == 200
    assert client.get(reverse("review")).headers["Location"] == reverse("practice")


def test_with_too_few_known_faces_the_page_says_what_an_admin_does(client: Client, novice: User, page: str) -> None:
    perceived(), perceived()
    assert client.get(reverse("attributes")).status_code == 200
    shown = client.get(page).content.decode()
    assert "No practice of attributes yet" in shown
    assert "What an admin does next" in shown
    assert client.post(reverse("practice-end", args=["attributes"])).headers["Location"] == reverse("attributes")


def test_practice_of_attributes_is_for_reviewers(client: Client, page: str) -> None:
    assert client.get(page).headers["Location"].startswith(reverse("login"))
    for role, status in [(Role.REVIEWER, 200), (Role.ADJUDICATOR, 200), (Role.AUDITOR, 403), (Role.ADMIN, 403)]:
        client.force_login(factories.user(role))
        assert client.get(page).status_code == status, role
    client.force_login(factories.reviewer())
    assert client.put(page).status_code == 405
    assert client.get(reverse("practice-end", args=["attributes"])).status_code == 405
    assert client.post("/review/practice/height/end/").status_code == 404


def test_an_excuse_is_from_both(client: Client) -> None:
    admin, one = factories.user(Role.ADMIN), factories.reviewer()
    client.force_login(admin)
    practice.finish(one, "usable")
    before = Profile.objects.get(user=one).practised_at
    client.post(reverse("person-excuse", args=[one.pk]), {"reason": "wrote the guideline"})
    profile = Profile.objects.get(user=one)
    assert profile.practised_at == before
    assert profile.attributes_practised_at is not None


# ---- The page


def test_it_is_asked_blind_as_in_earnest(client: Client, novice: User, page: str) -> None:
    for _ in range(3):
        perceived()
    Identity.objects.update(claimed_race=4, claimed_gender=2)
    name = Claim.objects.earliest("pk").identity.name
    shown = client.get(page)
    assert shown.context["item"]["identity"] is None
    assert shown.context["item"]["claimed"] == {}
    assert set(shown.context["item"]["source"]) >= {"page_url", "site"}
    assert not shown.context["item"]["source"]["page_url"]
    said = shown.content.decode()
    assert name not in said
    assert "claimed</span>" not in said


def test_claimed_values_are_shown_where_the_policy_has_it_so(client: Client, novice: User, page: str) -> None:
    for _ in range(3):
        perceived()
    Identity.objects.update(claimed_gender=2)
    policy_scenes.put_in_force(policy_scenes.draft(blind_fields=["race", "age"]))
    assert client.get(page).context["item"]["claimed"] == {"gender": 2}


def test_feedback_says_which_field_differs_and_what_the_guideline_says_of_it(
    client: Client, novice: User, page: str
) -> None:
    for _ in range(3):
        perceived()
    shown = client.get(page).context["item"]["claim"]
    reply = client.post(page, {"claim": shown, **RIGHT, "age": 1}, follow=True)
    told = reply.context["told"]
    assert [(line.label, line.differs) for line in told.lines] == [
        ("Perceived race", False),
        ("Perceived gender", False),
        ("Age in this picture", True),
    ]
    assert (told.lines[2].given, told.lines[2].known) == ("young, 18–49", "old, 50+")
    assert told.rules == ["Age is the age in the picture."]
    assert "The others saw it differently" in reply.content.decode()
    assert PracticeAnswer.objects.get().differs == ["age"]


def test_the_adjudicators_words_say_why(client: Client, novice: User, page: str) -> None:
    for _ in range(2):
        perceived()
    why = "Grey hair alone makes nobody old."
    decided = known("accept", "accept")
    boss = factories.user(Role.ADJUDICATOR)
    words = adjudication.Decision(decided.pk, "attributes", "attributes", **KNOWN, note=why)
    adjudication.decide(words, adjudicator=boss, policy=current_policy())
    page_of = {claim: post(client, page, claim, **RIGHT) for claim in ahead(novice)}
    assert [claim for claim, text in page_of.items() if why in text] == [decided.pk]
    assert boss.username not in page_of[decided.pk]


def test_what_was_written_of_a_wrong_person_stays_private() -> None:
    claim = known("accept", "wrong_person")
    words = adjudication.Decision(claim.pk, "usable", "reject", reason="wrong_person", note="This is my neighbour.")
    adjudication.decide(words, adjudicator=factories.user(Role.ADJUDICATOR), policy=current_policy())
    assert practice_known.known_of([claim])[claim.pk].note == ""


@pytest.mark.parametrize(
    "values", [{"race": 3, "gender": 1}, {**KNOWN, "age": 7}, {**KNOWN, "race": "x"}, {}, {**KNOWN, "answer": "accept"}]
)
def test_an_answer_without_one_of_the_fields_is_none(
    client: Client, novice: User, page: str, values: dict[str, Any]
) -> None:
    for _ in range(3):
        perceived()
    assert "Answer each of the fields first" in post(client, page, **{"answer": "attributes", **values})
    assert not PracticeAnswer.objects.exists()


def test_a_practice_to_the_end_is_summed_up_and_attributes_start(client: Client, novice: User, page: str) -> None:
    for _ in range(3):
        perceived()
    for race in (3, 1, 3):
        post(client, page, **{**RIGHT, "race": race})
    shown = client.get(page).content.decode()
    assert "2 of 3 as the others saw it" in shown
    assert Profile.objects.get(user=novice).attributes_practised_at
    assert Profile.objects.get(user=novice).practised_at is None
    assert client.post(reverse("practice-end", args=["attributes"])).headers["Location"] == reverse("attributes")


def test_nothing_of_it_counts(client: Client, novice: User, page: str) -> None:
    claims = [perceived() for _ in range(5)]
    gold.choose(question="attributes", count=1)
    before = everything_counted(novice)
    first = client.get(page).context["item"]["claim"]
    for values in ({**RIGHT, "race": 1}, {"answer": "undo"}, {"answer": "skip"}, {"answer": "undo"}, RIGHT):
        post(client, page, first, **values)
    post(client, page, answer="flag", note="look")
    assert PracticeAnswer.objects.filter(reviewer=novice).count() == 2
    assert everything_counted(novice) == before
    assert {scenes.state(claim) for claim in claims} == {Claim.State.ACCEPTED}


def everything_counted(person: User) -> list[object]:
    tables = (Consensus, Slot, Annotation, Skip, Flag, Quarantine, GoldItem)
    return [
        *(list(table.objects.order_by("pk").values()) for table in tables),
        answered_today(person),
        recent(person, current_policy()),
        [queue.waiting(reviewer=person, question=question) for question in ("usable", "attributes")],
        turn_of(person.pk, "attributes"),
        repr(agreement_report.report()),
    ]
