import pytest
from django.test import Client
from pytest_django import Settings

from curation.balance_figures import save_targets, tallies, targets
from curation.models import BalanceTarget, Claim
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def judged(claim: Claim, race: int = 3, gender: int = 2, age: int = 1) -> Claim:
    for person in factories.reviewers(2):
        scenes.say(person, claim, "attributes", race=race, gender=gender, age=age)
    return claim


def test_only_admins_set_targets_and_auditors_read_them() -> None:
    save_targets({(3, 2, 1): 40})
    auditor = signed_in(Role.AUDITOR)
    text = auditor.get("/balance/").content.decode()
    assert "wanted_3_2_1" not in text
    assert "Save the targets" not in text
    assert ">40</td>" in text
    for client in (auditor, signed_in(Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER)):
        assert client.post("/balance/", {"wanted_3_2_1": "1"}).status_code == 403
    assert signed_in(Role.REVIEWER).get("/balance/").status_code == 403
    assert Client().get("/balance/").status_code == 302
    assert signed_in(Role.ADMIN).put("/balance/").status_code == 405
    assert targets() == {(3, 2, 1): 40}


def test_all_targets_are_saved_at_once_and_nothing_is_kept_for_none(admin: Client) -> None:
    save_targets({(1, 1, 1): 7, (3, 2, 1): 5})
    page = admin.post("/balance/", {"wanted_3_2_1": "40", "wanted_3_2_2": "20", "wanted_1_1_1": ""}, follow=True)
    assert "The targets are saved." in page.content.decode()
    assert targets() == {(3, 2, 1): 40, (3, 2, 2): 20}
    assert BalanceTarget.objects.count() == 2


@pytest.mark.parametrize("typed", ["-3", "many", "1000001", "2.5"])
def test_a_wrong_number_saves_nothing_and_keeps_what_was_typed(admin: Client, typed: str) -> None:
    page = admin.post("/balance/", {"wanted_3_2_1": typed, "wanted_3_2_2": "20"})
    text = page.content.decode()
    assert page.status_code == 400
    assert f'value="{typed}"' in text
    assert 'value="20"' in text
    assert "Nothing was saved" in text
    assert targets() == {}


def test_faces_stand_where_reviewers_perceive_them_and_not_where_they_are_claimed(admin: Client) -> None:
    ada = factories.identity("Ada", claimed_race=4, claimed_gender=1)
    judged(scenes.accepted(ada))
    scenes.accepted(ada)
    scenes.claim(ada)
    rows = {line["row"].group: line["row"] for line in admin.get("/balance/").context["rows"]}
    assert rows[(3, 2)].cells[(3, 2, 1)].faces == 1
    assert (rows[(4, 1)].total.faces, rows[(4, 1)].unsettled) == (0, 1)


def test_a_face_in_quarantine_is_not_there() -> None:
    claim = judged(scenes.accepted())
    assert [tally.faces for tally in tallies(current_policy())] == [1]
    scenes.say(factories.reviewer(), claim, "quarantine", reason="licence")
    assert tallies(current_policy()) == []


def test_the_next_to_crawl_are_sent_to_the_start_of_a_job(admin: Client, settings: Settings) -> None:
    settings.MAX_PHOTOS = 2
    ada = factories.identity("Ada", claimed_race=3, claimed_gender=2)
    factories.identity("Cy", claimed_race=3, claimed_gender=2)
    full = factories.identity("Full", claimed_race=3, claimed_gender=2)
    factories.identity("Retired", claimed_race=3, claimed_gender=2, state="retired")
    factories.identity("Elsewhere", claimed_race=4, claimed_gender=2)
    for _ in range(2):
        factories.candidate(full, factories.photo())
    save_targets({(3, 2, 1): 40})
    page = admin.get("/balance/")
    assert [(one["identity"].name, one["is_best"]) for one in page.context["next"]] == [("Ada", True), ("Cy", False)]
    text = page.content.decode()
    assert f'name="identity" value="{ada.pk}"' in text
    assert 'action="/jobs/new/"' in text


def test_the_page_says_what_to_do_where_there_is_nothing(admin: Client) -> None:
    assert "No targets yet" in admin.get("/balance/").content.decode()
    save_targets({(3, 2, 1): 1})
    assert "/identities/import/" in admin.get("/balance/").content.decode()
    judged(scenes.accepted())
    assert "Every target is reached." in admin.get("/balance/").content.decode()
