import pytest
from django.contrib.auth.models import User
from django.test import Client

from curation import contradictions
from curation.models import BothStand, Claim, Contradiction, Policy
from curation.policies import current_policy
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.disputes_scenes import dispute_of
from tests.curation.scenes import consensus, say

pytestmark = pytest.mark.django_db
LIST = "/disputes/contradictions/"


def perceived(identity: Identity, race: int, gender: int = 1) -> Claim:
    """One more accepted face, on whose attributes two reviewers agree."""
    claim = scenes.accepted(identity)
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=race, gender=gender, age=1)
    return claim


def contradicted(name: str = "") -> Identity:
    identity = factories.identity(name)
    perceived(identity, 3), perceived(identity, 3), perceived(identity, 4)
    return identity


def found() -> list[tuple[int, str, list[str], int, int]]:
    contradictions.find()
    rows = Contradiction.objects.order_by("identity", "field")
    return [(row.identity_id, row.field, row.values, row.faces, row.fewest) for row in rows]


# ---- Finding


def test_settled_values_that_differ_are_found() -> None:
    identity, agreed = contradicted(), factories.identity()
    perceived(agreed, 3), perceived(agreed, 3)
    assert found() == [(identity.pk, "race", ["3", "4"], 3, 1)]


def test_cannot_tell_contradicts_nothing() -> None:
    identity = factories.identity()
    perceived(identity, 3), perceived(identity, 0)
    assert found() == []


def test_a_face_that_is_barred_or_no_longer_accepted_says_nothing(senior: User) -> None:
    identity = factories.identity()
    perceived(identity, 3)
    other = perceived(identity, 4)
    assert len(found()) == 1
    say(factories.reviewer(), other, "quarantine", reason="under_age")
    assert found() == []


def test_one_that_is_mended_goes_and_the_others_keep_their_time(client: Client, senior: User) -> None:
    mended, kept = contradicted(), contradicted()
    found()
    since = Contradiction.objects.get(identity=kept).found_at
    odd = Claim.objects.get(identity=mended, consensus__field="race", consensus__value="4")
    answer = client.post(
        dispute_of(odd, "dispute-decide", "attributes"), {"race": "3", "list": "contradictions"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == LIST
    assert consensus(odd, "race") == ("settled", "3", "adjudication")
    assert [row.identity for row in Contradiction.objects.all()] == [kept]
    assert found()[0][0] == kept.pk
    assert Contradiction.objects.get().found_at == since


def test_deciding_comes_back_to_a_contradiction_that_is_left(client: Client, senior: User) -> None:
    identity = contradicted()
    perceived(identity, 4)
    found()
    odd = Claim.objects.filter(identity=identity, consensus__field="race", consensus__value="4")[0]
    page = client.get(dispute_of(odd, question="attributes"), {"list": "contradictions"})
    assert page.context["back"]["url"] == f"{LIST}{identity.pk}/race/"
    answer = client.post(dispute_of(odd, "dispute-decide", "attributes"), {"race": "3", "list": "contradictions"})
    assert answer["Location"] == f"{LIST}{identity.pk}/race/"


# ---- The pages


def test_the_list_shows_both_sides(client: Client, senior: User) -> None:
    assert b"No person contradicts themselves" in client.get(LIST).content
    contradicted("Ada Marlow")
    page = client.get(LIST)
    (row,) = page.context["rows"]
    assert [(side.label, len(side.faces)) for side in row["sides"]] == [("Black", 2), ("White", 1)]
    assert "Ada Marlow" in page.content.decode()
    assert "1 of 3 faces differ" in page.content.decode()


def test_the_rarer_side_comes_first_with_a_way_to_each_face(client: Client, senior: User) -> None:
    identity = contradicted()
    found()
    page = client.get(f"{LIST}{identity.pk}/race/")
    assert [(side.label, count) for side, count in page.context["sides"]] == [("White", 1), ("Black", 2)]
    for claim in Claim.objects.filter(identity=identity):
        assert f"{dispute_of(claim, question='attributes')}?list=contradictions" in page.content.decode()


def test_both_stand_with_a_note_until_a_further_value_comes(client: Client, senior: User) -> None:
    identity = contradicted("Ada Marlow")
    found()
    url = f"{LIST}{identity.pk}/race/"
    answer = client.post(f"{url}stand/", {"note": "of two parents", "values": "3,4"}, follow=True)
    assert "Ada Marlow: both stand." in answer.content.decode()
    assert answer.context["rows"] == []
    assert "of two parents" in client.get(url).content.decode()
    perceived(identity, 4)
    assert client.get(LIST).context["rows"] == [], "a face more of a value that stands"
    perceived(identity, 1)
    assert len(client.get(LIST).context["rows"]) == 1


def test_both_stand_can_be_taken_back(client: Client, senior: User) -> None:
    identity = contradicted()
    found()
    url = f"{LIST}{identity.pk}/race/"
    client.post(f"{url}stand/", {"note": "of two parents", "values": "3,4"})
    client.post(f"{url}again/")
    assert len(client.get(LIST).context["rows"]) == 1


@pytest.mark.parametrize("data", [{}, {"note": "", "values": "3,4"}, {"note": "x" * 2001, "values": "3,4"}])
def test_a_stand_without_words_comes_back(client: Client, senior: User, data: dict[str, str]) -> None:
    identity = contradicted()
    found()
    answer = client.post(f"{LIST}{identity.pk}/race/stand/", data)
    assert answer.status_code == 400
    assert data.get("note", "") in answer.content.decode()
    assert not BothStand.objects.exists()


def test_nobody_lets_stand_what_they_have_not_seen(client: Client, senior: User) -> None:
    identity = contradicted()
    found()
    stale = {"note": "of two parents", "values": "3,5"}
    answer = client.post(f"{LIST}{identity.pk}/race/stand/", stale, follow=True)
    assert "please look again" in answer.content.decode()
    assert not BothStand.objects.exists()


def test_doors(client: Client) -> None:
    identity = contradicted()
    found()
    url = f"{LIST}{identity.pk}/race/"
    doors = [("get", LIST, True), ("get", url, True), ("post", f"{url}stand/", False), ("post", f"{url}again/", False)]
    other = {"get": "post", "post": "get"}
    for method, address, reads in doors:
        client.logout()
        assert getattr(client, method)(address)["Location"].startswith("/login/")
        client.force_login(factories.user(Role.REVIEWER, Role.ADMIN))
        assert getattr(client, method)(address).status_code == 403
        client.force_login(factories.user(Role.AUDITOR))
        assert getattr(client, method)(address).status_code == (200 if reads else 403)
        client.force_login(factories.user(Role.ADJUDICATOR))
        assert getattr(client, other[method])(address).status_code == 405
        for missing in (address.replace(f"/{identity.pk}/", "/4711/"), address.replace("race", "age")):
            assert missing == address or getattr(client, method)(missing).status_code == 404
    client.force_login(factories.user(Role.AUDITOR))
    assert b"Seen: both stand" not in client.get(url).content


# ---- Guideline unclear

UNCLEAR = "/disputes/unclear/"


def ticked(note: str = "are sunglasses an occlusion?", person: User | None = None) -> Claim:
    claim = scenes.claim()
    say(factories.reviewer(), claim), say(factories.reviewer(), claim, "reject")
    client = Client()
    client.force_login(person or factories.user(Role.ADJUDICATOR))
    client.post(dispute_of(claim, "dispute-decide"), {"answer": "accept", "unclear": "on", "note": note})
    return claim


def test_what_the_guideline_leaves_open_is_listed(client: Client, senior: User) -> None:
    assert b"The guideline answers everything so far" in client.get(UNCLEAR).content
    claim = ticked()
    page = client.get(UNCLEAR).content.decode()
    assert "are sunglasses an occlusion?" in page
    assert dispute_of(claim) in page
    assert {tab["name"]: tab["count"] for tab in client.get(UNCLEAR).context["tabs"]}["unclear"] == 1


def test_a_decision_made_anew_without_the_tick_goes(client: Client, senior: User) -> None:
    claim = ticked(person=senior)
    earlier = claim.annotations.get(mode="adjudication").pk
    client.post(dispute_of(claim, "dispute-decide"), {"answer": "accept", "earlier": str(earlier)})
    assert client.get(UNCLEAR).context["rows"] == []


def test_a_new_policy_begins_an_empty_list(client: Client, senior: User) -> None:
    ticked()
    known = current_policy()
    Policy.objects.create(version=known.version + 1, reasons=known.reasons, fields=known.fields, guideline="clearer",
                          activated_at=known.activated_at)  # fmt: skip
    page = client.get(UNCLEAR)
    assert page.context["rows"] == []
    assert "Under earlier policies: 1" in page.content.decode()
    assert len(client.get(UNCLEAR, {"earlier": "1"}).context["rows"]) == 1


def test_policy_writers_read_it_without_links_to_votes(client: Client) -> None:
    claim = ticked()
    client.force_login(factories.user(Role.ADMIN))
    page = client.get(UNCLEAR).content.decode()
    assert "are sunglasses an occlusion?" in page
    assert dispute_of(claim) not in page
    assert client.post(UNCLEAR).status_code == 405
    client.force_login(factories.user(Role.AUDITOR))
    assert dispute_of(claim) in client.get(UNCLEAR).content.decode()
    client.force_login(factories.user(Role.REVIEWER, Role.RELEASE_MANAGER))
    assert client.get(UNCLEAR).status_code == 403
    client.logout()
    assert client.get(UNCLEAR)["Location"].startswith("/login/")
