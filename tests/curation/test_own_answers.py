"""A reviewer's own answers, and nobody else's."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation import own_gold
from curation.adjudication import Decision, decide
from curation.models import Annotation, Flag, Profile, Release, ReleaseFace
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import gold_scenes, scenes
from tests.curation.scenes import say, state, undo, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(client: Client) -> User:
    """Signed in."""
    person = factories.user(Role.REVIEWER, username="ann")
    client.force_login(person)
    return person


def shown(client: Client, query: str = "") -> list[uuid.UUID]:
    return [own.answer.pk for own in client.get(f"/answers/?{query}").context["rows"]]


def test_reviewers_and_adjudicators_look_and_nobody_else() -> None:
    for role, code in ((Role.REVIEWER, 200), (Role.ADJUDICATOR, 200), (Role.ADMIN, 403), (Role.AUDITOR, 403)):
        client = Client()
        client.force_login(factories.user(role))
        assert client.get("/answers/").status_code == code, role
        assert client.post("/answers/").status_code in (403, 405)
    assert Client().get("/answers/").status_code == 302


def test_one_sees_ones_own_alone_the_newest_first(client: Client, ann: User) -> None:
    assert "You have answered nothing yet" in client.get("/answers/").content.decode()
    first, second = scenes.claims(2)
    say(factories.reviewer(), first, "reject", reason="occluded")
    a, b = say(ann, first)[1], say(ann, second, "reject", note="not her")[1]
    text = client.get("/answers/").content.decode()
    assert shown(client) == [b, a]
    assert ("not her" in text, "occluded" in text, "disputed" in text) == (True, False, False)


def test_answers_are_narrowed_down_and_names_only_of_the_first_question(client: Client, ann: User) -> None:
    claim = scenes.accepted(factories.identity("Ada", wikidata_id="Q7259"))
    attributes = say(ann, claim, "attributes", race=3, gender=1, age=1)[1]
    usable = say(ann, scenes.claim(factories.identity("Bo")), "reject")[1]
    today = timezone.localdate()
    for query, found in (
        ("question=attributes", [attributes]),
        ("verdict=reject", [usable]),
        ("q=bo", [usable]),
        ("q=ada", []),
        ("q=q7259", []),
        (f"since={today}", [usable, attributes]),
        ("until=2020-01-01", []),
        ("until=soon", []),
    ):
        assert shown(client, query) == found, query
    assert "Ada" not in client.get("/answers/?question=attributes").content.decode()


def test_an_answer_is_taken_back_once_after_a_question(client: Client, ann: User) -> None:
    claim = scenes.claim()
    answer = say(ann, claim)[1]
    url = f"/answers/{answer}/take-back/"
    assert "no longer counts" in client.get(url).content.decode()
    assert Annotation.objects.filter(verdict="withdrawn").count() == 0
    done = client.post(url, follow=True).content.decode()
    assert "the next that you are asked about" in done
    assert (waits(claim), Annotation.objects.filter(supersedes=answer).count()) == (2, 1)
    assert "had taken this answer back already" in client.post(url, follow=True).content.decode()
    assert Annotation.objects.filter(verdict="withdrawn").count() == 1


def test_what_was_taken_back_elsewhere_is_no_fault(client: Client, ann: User) -> None:
    answer = say(ann, scenes.claim())[1]
    undo(ann, answer)
    assert (
        "had taken this answer back already"
        in client.post(f"/answers/{answer}/take-back/", follow=True).content.decode()
    )


def test_a_decision_and_a_frozen_release_stand_and_it_is_said(client: Client, ann: User) -> None:
    claim = scenes.claim()
    answer = say(ann, claim)[1]
    say(factories.reviewer(), claim, "reject")
    vera = factories.user(Role.ADJUDICATOR)
    decide(Decision(claim.pk, "usable", "accept"), adjudicator=vera, policy=current_policy())
    frozen = Release.objects.create(
        version="1.2.3", policy=current_policy(), papers={}, digest="sha256:0", faces_count=1, frozen_at=timezone.now()
    )
    ReleaseFace.objects.create(
        release=frozen, face=claim.face, claim=claim, image_id="i", crop_sha256=claim.face.crop_sha256, record={}
    )
    done = client.post(f"/answers/{answer}/take-back/", follow=True).content.decode()
    assert "decision stands" in done
    assert "release 1.2.3 stays" in done
    assert state(claim) == "accepted"


@pytest.mark.usefixtures("ann")
def test_anothers_answer_is_not_there(client: Client) -> None:
    other = say(factories.reviewer(), scenes.claim())[1]
    for answer in (other, uuid.uuid4()):
        assert client.get(f"/answers/{answer}/take-back/").status_code == 404
        assert client.post(f"/answers/{answer}/take-back/").status_code == 404
    assert not Annotation.objects.filter(verdict="withdrawn").exists()


def test_answers_to_flags_are_read_here(client: Client, ann: User) -> None:
    assert "You have flagged nothing" in client.get("/answers/?list=flags").content.decode()
    claim = scenes.claim()
    scenes.flag(ann, claim, "two of this name")
    scenes.flag(factories.reviewer(), claim, "someone else's remark")
    Flag.objects.filter(reviewer=ann).update(answer="the actor is meant", resolved_at=timezone.now())
    text = client.get("/answers/?list=flags").content.decode()
    assert ("the actor is meant" in text, ">new<" in text, "someone else" in text) == (True, True, False)
    assert Flag.objects.get(reviewer=ann).answer_seen_at
    assert ">new<" not in client.get("/answers/?list=flags").content.decode()


def test_numbers_of_the_day_only_where_wanted(client: Client, ann: User) -> None:
    say(ann, scenes.claim())
    assert client.get("/answers/").context["day"] is None
    assert client.get("/answers/?pace=1").context["day"].answered == 1
    Profile.objects.create(user=ann, show_pace=True)
    assert client.get("/answers/").context["day"].seconds == 0


@pytest.mark.parametrize(
    ("right", "days", "words"),
    [(20, 0, ["nearly always"]), (18, 0, ["mostly"]), (10, 0, ["less often than hoped"]), (20, 3, []), (19, 0, [])],
    ids=["all", "most", "half", "too young", "too few"],
)
def test_how_one_fares_on_gold_is_told_in_bands_and_late(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch, right: int, days: int, words: list[str]
) -> None:
    monkeypatch.setattr(own_gold, "LATE", timedelta(days=days))
    claims = gold_scenes.known(["accept"] * (19 if right == 19 else 20))
    gold_scenes.answers(ann, claims, ["accept" if n < right else "reject" for n in range(len(claims))])
    assert [str(band) for _name, band in client.get("/answers/?pace=1").context["bands"]] == words
    assert client.get("/answers/").context["bands"] == []
