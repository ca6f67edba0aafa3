"""Gold and pauses on pages: who may open them, what they tell, what they do."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from curation import gold, judging, pauses
from curation.models import Consensus, GoldItem, Pause, PracticeAnswer
from mtf_site.roles import Role
from tests import factories
from tests.curation import gold_scenes, releases, scenes

pytestmark = pytest.mark.django_db
TRUTHS = ["accept", "reject"] * 8


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def boss() -> User:
    return factories.user(Role.ADMIN, username="boss")


@pytest.fixture
def admin(boss: User) -> Client:
    return signed_in(boss)


@pytest.fixture
def zoe() -> User:
    return factories.user(Role.REVIEWER, username="zoe")


def paused(person: User) -> Pause:
    """By the evidence of sixteen wrong answers."""
    claims = gold_scenes.known(TRUTHS)
    gold_scenes.answers(person, claims, ["reject" if true == "accept" else "accept" for true in TRUTHS])
    judging.judge()
    return Pause.objects.get(reviewer=person)


# ---- Who may


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/gold/", {Role.ADMIN, Role.AUDITOR}),
        ("/gold/reviewers/", {Role.ADMIN, Role.ADJUDICATOR, Role.AUDITOR}),
        ("/gold/{item}/retire/", {Role.ADMIN}),
        ("/people/{person}/accuracy/", {Role.ADMIN, Role.ADJUDICATOR, Role.AUDITOR}),
        ("/people/{person}/pause/", {Role.ADMIN}),
        ("/people/{person}/pauses/{pause}/lift/", {Role.ADMIN}),
    ],
)
def test_pages_are_open_to_these_roles_alone(path: str, roles: set[Role], zoe: User) -> None:
    [claim] = gold_scenes.known(["accept"])
    pause = Pause.objects.create(reviewer=zoe, question="usable", evidence={"value": 200})
    url = path.format(item=claim.gold_items.get().pk, person=zoe.pk, pause=pause.pk)
    for role in Role:
        expected = 200 if role in roles else 403
        assert signed_in(factories.user(role)).get(url).status_code == expected, role
    assert Client().get(url).status_code == 302
    assert signed_in(factories.user(Role.ADMIN)).put(url).status_code == 405


def test_what_is_not_there_is_not_found(admin: Client, zoe: User) -> None:
    other = Pause.objects.create(reviewer=factories.reviewer(), question="usable", evidence={"value": 200})
    for url in (
        "/gold/1/retire/",
        "/people/0/accuracy/",
        "/people/0/pause/",
        f"/people/{zoe.pk}/pauses/{other.pk}/lift/",
    ):
        assert admin.get(url).status_code == 404, url


# ---- The list


def test_gold_is_chosen_listed_and_retired(admin: Client, boss: User) -> None:
    for value in ("accept", "reject"):
        claim = releases.claim(factories.identity(f"Person {value}"), state=f"{value}ed")
        Consensus.objects.create(
            claim=claim, field="usable", state="settled", value=value, votes=2, support=2, method="majority"
        )
    assert "No claim is gold yet" in admin.get("/gold/").content.decode()
    admin.post("/gold/choose/", {"question": "usable", "count": "5", "votes": "2"})
    assert set(GoldItem.objects.values_list("added_by", flat=True)) == {boss.pk}
    page = admin.get("/gold/").content.decode()
    assert "Person accept" in page
    assert "Person reject" in page
    item = GoldItem.objects.first()
    assert item is not None
    admin.post(f"/gold/{item.pk}/retire/", {"retired_as": "wrong", "reason": "debatable"})
    item.refresh_from_db()
    assert (item.retired_as, item.retired_by, item.reason) == ("wrong", boss, "debatable")
    assert len(admin.get("/gold/").context["rows"]) == 1
    assert len(admin.get("/gold/?state=wrong").context["rows"]) == 1
    assert len(admin.get("/gold/?state=all").context["rows"]) == 2


@pytest.mark.parametrize(
    "sent", [{"count": "0", "votes": "2"}, {"count": "501", "votes": "2"}, {"count": "3", "votes": "x"}, {}]
)
def test_a_choice_that_makes_no_sense_is_refused(admin: Client, sent: dict[str, str]) -> None:
    assert admin.post("/gold/choose/", {"question": "usable", **sent}).status_code == 400
    assert admin.post("/gold/choose/", {"question": "other", "count": "1", "votes": "1"}).status_code == 400
    assert not GoldItem.objects.exists()


def test_what_is_often_answered_otherwise_comes_first(admin: Client, zoe: User) -> None:
    fine, odd = gold_scenes.known(["accept", "reject"])
    other = factories.reviewer()
    gold_scenes.answers(zoe, [fine, odd], ["accept", "accept"])
    gold_scenes.answers(other, [fine, odd], ["accept", "accept"], number=2)
    gold_scenes.answers(factories.reviewer(), [fine], ["accept"], number=3)

    def order(name: str) -> list[int]:
        return [row["line"].item.claim_id for row in admin.get(f"/gold/?order={name}").context["rows"]]

    assert order("missed") == [odd.pk, fine.pk]
    assert order("served") == [fine.pk, odd.pk]


def test_attributes_are_ordered_by_what_differs_too(admin: Client, zoe: User) -> None:
    fine, odd = (releases.claim(factories.identity(), state="accepted") for _ in range(2))
    for claim in (odd, fine):
        gold_scenes.attributes(claim, race="1", gender="1", age="1")
    for claim, race in ((fine, 1), (odd, 2)):
        fields = {"question": "attributes", "verdict": "attributes", "race": race, "gender": 1, "age": 1}
        releases.vote(claim, zoe, 1, purpose="gold", **fields)
    rows = admin.get("/gold/?question=attributes&order=missed").context["rows"]
    assert [row["line"].item.claim_id for row in rows] == [odd.pk, fine.pk]
    assert rows[0]["words"] == "Asian (Chinese/Korean) · female · young, 18–49"


# ---- Reviewers


def test_the_table_tells_shares_evidence_and_pauses(admin: Client, zoe: User) -> None:
    paused(zoe)
    [line] = admin.get("/gold/reviewers/").context["lines"]
    assert (line.reviewer, line.shares[0].percent, line.weight) == (zoe, 0, 100)
    assert line.paused is not None
    assert admin.get("/gold/reviewers/?state=going").context["lines"] == []
    assert len(admin.get("/gold/reviewers/?state=paused").context["lines"]) == 1


def test_accuracy_is_told_by_class_with_what_was_said_instead(admin: Client, zoe: User) -> None:
    claims = gold_scenes.known(["accept", "reject", "reject"])
    gold_scenes.answers(zoe, claims, ["accept", "accept", "cannot_tell"])
    page = admin.get(f"/people/{zoe.pk}/accuracy/")
    [field] = page.context["questions"][0]["fields"]
    assert [(str(one.label), one.share.right, one.share.n) for one in field.classes] == [
        ("accepted", 1, 1),
        ("rejected", 0, 2),
    ]
    assert {(str(true), str(said), n) for true, said, n in field.missed} == {
        ("rejected", "accepted", 1),
        ("rejected", "cannot tell", 1),
    }
    assert "“rejected” answered as “accepted”: 1" in page.content.decode()


def test_an_admin_pauses_and_lifts_with_reasons(admin: Client, boss: User, zoe: User) -> None:
    assert admin.post(f"/people/{zoe.pk}/pause/", {"question": "usable", "reason": ""}).status_code == 400
    admin.post(f"/people/{zoe.pk}/pause/", {"question": "usable", "reason": "please call me"})
    pause = Pause.objects.get()
    assert (pause.paused_by, pause.reason) == (boss, "please call me")
    assert admin.post(f"/people/{zoe.pk}/pause/", {"question": "usable", "reason": "again"}).status_code == 400
    for url in (f"/people/{zoe.pk}/", "/people/", "/"):
        assert "paused" in admin.get(url).content.decode().lower(), url
    url = f"/people/{zoe.pk}/pauses/{pause.pk}/lift/"
    assert admin.post(url, {"reason": ""}).status_code == 400
    admin.post(url, {"reason": "we spoke"})
    pause.refresh_from_db()
    assert (pause.ended, pause.ended_by, pause.end_reason) == ("lifted", boss, "we spoke")
    assert admin.post(url, {"reason": "twice"}).status_code == 400
    assert [event.kind for event in zoe.events.order_by("id")] == ["paused", "resumed"]


# ---- The paused reviewer


def test_whoever_is_paused_is_led_to_a_page_that_says_why(boss: User, zoe: User) -> None:
    paused(zoe)
    client = signed_in(zoe)
    for url in ("/review/", "/review/grid/"):
        assert client.get(url)["Location"] == "/review/usable/paused/"
    page = client.get("/review/usable/paused/").content.decode()
    assert "Let us stop here for a moment" in page
    assert "boss" in page
    assert client.get("/review/attributes/").status_code == 200
    assert "/review/usable/paused/" in client.get("/").content.decode()


def test_the_page_shows_sentences_of_the_guideline_and_no_gold_in_use(zoe: User) -> None:
    pause = paused(zoe)
    facts = signed_in(zoe).get("/review/usable/paused/").context
    assert facts["sentences"]
    assert facts["examples"] == []
    item = GoldItem.objects.filter(answer__usable="accept").first()
    assert item is not None
    gold.retire(item, retired_as="worn", by=factories.user())
    [example] = signed_in(zoe).get("/review/usable/paused/").context["examples"]
    assert (example.claim, str(example.said), str(example.known)) == (item.claim, "rejected", "accepted")
    assert pause.ended_at is None


def test_a_quarantined_example_is_not_shown(zoe: User) -> None:
    paused(zoe)
    item = GoldItem.objects.first()
    assert item is not None
    gold.retire(item, retired_as="worn", by=factories.user())
    releases.quarantine(item.claim)
    assert signed_in(zoe).get("/review/usable/paused/").context["examples"] == []


def test_the_words_of_an_admin_are_shown(boss: User, zoe: User) -> None:
    pauses.pause(zoe, question="attributes", reason="Read page 4, please.", by=boss)
    assert "Read page 4, please." in signed_in(zoe).get("/review/attributes/paused/").content.decode()
    pauses.lift(Pause.objects.get(), reason="well done", by=boss)
    page = signed_in(zoe).get("/review/attributes/paused/").content.decode()
    assert "The pause is over" in page
    assert "well done" in page


def test_nobody_else_has_such_a_page(zoe: User) -> None:
    paused(zoe)
    assert signed_in(factories.reviewer()).get("/review/usable/paused/").status_code == 404
    assert signed_in(factories.user(Role.ADMIN)).get("/review/usable/paused/").status_code == 403
    assert Client().get("/review/usable/paused/").status_code == 302


def test_a_page_left_open_is_told_that_there_is_a_pause(zoe: User) -> None:
    scenes.claims(3)
    paused(zoe)
    from curation import serving
    from curation.policies import current_policy

    shown = serving.news(reviewer=zoe, question="usable", policy=current_policy(), want=10, have=())
    assert shown["items"] == []
    assert shown["empty"]["code"] == "paused"
    assert shown["empty"]["action"]["url"] == "/review/usable/paused/"


def test_practice_passed_ends_the_pause(zoe: User, settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 4
    paused(zoe)
    for _ in range(4):
        scenes.accepted()
    client = signed_in(zoe)
    assert client.get("/review/usable/paused/").context["practice"]
    for _ in range(4):
        claim = client.get("/review/practice/").context["progress"].ahead[0]
        client.post("/review/practice/", {"claim": claim.pk, "answer": "accept"})
    assert Pause.objects.get().ended == "practised"
    assert client.get("/review/").status_code == 200


def test_practice_not_passed_leaves_the_pause_and_is_offered_once(zoe: User, settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 3
    for _ in range(8):
        scenes.accepted()
    PracticeAnswer.objects.create(reviewer=zoe, claim=scenes.accepted(), verdict="accept")
    paused(zoe)
    client = signed_in(zoe)
    for _ in range(3):
        claim = client.get("/review/practice/").context["progress"].ahead[0]
        client.post("/review/practice/", {"claim": claim.pk, "answer": "reject:other"})
    assert Pause.objects.get().ended_at is None
    assert not client.get("/review/usable/paused/").context["practice"]
    assert client.post("/review/practice/usable/end/")["Location"] == "/review/"
    assert client.get("/review/")["Location"] == "/review/usable/paused/"
