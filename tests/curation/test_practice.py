import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from curation import agreement_report, practice, practice_known, queue
from curation.models import Annotation, Claim, Consensus, Policy, PracticeAnswer, Profile, Slot
from curation.policies import current_policy
from curation.practice_known import Known
from curation.serving import answered_today, recent
from ingest.models import DuplicateGroup, Face
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.practice_scenes import accepted, known, rejected, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ten")]


def chosen(person: User) -> list[Claim]:
    return practice.progress(person, "usable").ahead


# ---- Which faces


def test_ten_known_faces_half_of_them_rejected_for_different_reasons() -> None:
    accepted(12)
    rejected(*["wrong_person"] * 8, "occluded", "bad_crop", "too_small")
    faces = chosen(factories.reviewer())
    reasons = [practice_known.known_of([claim])[claim.pk] for claim in faces]
    assert len(faces) == 10
    assert [k.verdict for k in reasons].count("accept") == 5
    assert {k.reasons[0] for k in reasons if k.reasons} == {"wrong_person", "occluded", "bad_crop", "too_small"}


def test_the_choice_is_the_persons_own_and_stays() -> None:
    accepted(14)
    one, two = factories.reviewers(2)
    assert chosen(one) == chosen(one)
    assert chosen(one) != chosen(two)


def test_only_what_is_known_for_sure_and_no_longer_asked() -> None:
    sure = known("accept", "accept")
    known("accept")
    known("cannot_tell", "cannot_tell")
    barred = known("accept", "accept")
    scenes.say(factories.reviewer(), barred, "quarantine", reason="under_age")
    split = known("accept", "occluded")
    asked = known("accept", "accept")
    Slot.objects.create(
        claim=asked, identity=asked.identity, question="usable", round=1, number=1, block=1, shuffle=1, waiting=True
    )
    one = factories.reviewer()
    assert chosen(one) == [sure]
    scenes.say(one, sure)
    assert chosen(one) == []
    assert scenes.state(split) == Claim.State.DISPUTED


def test_a_majority_is_not_enough_but_a_decision_is() -> None:
    claim = known("accept", "accept")
    Consensus.objects.filter(claim=claim).update(votes=3)
    assert chosen(factories.reviewer()) == []
    Consensus.objects.filter(claim=claim).update(method=Consensus.Method.ADJUDICATION)
    assert chosen(factories.reviewer()) == [claim]


def test_near_duplicates_and_faces_of_one_photo_come_once() -> None:
    claims = accepted(6)
    group = DuplicateGroup.objects.create()
    Face.objects.filter(pk__in=[claim.face_id for claim in claims[:4]]).update(duplicate_group=group)
    assert len(chosen(factories.reviewer())) == 3


# ---- What is known


def test_a_relabel_is_known_as_a_wrong_person() -> None:
    claim, other = scenes.claim(), factories.identity()
    for person in factories.reviewers(2):
        scenes.say(person, claim, "relabel", identity=other)
    assert practice_known.known_of([claim])[claim.pk] == Known("reject", ("wrong_person",), (other.name,))


def test_a_rejection_agrees_whatever_its_reason() -> None:
    assert Known("reject", ("occluded",)).agrees("reject")
    assert not Known("reject", ("occluded",)).agrees("cannot_tell")


def test_the_guidelines_sentence_is_that_which_speaks_of_it() -> None:
    policy = current_policy()
    assert practice_known.sentence(policy, Known("accept")).startswith("Accept a crop when")
    assert "the wrong person before" in practice_known.sentence(policy, Known("reject", ("wrong_person",)))
    assert practice_known.sentence(policy, Known("reject", ("duplicate",))) == ""
    assert practice_known.sentence(Policy(guideline="", reasons=policy.reasons), Known("accept")) == ""


# ---- Who is led to it


@pytest.mark.parametrize("name", ["review", "grid"])
def test_a_new_reviewer_practises_first_and_never_again(client: Client, novice: User, name: str) -> None:
    accepted(3)
    assert client.get(reverse(name)).headers["Location"] == reverse("practice")
    practice.finish(novice, "usable")
    assert client.get(reverse(name)).status_code == 200


def test_whoever_ever_answered_needs_none(client: Client, novice: User) -> None:
    accepted(3)
    claim = scenes.claim()
    _result, answer = scenes.say(novice, claim)
    scenes.undo(novice, answer)
    assert client.get(reverse("review")).status_code == 200


def test_with_fewer_than_three_known_faces_one_starts_at_once(client: Client, novice: User) -> None:
    accepted(2)
    assert client.get(reverse("review")).status_code == 200
    page = client.get(reverse("practice")).content.decode()
    assert "No practice is needed" in page


def test_practice_can_be_switched_off(client: Client, novice: User, settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 0
    accepted(3)
    assert client.get(reverse("review")).status_code == 200


def test_attributes_and_sync_lead_nobody_away(client: Client, novice: User) -> None:
    accepted(3)
    assert client.get(reverse("attributes")).status_code == 200


# ---- The page


def test_practice_is_for_reviewers(client: Client) -> None:
    url = reverse("practice")
    assert client.get(url).headers["Location"].startswith(reverse("login"))
    for role, status in [(Role.REVIEWER, 200), (Role.ADJUDICATOR, 200), (Role.AUDITOR, 403), (Role.ADMIN, 403)]:
        client.force_login(factories.user(role))
        assert client.get(url).status_code == status, role
    client.force_login(factories.reviewer())
    assert client.put(url).status_code == 405
    assert client.get(reverse("practice-end", args=["usable"])).status_code == 405


def test_feedback_says_what_was_known_and_no_names(client: Client, novice: User) -> None:
    rejected("occluded", "wrong_person", "bad_crop")
    people = set(User.objects.exclude(pk=novice.pk).values_list("username", flat=True))
    first = client.get(reverse("practice")).context["item"]["claim"]
    page = client.post(reverse("practice"), {"claim": first, "answer": "accept"}, follow=True)
    shown = page.content.decode()
    reason = practice_known.known_of([Claim.objects.get(pk=first)])[first].reasons[0].replace("_", " ")
    assert "The others saw it differently" in shown
    assert f"rejected: {reason}" in shown
    assert not [name for name in people if name in shown]


def test_another_reason_agrees_and_is_told(client: Client, novice: User) -> None:
    rejected("occluded", "occluded", "occluded")
    first = client.get(reverse("practice")).context["item"]["claim"]
    page = client.post(reverse("practice"), {"claim": first, "answer": "reject:bad_crop"}, follow=True)
    assert "As the others saw it" in page.content.decode()
    assert "is another" in page.content.decode()
    assert PracticeAnswer.objects.get().agrees


def test_faces_of_the_practice_are_no_references(client: Client, novice: User) -> None:
    person = factories.identity()
    for _ in range(3):
        scenes.accepted(person)
    page = client.get(reverse("practice"))
    assert page.context["item"]["identity"]["references"] == []


def test_a_practice_to_the_end_is_summed_up_and_review_starts(client: Client, novice: User) -> None:
    accepted(2), rejected("occluded")
    answered = 0
    while "item" in (page := client.get(reverse("practice"))).context:
        claim = page.context["item"]["claim"]
        client.post(reverse("practice"), {"claim": claim, "answer": "accept"})
        answered += 1
    assert answered == 3
    assert "2 of 3 as the others saw it" in page.content.decode()
    assert "rejected: occluded" in page.content.decode()
    assert Profile.objects.get(user=novice).practised_at
    assert client.post(reverse("practice-end", args=["usable"])).headers["Location"] == reverse("review")
    assert client.get(reverse("review")).status_code == 200


def test_the_rest_can_be_skipped_after_three(client: Client, novice: User) -> None:
    accepted(6)
    for answered in range(3):
        page = client.post(reverse("practice-end", args=["usable"]), follow=True)
        assert page.redirect_chain[-1][0] == reverse("practice"), answered
        assert "Skip the rest" not in page.content.decode()
        claim = client.get(reverse("practice")).context["item"]["claim"]
        client.post(reverse("practice"), {"claim": claim, "answer": "accept"})
    assert "Skip the rest" in client.get(reverse("practice")).content.decode()
    assert client.post(reverse("practice-end", args=["usable"])).headers["Location"] == reverse("review")
    assert client.get(reverse("review")).status_code == 200


@pytest.mark.parametrize(
    "answer", ["", "reject", "reject:ugly", "quarantine:ugly", "attributes", "withdrawn", "x" * 60]
)
def test_an_answer_that_is_none_is_refused(client: Client, novice: User, answer: str) -> None:
    accepted(3)
    claim = client.get(reverse("practice")).context["item"]["claim"]
    page = client.post(reverse("practice"), {"claim": claim, "answer": answer}, follow=True)
    assert "Choose one of the answers" in page.content.decode()
    assert not PracticeAnswer.objects.exists()


def test_a_face_of_no_practice_is_not_answered(client: Client, novice: User) -> None:
    accepted(3)
    stranger = scenes.claim()
    page = client.post(reverse("practice"), {"claim": stranger.pk, "answer": "accept"}, follow=True)
    assert "no longer part of the practice" in page.content.decode()
    assert not PracticeAnswer.objects.exists()


def test_the_first_answer_stands(client: Client, novice: User) -> None:
    accepted(3)
    claim = client.get(reverse("practice")).context["item"]["claim"]
    for answer in ("accept", "reject:occluded"):
        client.post(reverse("practice"), {"claim": claim, "answer": answer})
    assert PracticeAnswer.objects.get().verdict == "accept"


def test_what_is_put_in_quarantine_later_is_shown_no_more(client: Client, novice: User) -> None:
    accepted(4)
    claim = client.get(reverse("practice")).context["item"]["claim"]
    client.post(reverse("practice"), {"claim": claim, "answer": "accept"})
    scenes.say(factories.reviewer(), Claim.objects.get(pk=claim), "quarantine", reason="under_age")
    assert client.get(reverse("practice"), {"seen": claim}).context["told"] is None


def test_nothing_of_practice_counts(novice: User) -> None:
    claims = accepted(3)
    policy = current_policy()
    before = _everything_counted(novice, policy)
    for claim in claims:
        practice.answer(reviewer=novice, claim=claim, said=said(claim, "reject", reason="wrong_person"))
    assert PracticeAnswer.objects.filter(reviewer=novice, differs=["usable"]).count() == 3
    assert _everything_counted(novice, policy) == before
    assert not Annotation.objects.filter(reviewer=novice).exists()
    assert {scenes.state(claim) for claim in claims} == {Claim.State.ACCEPTED}


def _everything_counted(person: User, policy: Policy) -> list[object]:
    return [
        list(Consensus.objects.order_by("id").values()),
        list(Slot.objects.order_by("id").values()),
        Annotation.objects.count(),
        answered_today(person),
        recent(person, policy),
        queue.waiting(reviewer=person, question="usable"),
        repr(agreement_report.report()),
    ]


def test_practice_goes_by_the_persons_own_keys(client: Client, novice: User) -> None:
    accepted(4)
    Profile.objects.update_or_create(user=novice, defaults={"keys": {"accept": ["n"], "skip": [" "]}})
    page = client.get(reverse("practice")).content.decode()
    assert '<kbd class="needs-js">N</kbd>' in page


def test_practice_without_shortcuts_has_buttons_only(client: Client, novice: User) -> None:
    accepted(4)
    Profile.objects.update_or_create(user=novice, defaults={"keys_off": True})
    page = client.get(reverse("practice")).content.decode()
    assert not re.search(r"<kbd[^>]*>[A-Z0-9]</kbd>", page)
