import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.models import Annotation, Claim, Flag, Quarantine
from curation.policies import current_policy
from ingest.models import DuplicateGroup, Face
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases, scenes

pytestmark = pytest.mark.django_db

SHOWN = "2026-05-04T09:30:00.250Z"


@pytest.fixture
def reviewer(client: Client) -> User:
    person = factories.reviewer()
    client.force_login(person)
    return person


def sync(client: Client, user: User, *entries: Any, **fields: Any) -> Any:
    payload = {"user": user.pk, "question": "usable", "want": 5, "have": [], "entries": entries, **fields}
    return client.post(reverse("review-sync"), {"payload": json.dumps(payload)})


def answer(claim: Claim, verdict: str = "accept", **fields: Any) -> dict[str, Any]:
    known = {"kind": "answer", "id": str(uuid.uuid4()), "claim": claim.pk, "question": "usable", "verdict": verdict}
    return {**known, "shown_at": SHOWN, "decided_at": SHOWN, **fields}


@pytest.mark.parametrize("name", ["review", "attributes", "review-identities"])
def test_pages_are_for_reviewers(client: Client, name: str) -> None:
    url = reverse(name)
    assert client.get(url).headers["Location"].startswith(reverse("login"))
    for role, status in [(Role.REVIEWER, 200), (Role.ADJUDICATOR, 200), (Role.AUDITOR, 403), (Role.ADMIN, 403)]:
        client.force_login(factories.user(role))
        assert client.get(url).status_code == status, role
    assert client.post(url).status_code in (403, 405)


def test_page_shows_the_face_and_its_source(client: Client, reviewer: User) -> None:
    claim = scenes.claim(factories.identity("Ada Marlow"))
    response = client.get(reverse("review"))
    item = response.context["batch"]["items"][0]
    assert (item["claim"], item["identity"]["name"]) == (claim.pk, "Ada Marlow")
    assert item["source"]["licence"] == "CC BY 4.0"
    assert item["source"]["proof"] == "proved"
    assert item["source"]["attribution"].startswith("Photograph by J. Okafor, https://photos.example.org/")
    assert [box["this"] for box in item["source"]["boxes"]] == [True]
    assert "no-store" in response.headers["Cache-Control"]


def test_attributes_are_asked_blind(client: Client, reviewer: User) -> None:
    person = factories.identity("Ada Marlow", claimed_race=3, claimed_gender=1)
    scenes.accepted(person)
    response = client.get(reverse("attributes"))
    item = response.context["batch"]["items"][0]
    assert item["identity"] is None
    assert "Ada Marlow" not in response.content.decode()


def test_references_are_accepted_faces_but_never_the_served_one(client: Client, reviewer: User) -> None:
    person = factories.identity()
    shown = scenes.accepted(person)
    claim = scenes.claim(person)
    identity = client.get(reverse("review")).context["batch"]["items"][0]["identity"]
    assert identity["references"] == [reverse("crop", args=[shown.face.crop_sha256])]
    assert reverse("crop", args=[claim.face.crop_sha256]) not in identity["references"]


def test_a_reference_picture_stands_in_until_a_face_is_accepted(client: Client, reviewer: User) -> None:
    credit = "Ada 1.jpg · J. Okafor <x>"
    page_url = "https://commons.example.org/wiki/File:Ada_1.jpg"
    kept = {"reference_preview_sha256": "ab" * 32, "reference_page_url": page_url, "reference_credit": credit}
    person = factories.identity(**kept)
    scenes.claim(person)
    page = client.get(reverse("review"))
    picture = reverse("photo", args=["ab" * 32])
    known = page.context["batch"]["items"][0]["identity"]["reference_picture"]
    assert known == {"picture": picture, "page_url": page_url, "credit": credit}
    shown = page.content.decode()
    assert f'src="{picture}"' in shown
    assert "J. Okafor &lt;x&gt;" in shown
    assert 'data-slot="no-reference" hidden' in shown
    scenes.accepted(person)
    page = client.get(reverse("review"))
    assert page.context["batch"]["items"][0]["identity"]["reference_picture"] is None
    assert f'src="{picture}"' not in page.content.decode()


def test_without_any_reference_the_source_is_to_be_followed(client: Client, reviewer: User) -> None:
    scenes.claim(factories.identity(reference_page_url="javascript:alert(1)", reference_credit="x"))
    shown = client.get(reverse("review")).content.decode()
    assert 'data-slot="no-reference">' in shown
    assert 'data-slot="reference-picture" hidden' in shown
    assert "javascript:alert" not in shown


def test_sync_saves_and_tops_up(client: Client, reviewer: User) -> None:
    claims = scenes.claims(3)
    body = sync(client, reviewer, answer(claims[0]), tell=True).json()
    assert [result["status"] for result in body["results"]] == ["saved"]
    assert {item["claim"] for item in body["items"]} == {claims[1].pk, claims[2].pk}
    assert body["progress"] == {"today": 1, "waiting": 2, "waiting_more": False}
    assert [row["mark"] for row in body["recent"]] == ["✓"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"verdict": "reject", "reason": "ugly"}, "no such reason"),
        ({"verdict": "reject"}, "no such reason"),
        ({"verdict": "relabel"}, "Say who it is"),
        ({"verdict": "attributes"}, "does not fit"),
        ({"question": "attributes", "verdict": "attributes", "race": 9, "gender": 1, "age": 1}, "no such class"),
        ({"question": "attributes", "verdict": "attributes", "race": 1}, "gender, age is missing"),
        ({"claim": "x"}, "whole number"),
        ({"id": "not-a-uuid"}, "valid UUID"),
        ({"shown_at": "yesterday"}, "valid date"),
        ({"shown_at": 5}, "valid date"),
        ({"decided_at": {"year": 2026}}, "valid date"),
        ({"kind": "shout"}, "unknown kind"),
    ],
)
def test_one_bad_entry_never_stops_the_rest(client: Client, reviewer: User, fields: dict[str, Any], says: str) -> None:
    bad, good = scenes.claims(2)
    body = sync(client, reviewer, {**answer(bad), **fields}, "not an entry", answer(good)).json()
    assert [result["code"] for result in body["results"]] == [400, 400, 200]
    assert says in body["results"][0]["message"]
    assert Annotation.objects.get().claim_id == good.pk


def test_half_a_character_in_a_note_holds_up_nothing(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    flag = {"kind": "flag", "id": str(uuid.uuid4()), "claim": claim.pk, "question": "usable", "comment": "two \ud83d"}
    body = sync(client, reviewer, answer(claim, note="blurred \ud83d"), flag).json()
    assert [result["code"] for result in body["results"]] == [200, 200]
    assert (Annotation.objects.get().note, Flag.objects.get().comment) == ("blurred ?", "two ?")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_a_clock_that_is_far_off_is_not_believed(client: Client, reviewer: User, moment: str) -> None:
    started = timezone.now()
    sync(client, reviewer, answer(scenes.claim(), shown_at=moment, decided_at=moment))
    given = Annotation.objects.get()
    assert started < given.shown_at <= given.decided_at < timezone.now()


@pytest.mark.parametrize(
    "payload",
    [
        *("", "{", "[]", '{"user": 1}', '{"user": 1, "question": "usable", "have": "x"}'),
        pytest.param("[" * 100_000, id="nested too deep"),
        pytest.param("9" * 5_000, id="a number too long"),
    ],
)
def test_sync_says_what_is_wrong_with_an_envelope(client: Client, reviewer: User, payload: str) -> None:
    response = client.post(reverse("review-sync"), {"payload": payload})
    assert response.status_code == 400
    assert response.json()["error"]


def test_sync_of_another_person_or_of_nobody_is_refused(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    someone = factories.reviewer()
    assert sync(client, someone, answer(claim)).json() == {"error": "signed-out"}
    client.logout()
    assert sync(client, reviewer, answer(claim)).status_code == 403
    assert not Annotation.objects.exists()
    assert client.get(reverse("review-sync")).status_code == 405


def test_sync_demands_the_csrf_token(reviewer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reviewer)
    assert sync(strict, reviewer).status_code == 403


def test_what_the_browser_holds_is_not_sent_again(client: Client, reviewer: User) -> None:
    held, other = scenes.claims(2)
    assert [item["claim"] for item in sync(client, reviewer, have=[held.pk]).json()["items"]] == [other.pk]


def test_type_ahead_finds_approved_people(client: Client, reviewer: User) -> None:
    factories.identity("Ada Marlow")
    factories.identity("Adam Proposed", state="proposed")
    rows = client.get(reverse("review-identities"), {"q": "ada"}).json()["identities"]
    assert [row["name"] for row in rows] == ["Ada Marlow"]


def test_type_ahead_offers_the_recent_five(client: Client, reviewer: User) -> None:
    people = [factories.identity() for _ in range(6)]
    for person in people:
        scenes.say(reviewer, scenes.claim(), "relabel", identity=person)
    rows = client.get(reverse("review-identities")).json()["identities"]
    assert [row["id"] for row in rows] == [person.pk for person in reversed(people[1:])]


@pytest.mark.parametrize(
    ("scene", "code"),
    [("nothing", "none"), ("mine", "answered"), ("leased", "leased"), ("skipped", "skipped"), ("done", "done")],
)
def test_an_empty_queue_says_why(client: Client, reviewer: User, scene: str, code: str) -> None:
    _play(scene, reviewer)
    empty = client.get(reverse("review")).context["batch"]["empty"]
    assert empty["code"] == code
    assert empty["title"]
    assert empty["text"]


def _play(scene: str, reviewer: User) -> None:
    claim = scenes.claim() if scene != "nothing" else Claim()
    others = factories.reviewers(2)
    if scene == "mine":
        scenes.say(reviewer, claim)
    elif scene == "leased":
        for other in others:
            scenes.lease(other)
    elif scene == "skipped":
        scenes.skip(reviewer, claim)
    elif scene == "done":
        for other in others:
            scenes.say(other, claim, "reject")


def test_skipped_faces_come_back_on_request(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    scenes.skip(reviewer, claim)
    client.post(reverse("review-unskip", args=["usable"]))
    assert client.get(reverse("review")).context["batch"]["items"][0]["claim"] == claim.pk


@pytest.mark.parametrize(("name", "folder"), [("crop", "crops"), ("photo", "previews")])
def test_pictures_are_for_people_with_a_role(client: Client, name: str, folder: str) -> None:
    sha256 = factories.digest("a picture")
    default_storage.save(f"{folder}/{sha256[:2]}/{sha256}.jpg", ContentFile(b"jpeg"))
    url = reverse(name, args=[sha256])
    assert client.get(url).status_code == 302
    client.force_login(factories.user())
    assert client.get(url).status_code == 403
    client.force_login(factories.reviewer())
    response = client.get(url)
    assert b"".join(response) == b"jpeg"
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert client.get(reverse(name, args=[factories.digest("none")])).status_code == 404


def test_an_alarms_note_and_policy_are_kept(client: Client, reviewer: User) -> None:
    claim = scenes.claim()
    sync(client, reviewer, answer(claim, "reject", reason="other", note="a wax figure"))
    saved = Annotation.objects.get()
    assert (saved.note, saved.policy) == ("a wax figure", current_policy())


def test_near_duplicates_are_shown_beside_the_face_that_is_asked_for_them(client: Client, reviewer: User) -> None:
    claim, group = scenes.claim(), DuplicateGroup.objects.create()
    photo = factories.photo(width=800)
    factories.candidate(claim.identity, photo, page_url="https://mirror.example.net/ada")
    copy, barred = factories.face(photo), factories.face(photo)
    elsewhere = factories.photo()
    factories.candidate(factories.identity("Who looks alike"), elsewhere)
    stranger = factories.face(elsewhere)
    Face.objects.filter(pk__in=[claim.face_id, copy.pk, barred.pk, stranger.pk]).update(duplicate_group=group)
    alarm = releases.vote(claim, factories.reviewer(), 9, purpose="set_aside", verdict="quarantine", reason="licence")
    Quarantine.objects.create(face=barred, claim=claim, annotation=alarm, kind="licence")
    (item,) = sync(client, reviewer).json()["items"]
    url = reverse("crop", args=[copy.crop_sha256])
    assert item["duplicates"] == [{"crop": url, "width": 800, "site": "mirror.example.net"}]
    page = client.get(reverse("review")).content.decode()
    assert "1 near-duplicate." in page
    assert page.count(f'<img src="{url}"') == 1


def test_the_blind_question_tells_of_no_near_duplicates(client: Client, reviewer: User) -> None:
    claim, group = scenes.accepted(), DuplicateGroup.objects.create()
    factories.candidate(claim.identity, factories.photo())
    copy = factories.face(duplicate_group=group)
    Face.objects.filter(pk=claim.face_id).update(duplicate_group=group)
    (item,) = sync(client, reviewer, question="attributes").json()["items"]
    assert item["duplicates"] == []
    assert copy.crop_sha256 not in client.get(reverse("attributes")).content.decode()
