import pytest
from django.test import Client
from django.utils import timezone

from curation.models import Release
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def home(client: Client, *roles: Role) -> str:
    client.force_login(factories.user(*roles))
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_reviewer_sees_what_waits_and_one_button(client: Client) -> None:
    scenes.claims(3)
    page = home(client, Role.REVIEWER)
    assert "faces wait for you" in page
    assert ">3<" in page
    assert 'href="/review/">Start reviewing' in page
    assert "Disputes" not in page


def test_reviewer_is_sent_to_attributes_where_only_these_wait(client: Client) -> None:
    scenes.accepted()
    assert 'href="/review/attributes/">Start reviewing' in home(client, Role.REVIEWER)


def test_reviewer_without_work_is_told_why(client: Client) -> None:
    assert "Nothing is waiting" in home(client, Role.REVIEWER)


def test_reviewer_sees_the_day_so_far(client: Client) -> None:
    person = factories.reviewer()
    for claim in scenes.claims(2):
        scenes.say(person, claim)
    client.force_login(person)
    response = client.get("/")
    assert response.context["reviewer"]["today"] == 2
    assert "What is left waits for other reviewers" in response.content.decode()


def test_adjudicator_sees_every_list_with_its_count(client: Client) -> None:
    assert "Nobody disagrees" in home(client, Role.ADJUDICATOR)
    claim = scenes.claim()
    scenes.say(factories.reviewer(), claim, "quarantine", reason="under_age")
    page = home(client, Role.ADJUDICATOR)
    assert "Decide what waits" in page
    assert 'href="/disputes/?list=quarantined">Quarantined</a><span class="small muted">oldest 0' in page
    assert '<span class="n warn-text">1<' in page
    assert f'href="/disputes/{claim.pk}/usable/?list=quarantined">Decide what waits' in page


def test_admin_is_led_from_identities_to_jobs(client: Client) -> None:
    assert "Import identities" in home(client, Role.ADMIN)
    person = factories.identity()
    assert "Start a crawl job" in home(client, Role.ADMIN)
    factories.identity(state="proposed")
    factories.job([person])
    page = home(client, Role.ADMIN)
    assert "crawl job running" in page
    assert "Job " in page
    assert "Start a crawl job" not in page


def test_admin_sees_claims_by_state(client: Client) -> None:
    scenes.accepted()
    client.force_login(factories.user(Role.ADMIN))
    claims = client.get("/").context["admin"]["claims"]
    assert {str(row["label"]): row["count"] for row in claims}["accepted"] == 1


def test_release_manager_sees_accepted_faces_and_the_last_release(client: Client) -> None:
    assert "reviewers come first" in home(client, Role.RELEASE_MANAGER)
    scenes.accepted()
    assert "--dry-run" in home(client, Role.RELEASE_MANAGER)
    Release.objects.create(
        version="1.4.0", policy=current_policy(), papers={}, digest="sha256:1", faces_count=12, frozen_at=timezone.now()
    )
    page = home(client, Role.RELEASE_MANAGER)
    assert "1.4.0" in page
    assert "last release, 12 faces" in page


def test_a_quarantined_face_is_no_accepted_one(client: Client) -> None:
    claim, late = scenes.accepted(), factories.reviewer()
    assert scenes.say(late, claim, "quarantine", reason="licence")[0].status == "late"
    client.force_login(factories.user(Role.RELEASE_MANAGER))
    assert client.get("/").context["release_manager"]["accepted"] == 0


def test_auditor_finds_the_pages(client: Client) -> None:
    page = home(client, Role.AUDITOR)
    assert "how far reviewers agree" in page
    assert "Start reviewing" not in page


def test_without_a_role_one_is_told_to_ask(client: Client) -> None:
    assert "Ask an admin for a role" in home(client)


def test_a_superuser_sees_all(client: Client) -> None:
    person = factories.user()
    person.is_superuser = True
    person.save()
    client.force_login(person)
    context = client.get("/").context
    assert all(name in context for name in ("reviewer", "adjudicator", "admin", "release_manager", "auditor"))


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/")["Location"] == "/login/?next=/"


def test_home_is_only_read(client: Client) -> None:
    client.force_login(factories.reviewer())
    assert client.post("/").status_code == 405
