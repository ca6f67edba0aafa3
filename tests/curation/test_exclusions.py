"""What becomes of a reviewer's answers that an admin sets aside, and of what they had settled."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation import adjudication, agreement_report, exclusions, quarantine, tasks
from curation.adjudication import Decision
from curation.exclusions import Range, carry_out, decide, preview
from curation.models import Annotation, Claim, Consensus, Exclusion, PersonEvent, Quarantine, Slot
from curation.models.claims import Question
from curation.models.votes import MOST_NUMBERS
from curation.policies import current_policy
from curation.settling import settle
from curation.votes import votes
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return factories.user(Role.ADMIN, username="boss")


@pytest.fixture
def zoe() -> User:
    return factories.user(Role.REVIEWER, username="zoe")


def settled(zoe: User, verdict: str = "accept", count: int = 1) -> list[Claim]:
    claims, other = scenes.claims(count), factories.reviewer()
    for claim in claims:
        say(zoe, claim, verdict)
        say(other, claim, verdict)
    return claims


def everything(person: User, question: str = "") -> Range:
    return Range(person, question, None, timezone.now())


def exclude(person: User, boss: User, question: str = "") -> Exclusion:
    made = decide(everything(person, question), reason="pressed one key all day", by=boss)
    carry_out(made)
    made.refresh_from_db()
    return made


def _accept(claim: Claim, senior: User) -> None:
    adjudication.decide(Decision(claim.pk, "usable", "accept"), adjudicator=senior, policy=current_policy())


# ---- Effects


def test_what_the_answers_had_settled_is_asked_again_of_somebody_else(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    assert scenes.state(claim) == "accepted"
    made = exclude(zoe, boss)
    assert (scenes.state(claim), scenes.waits(claim), made.votes) == ("open", 1, 1)
    assert scenes.consensus(claim)[0] == "open"
    assert scenes.lease(zoe) == []
    third = factories.reviewer()
    assert [slot.claim for slot in scenes.lease(third)] == [claim]
    say(third, claim)
    assert scenes.state(claim) == "accepted"
    assert Slot.objects.filter(claim=claim, question="usable", purpose="vote").count() == 2


def test_the_answer_is_kept_and_keeps_its_place(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    exclude(zoe, boss)
    slot = Slot.objects.get(claim=claim, reviewer=zoe)
    assert (slot.purpose, slot.annotation is not None) == ("set_aside", True)
    assert say(zoe, claim)[0].status == "late"
    assert scenes.waits(claim) == 1


def test_a_decision_of_an_adjudicator_stands(zoe: User, boss: User) -> None:
    claim = scenes.claim()
    say(zoe, claim)
    say(factories.reviewer(), claim, "reject")
    _accept(claim, factories.user(Role.ADJUDICATOR))
    assert preview(everything(zoe, "usable")).decided == 1
    exclude(zoe, boss)
    assert scenes.consensus(claim) == ("settled", "accept", "adjudication")
    assert scenes.state(claim) == "accepted"


def test_ones_own_decisions_as_an_adjudicator_stand(boss: User) -> None:
    senior = factories.user(Role.ADJUDICATOR)
    claim = scenes.claim()
    for person, verdict in zip(factories.reviewers(2), ("accept", "reject"), strict=True):
        say(person, claim, verdict)
    _accept(claim, senior)
    assert exclude(senior, boss).votes == 0
    assert scenes.state(claim) == "accepted"


def test_copies_that_a_relabel_carried_go_along(zoe: User, boss: User) -> None:
    claim, bo = scenes.claim(), factories.identity("Bo")
    say(zoe, claim, "relabel", identity=bo)
    say(factories.reviewer(), claim, "relabel", identity=bo)
    copied = Claim.objects.get(identity=bo)
    assert scenes.state(copied) == "accepted"
    before_the_copy = Annotation.objects.get(claim=claim, reviewer=zoe).received_at
    made = decide(Range(zoe, "", None, before_the_copy), reason="x", by=boss)
    assert carry_out(made) == 2
    assert scenes.state(copied) == "open"
    assert Slot.objects.get(claim=copied, reviewer=zoe).purpose == "set_aside"


def test_only_the_question_and_the_time_that_were_chosen(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    say(zoe, claim, "attributes", race=3, gender=1, age=1)
    middle = Annotation.objects.get(claim=claim, question="attributes").received_at
    assert exclude(zoe, boss, question="attributes").votes == 1
    assert scenes.state(claim) == "accepted"
    assert decide_between(zoe, boss, middle, middle) == 0
    assert decide_between(zoe, boss, None, middle - timedelta(microseconds=1)) == 1
    assert scenes.state(claim) == "open"


def decide_between(person: User, boss: User, since: object, until: object) -> int:
    return carry_out(decide(Range(person, "", since, until), reason="x", by=boss))  # type: ignore[arg-type]


def test_what_is_set_aside_takes_no_place_of_the_nine_votes(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    Slot.objects.filter(claim=claim, question="usable").exclude(reviewer=zoe).update(number=9)
    exclude(zoe, boss)
    assert scenes.waits(claim) == 1
    assert sorted(Slot.objects.filter(claim=claim, question="usable").values_list("number", flat=True))[-1] == 10


def test_where_all_numbers_are_used_nobody_else_is_asked(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    Slot.objects.filter(claim=claim, question="usable").exclude(reviewer=zoe).update(number=MOST_NUMBERS)
    exclude(zoe, boss)
    assert scenes.waits(claim) == 0


def test_an_excluded_answer_taken_back_is_not_asked_of_the_same_person_again(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    answer = Annotation.objects.get(claim=claim, question="usable", reviewer=zoe)
    exclude(zoe, boss)
    assert scenes.undo(zoe, answer.pk).status == "saved"
    assert scenes.lease(zoe) == []
    assert scenes.waits(claim) == 1


def test_it_may_be_broken_off_and_run_again(zoe: User, boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(zoe, count=3)
    made = decide(everything(zoe), reason="x", by=boss)
    real, calls = settle, iter([1, 2])

    def dies(photo: object) -> None:
        if next(calls, None) == 2:
            raise RuntimeError("the machine goes down")
        real(photo)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("curation.exclusions.settle", dies)
        with pytest.raises(RuntimeError):
            carry_out(made)
    made.refresh_from_db()
    assert (made.votes, exclusions.remaining(made)) == (1, 2)
    assert [one.pk for one in exclusions.unfinished()] == [made.pk]
    assert tasks.exclude_unfinished() == 2
    assert tasks.exclude_unfinished() == tasks.exclude(made.pk) == 0
    made.refresh_from_db()
    assert made.votes == 3
    assert Slot.objects.filter(purpose="vote", question="usable").count() == 6


# ---- Who counts what


def test_agreement_leaves_them_out(zoe: User, boss: User) -> None:
    settled(zoe)
    assert agreement_report.question_agreement("usable")["usable"].comparisons == 1
    exclude(zoe, boss)
    assert agreement_report.question_agreement("usable")["usable"].comparisons == 0


def test_they_are_told_from_an_alarm_that_was_called_off(zoe: User, boss: User) -> None:
    [claim] = settled(zoe)
    exclude(zoe, boss)
    assert _remarks(claim) == [["set aside by an admin's decision"], []]
    other = scenes.claim()
    say(zoe, other, "quarantine", reason="under_age")
    alarm = Quarantine.objects.get()
    quarantine.decide(alarm, seen="", adjudicator=factories.user(Role.ADJUDICATOR), release=True, note="")
    assert _remarks(other) == [["alarm set aside"]]


def _remarks(claim: Claim) -> list[list[str]]:
    return [vote.remarks for vote in votes(claim, Question.USABLE, policy=current_policy(), names=True)]


def test_an_alarm_stays_in_force_until_somebody_decides(zoe: User, boss: User) -> None:
    claim = scenes.claim()
    say(zoe, claim, "quarantine", reason="under_age")
    exclude(zoe, boss)
    assert quarantine.open_quarantines().count() == 1
    assert scenes.waits(claim) == 0
    alarm = Quarantine.objects.get()
    quarantine.decide(alarm, seen="", adjudicator=factories.user(Role.ADJUDICATOR), release=True, note="")
    assert scenes.waits(claim) == 2


# ---- The pages


@pytest.fixture
def admin(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def test_looking_says_what_it_would_do_and_changes_nothing(admin: Client, zoe: User) -> None:
    settled(zoe, count=2)
    dispute = scenes.claim()
    say(zoe, dispute)
    say(factories.reviewer(), dispute, "reject")
    page = admin.post(f"/people/{zoe.pk}/exclude/", {"do": "look"})
    told = page.context["preview"]
    assert (told.answers, told.reopened, told.disputed, told.decided) == (3, 2, 1, 0)
    assert "Frozen releases are not touched" in page.content.decode()
    assert not Exclusion.objects.exists()
    assert Slot.objects.filter(purpose="set_aside").count() == 0


def test_the_decision_wants_a_reason_and_is_kept_with_it(admin: Client, zoe: User) -> None:
    [claim] = settled(zoe)
    page = admin.post(f"/people/{zoe.pk}/exclude/", {"do": "exclude", "reason": " "})
    assert page.status_code == 400
    assert "kept with its reason" in page.content.decode()
    assert scenes.state(claim) == "accepted"
    done = admin.post(f"/people/{zoe.pk}/exclude/", {"do": "exclude", "reason": "slept"}, follow=True)
    assert "1 answer is set aside." in done.content.decode()
    assert "slept" in done.content.decode()
    made = Exclusion.objects.get()
    assert (made.reason, made.votes, made.decided_by.username, made.reviewer) == ("slept", 1, "boss", zoe)
    event = PersonEvent.objects.get(person=zoe)
    assert (event.kind, event.reason, event.detail[:8]) == ("excluded", "slept", "1 answer")
    assert Consensus.objects.get(claim=claim, field="usable").state == "open"


@pytest.mark.parametrize(
    "typed",
    [
        {"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"},
        {"until": "2999-01-01T00:00"},
        {"question": "nonsense"},
        {"since": "soon"},
    ],
)
def test_a_time_that_cannot_be_is_said(admin: Client, zoe: User, typed: dict[str, str]) -> None:
    settled(zoe)
    page = admin.post(f"/people/{zoe.pk}/exclude/", typed | {"do": "exclude", "reason": "because it is so"})
    assert page.status_code == 400
    assert "errorlist" in page.content.decode()
    assert not Exclusion.objects.exists()


def test_nothing_in_that_time_is_no_decision(admin: Client, zoe: User) -> None:
    page = admin.post(f"/people/{zoe.pk}/exclude/", {"do": "exclude", "reason": "x"})
    assert "No answer that counts" in page.content.decode()
    assert not Exclusion.objects.exists()


def test_many_are_set_aside_in_the_background_with_progress(
    admin: Client, zoe: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(zoe, count=2)
    monkeypatch.setattr(exclusions, "AT_ONCE", 1)
    page = admin.post(f"/people/{zoe.pk}/exclude/", {"do": "exclude", "reason": "x"})
    made = Exclusion.objects.get()
    url = f"/people/{zoe.pk}/exclusions/{made.pk}/"
    assert page["Location"] == url
    assert "0 of 2 answers are set aside" in admin.get(url).content.decode()
    tasks.exclude(made.pk)
    part = admin.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Done: 2 answers are set aside." in part
    assert "hx-trigger" not in part
    assert admin.get(f"/people/{zoe.pk + 1}/exclusions/{made.pk}/").status_code == 404
