"""Leases over HTTP: kept, given back, limited, and told apart by nobody; and what one call asks of the database."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from psycopg import pq

from curation import answering, progress, queue
from curation.cases import locking
from curation.models import Annotation, Bookmark, Claim, Policy, Profile, Slot
from curation.policies import current_policy
from mtf_site.prepared import Call
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say
from tests.curation.test_review_views import answer, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(client: Client) -> User:
    person = factories.reviewer()
    client.force_login(person)
    return person


def tell(client: Client, name: str, **payload: Any) -> Any:
    return client.post(reverse(name), {"payload": json.dumps({"question": "usable", **payload})})


def limit(person: User, *identities: Any) -> None:
    Profile.objects.get_or_create(user=person)[0].limited_to.set(identities)


# ---- Keeping and giving back


def test_a_heartbeat_keeps_what_is_held(client: Client, reviewer: User) -> None:
    scenes.claims(2)
    lease(reviewer)
    soon = timezone.now() + timedelta(seconds=10)
    Slot.objects.filter(reviewer=reviewer).update(leased_until=soon)
    assert tell(client, "review-heartbeat", user=reviewer.pk).json() == {"kept": 2}
    assert not Slot.objects.filter(reviewer=reviewer, leased_until__lte=soon).exists()


def test_leave_gives_back_what_the_page_names_and_nothing_else(client: Client, reviewer: User) -> None:
    mine, elsewhere = scenes.claims(2)
    other = factories.reviewer()
    lease(reviewer), lease(other)
    assert tell(client, "review-leave", user=reviewer.pk, claims=[mine.pk]).json() == {"freed": 1}
    assert [slot.claim_id for slot in Slot.objects.filter(reviewer=reviewer)] == [elsewhere.pk]
    assert Slot.objects.filter(reviewer=other).count() == 2


def test_leave_takes_no_answer_back(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    say(reviewer, claim)
    assert tell(client, "review-leave", user=reviewer.pk, claims=[claim.pk]).json() == {"freed": 0}
    assert Slot.objects.filter(reviewer=reviewer, annotation__isnull=False).exists()


@pytest.mark.parametrize("name", ["review-heartbeat", "review-leave"])
def test_only_the_reviewer_speaks_for_their_page(client: Client, reviewer: User, name: str) -> None:
    claim = scenes.claim()
    other = factories.reviewer()
    lease(other)
    assert tell(client, name, user=other.pk, claims=[claim.pk]).json() == {"error": "signed-out"}
    assert tell(client, name, user="x", claims=[claim.pk]).status_code == 400
    assert tell(client, name, user=reviewer.pk, claims="all").status_code == 400
    assert client.get(reverse(name)).status_code == 405
    client.logout()
    assert tell(client, name, user=reviewer.pk).status_code == 403
    client.force_login(factories.user(Role.AUDITOR))
    assert tell(client, name, user=reviewer.pk).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reviewer)
    assert tell(strict, name, user=reviewer.pk).status_code == 403
    assert Slot.objects.filter(reviewer=other).count() == 1


def test_all_that_somebody_holds_is_released() -> None:
    one, two = factories.reviewers(2)
    claims = scenes.claims(3)
    say(one, claims[0])
    lease(one), lease(two)
    assert queue.release(reviewer=one) == 2
    assert Slot.objects.filter(reviewer=one).count() == 1
    assert Slot.objects.filter(reviewer=two).count() == 3


# ---- Limits


def test_who_is_limited_is_served_these_identities_alone(client: Client, reviewer: User) -> None:
    scenes.claims(3)
    wanted = scenes.claims(2)
    limit(reviewer, wanted[0].identity)
    assert {slot.claim_id for slot in lease(reviewer)} == {claim.pk for claim in wanted}
    assert set(Slot.objects.filter(reviewer=reviewer).values_list("why", flat=True)) == {"limited"}


def test_answers_outside_of_the_limit_are_not_lost(client: Client, reviewer: User) -> None:
    outside, inside = scenes.claim(), scenes.claim()
    limit(reviewer, inside.identity)
    assert sync(client, reviewer, answer(outside)).json()["results"][0]["status"] == "saved"


def test_the_empty_page_says_that_the_identities_are_finished(client: Client, reviewer: User) -> None:
    scenes.claim()
    limit(reviewer, factories.identity())
    assert sync(client, reviewer).json()["empty"]["code"] == "limited"
    limit(reviewer)
    assert sync(client, reviewer).json()["empty"] is None


# ---- What a slot says of itself stays here


def test_gold_looks_like_any_other(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    (vote,) = sync(client, reviewer).json()["items"]
    Slot.objects.filter(claim=claim, reviewer=reviewer).update(purpose="gold", why="pair", round=3, number=7)
    (slot,) = Slot.objects.filter(claim=claim, reviewer=reviewer)
    (gold,) = serving_items([slot])
    assert gold == vote
    assert not {"purpose", "why", "number", "round", "slot"} & vote.keys()


def serving_items(slots: list[Slot]) -> list[dict[str, Any]]:
    from curation.items import items

    return json.loads(json.dumps(items(slots, "usable", current_policy())))  # type: ignore[no-any-return]


def test_an_item_says_which_fields_are_asked_and_what_is_claimed_of_those_not_blind(
    client: Client, reviewer: User
) -> None:
    claim = scenes.accepted(factories.identity(claimed_race=3, claimed_gender=2))
    (item,) = sync(client, reviewer, question="attributes").json()["items"]
    assert (item["asks"], item["claimed"]) == (["race", "gender", "age"], {})
    known = current_policy()
    shared = {"reasons": known.reasons, "fields": known.fields, "guideline": "g", "activated_at": timezone.now()}
    Policy.objects.create(version=2, blind_fields=["age", "race"], **shared)
    Slot.objects.filter(claim=claim, question="attributes").update(asks=["gender"])
    (item,) = sync(client, reviewer, question="attributes").json()["items"]
    assert (item["asks"], item["claimed"], item["identity"]) == (["gender"], {"gender": 2}, None)


# ---- The bookmark


def test_what_comes_free_before_the_bookmark_is_found_when_it_is_old() -> None:
    claims = scenes.claims(8)
    one, two = factories.reviewers(2)
    first = lease(one, want=2)
    for slot in first:
        say(one, slot.claim)
    assert lease(one, want=2)
    bookmark = Bookmark.objects.get(reviewer=one)
    freed = Slot.objects.filter(claim=first[0].claim, reviewer=None).update(priority=-50)
    assert freed
    other = Claim.objects.exclude(slots__reviewer=one).filter(pk__in=[c.pk for c in claims]).first()
    assert other is not None
    Slot.objects.filter(claim=other).update(priority=-40)
    have = list(Slot.objects.filter(reviewer=one, annotation=None).values_list("claim", flat=True))
    near = queue.lease(reviewer=one, question="usable", want=1, have=have)
    assert near[0].claim_id != other.pk
    Bookmark.objects.filter(pk=bookmark.pk).update(walked_at=timezone.now() - timedelta(minutes=2))
    again = queue.lease(reviewer=one, question="usable", want=1, have=[*have, near[0].claim_id])
    assert [slot.claim_id for slot in again] == [other.pk]
    assert lease(two, want=1)


def test_waiting_is_counted_to_a_limit(monkeypatch: pytest.MonkeyPatch, client: Client, reviewer: User) -> None:
    monkeypatch.setattr(progress, "MOST", 3)
    scenes.claims(5)
    assert sync(client, reviewer, tell=True).json()["progress"] == {"today": 0, "waiting": 3, "waiting_more": True}


def test_a_call_tells_the_day_only_where_it_is_asked_to(client: Client, reviewer: User) -> None:
    scenes.claims(2)
    body = sync(client, reviewer, want=1).json()
    assert body["policy"] == {"version": current_policy().version}
    assert not {"progress", "recent"} & body.keys()


# ---- Statements


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answers", "want", "statements"),
    [
        # BEGIN, session with person, roles and policy, locking and reading; writing with COMMIT
        pytest.param(1, 0, 2, id="an answer"),
        # and limits with leanings, the lease, and what is shown around it
        pytest.param(1, 1, 5, id="an answer and a new face"),
        pytest.param(24, 0, 2, id="a grid"),
        pytest.param(24, 24, 5, id="a grid and a new one"),
    ],
)
def test_a_call_asks_the_database_so_often(
    client: Client, reviewer: User, answers: int, want: int, statements: int
) -> None:
    identity = factories.identity()
    scenes.claims(answers + want, identity)
    held = [slot.claim for slot in lease(reviewer, want=answers)]
    sync(client, reviewer, want=0)
    with CaptureQueriesContext(connection) as queries:
        body = sync(client, reviewer, *(answer(claim, mode="grid") for claim in held), want=want).json()
    assert {result["status"] for result in body["results"]} == {"saved"}
    assert len(body["items"]) == want
    assert len(queries) == statements


@pytest.mark.django_db(transaction=True)
def test_what_was_read_ahead_is_given_back_where_it_was_not_theirs(client: Client, reviewer: User) -> None:
    claim, other = scenes.claim(), factories.reviewer()
    sync(client, reviewer)
    assert sync(client, other, answer(claim)).status_code == 403
    assert not connection.in_atomic_block
    assert connection.connection.pgconn.transaction_status == pq.TransactionStatus.IDLE
    client.logout()
    assert sync(client, reviewer, answer(claim)).status_code == 403
    assert not Annotation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_asks_is_found_out_where_reading_ahead_fails(
    client: Client, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = scenes.claim()
    sync(client, reviewer)
    broken: Iterator[list[Call]] = iter([[("SELECT 1 / 0", {})]])
    monkeypatch.setattr(answering, "locking", lambda claims: next(broken, None) or locking(claims))
    assert sync(client, reviewer, answer(claim)).json()["results"][0]["status"] == "saved"
    assert next(broken, None) is None
    assert Annotation.objects.get().claim_id == claim.pk


@pytest.mark.django_db(transaction=True)
def test_what_was_read_ahead_of_entries_that_are_not_plain_hinders_nobody(client: Client, reviewer: User) -> None:
    claims = scenes.claims(4)
    sync(client, reviewer)
    bad = {**answer(claims[1]), "verdict": "reject", "reason": "no such reason"}
    results = sync(client, reviewer, answer(claims[0]), bad, answer(claims[2])).json()["results"]
    assert [result["status"] for result in results] == ["saved", "refused", "saved"]
    assert sync(client, reviewer, {**answer(claims[3]), "shown_at": "never"}).json()["results"][0]["code"] == 400
    assert Annotation.objects.count() == 2


def test_an_answer_that_is_odd_stops_none_of_a_grid(client: Client, reviewer: User) -> None:
    claims = scenes.claims(4)
    for other in factories.reviewers(2):
        say(other, claims[1])
    known = answer(claims[0])
    sync(client, reviewer, known)
    gone = {**answer(claims[2]), "claim": 987654321}
    entries = [known, answer(claims[1]), gone, answer(claims[2]), {**answer(claims[3]), "id": str(uuid.uuid4())}]
    body = sync(client, reviewer, *entries, want=0).json()
    assert [result["status"] for result in body["results"]] == ["known", "late", "gone", "saved", "saved"]


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_and_a_farewell_bring_their_own_transaction() -> None:
    [claim], person = scenes.claims(1), factories.reviewer()
    scenes.lease(person)
    assert queue.extend(reviewer=person, question="usable") == 1
    assert queue.give_back(reviewer=person, question="usable", claims=[claim.pk]) == 1
    scenes.lease(person)
    assert queue.release(reviewer=person) == 1
