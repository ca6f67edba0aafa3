"""A link makes an account, once."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from curation import invitations, people
from curation.models import Invitation, PersonEvent
from mtf_site.roles import Role, roles_of
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = "a-long-password-7"
JOIN = {"username": "ada", "full_name": "Ada Marlow", "password1": GOOD, "password2": GOOD}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(factories.user(Role.ADMIN, username="boss"))
    return client


def link(*roles: Role, **changes: object) -> str:
    boss = User.objects.filter(username="boss").first() or factories.user(Role.ADMIN, username="boss")
    made, token = invitations.invite(roles=roles or [Role.REVIEWER], sent_to="Ada", by=boss)
    Invitation.objects.filter(pk=made.pk).update(**changes)
    return reverse("invitation", args=[token])


def test_an_admin_makes_a_link_that_is_shown_once_and_kept_nowhere(admin: Client) -> None:
    page = admin.post("/people/invite/", {"sent_to": "Ada", "roles": ["reviewer", "auditor"]})
    found = re.search(r'value="http://testserver(/invitation/([\w-]{40,})/)"', page.content.decode())
    assert found
    assert "no-store" in page["Cache-Control"]
    made = Invitation.objects.get()
    assert made.roles == ["reviewer", "auditor"]
    assert timedelta(days=6, hours=23) < made.expires_at - timezone.now() <= timedelta(days=7)
    assert found[2] not in str(Invitation.objects.values())
    again = admin.get("/people/invite/").content.decode()
    assert "Ada" in again
    assert found[2] not in again


def test_whoever_has_the_link_joins_with_its_roles_and_is_signed_in(client: Client) -> None:
    url = link(Role.REVIEWER, Role.ADJUDICATOR)
    page = client.get(url)
    assert "boss invited you as: reviewer, adjudicator" in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert client.post(url, JOIN, follow=True).redirect_chain == [("/", 302)]
    ada = User.objects.get(username="ada")
    assert (ada.get_full_name(), ada.is_staff) == ("Ada Marlow", False)
    assert roles_of(ada) == {"reviewer", "adjudicator"}
    assert client.get("/review/").status_code == 200
    event = PersonEvent.objects.get(person=ada)
    assert (event.kind, event.by, event.detail) == ("joined", ada, "invited by boss as reviewer, adjudicator")
    assert Client().get(url).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"expires_at": timezone.now() - timedelta(seconds=1)}, {"withdrawn_at": timezone.now()}, None],
)
def test_links_that_do_not_work_give_one_kind_page(client: Client, changes: dict[str, object] | None) -> None:
    url = reverse("invitation", args=["x" * 43]) if changes is None else link(**changes)
    for page in (client.get(url), client.post(url, JOIN)):
        assert page.status_code == 404
        assert "Ask the person who sent you the link" in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert not User.objects.filter(username="ada").exists()


def test_links_of_an_admin_who_has_gone_do_not_work(client: Client) -> None:
    url = link()
    User.objects.filter(username="boss").update(is_active=False)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"username": "boss"}, "already exists"),
        ({"username": "no spaces"}, "valid username"),
        ({"password2": "another-long-one"}, "match"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
    ],
)
def test_bad_input_is_said_and_the_link_stays_good(client: Client, wrong: dict[str, str], says: str) -> None:
    url = link()
    page = client.post(url, JOIN | wrong)
    assert page.status_code == 400
    assert says in page.content.decode()
    assert "Ada Marlow" in page.content.decode()
    assert client.post(url, JOIN).status_code == 302


def test_joining_needs_the_token_of_the_form() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(link(), JOIN).status_code == 403
    assert not User.objects.filter(username="ada").exists()


def test_other_methods_are_refused(client: Client, admin: Client) -> None:
    assert client.put(link()).status_code == 405
    assert admin.put("/people/invite/").status_code == 405
    assert admin.get("/people/invite/1/withdraw/").status_code == 405


def test_whoever_is_signed_in_does_not_use_it_up(admin: Client) -> None:
    url = link()
    assert "signed in as boss" in admin.get(url).content.decode()
    admin.post(url, JOIN)
    assert invitations.open_invitations().count() == 1


def test_whoever_is_signed_in_and_finds_a_used_link_is_led_back(client: Client, admin: Client) -> None:
    assert "Sign in</a>" in client.get("/invitation/used/").content.decode()
    page = admin.get("/invitation/used/").content.decode()
    assert '<a href="/">What waits for you</a>' in page
    assert "Sign in</a>" not in page


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_joins() -> None:
    url, start = link(), threading.Barrier(2)

    def join(name: str) -> int:
        start.wait(timeout=30)
        try:
            return Client().post(url, JOIN | {"username": name}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, ["ada", "bo"])) == [302, 404]
    assert User.objects.filter(username__in=["ada", "bo"]).count() == 1


def test_the_check_under_the_lock_is_what_holds_it(client: Client) -> None:
    """Both looked before either wrote."""
    first = invitations.find(link().split("/")[2])
    assert first
    invitations.accept(first, user=User(username="ada"))
    with pytest.raises(invitations.InvitationGone):
        invitations.accept(first, user=User(username="bo"))
    assert not User.objects.filter(username="bo").exists()


def test_an_invitation_is_withdrawn(admin: Client, client: Client) -> None:
    url = link()
    pk = Invitation.objects.get().pk
    assert "is withdrawn" in admin.post(f"/people/invite/{pk}/withdraw/", follow=True).content.decode()
    assert client.get(url).status_code == 404
    assert "already" in admin.post(f"/people/invite/{pk}/withdraw/", follow=True).content.decode()


@pytest.mark.parametrize("typed", [{}, {"sent_to": "Ada"}, {"roles": ["reviewer"]}, {"sent_to": "A", "roles": ["x"]}])
def test_an_invitation_says_for_whom_and_as_what(admin: Client, typed: dict[str, object]) -> None:
    assert admin.post("/people/invite/", typed).status_code == 400
    assert not Invitation.objects.exists()


def test_an_invitation_without_a_role_is_asked_for_one(admin: Client) -> None:
    assert "Choose at least one role." in admin.post("/people/invite/", {"sent_to": "Ada"}).content.decode()


def test_the_link_is_mailed_where_mail_is_set_up(admin: Client, settings: Settings) -> None:
    typed = {"sent_to": "ada@example.org", "roles": ["reviewer"], "send": "on"}
    admin.post("/people/invite/", typed)
    assert mail.outbox == []
    settings.HAS_MAIL = True
    page = admin.post("/people/invite/", typed).content.decode()
    [sent] = mail.outbox
    found = re.search(r"http://testserver(/invitation/\S+)", str(sent.body))
    assert found
    assert found[1] in page
    assert "Sent to ada@example.org" in page
    assert Client().get(found[1]).status_code == 200
    assert admin.post("/people/invite/", typed | {"sent_to": "Ada"}).status_code == 400


def test_a_mail_server_that_fails_does_not_lose_the_link(admin: Client, settings: Settings) -> None:
    settings.HAS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = admin.post("/people/invite/", {"sent_to": "a@example.org", "roles": ["reviewer"], "send": "on"})
    assert "did not take it" in page.content.decode()
    assert "/invitation/" in page.content.decode()


def test_the_links_of_one_who_is_no_admin_any_more_open_nothing(client: Client) -> None:
    url = link(Role.ADMIN)
    boss = User.objects.get(username="boss")
    [made] = invitations.open_invitations()
    people.set_roles(boss, roles=[Role.REVIEWER], by=factories.user(Role.ADMIN))
    assert client.post(url, JOIN).status_code == 404
    with pytest.raises(invitations.InvitationGone), transaction.atomic():  # found just before
        invitations.accept(made, user=User(username="ada"))
    assert not User.objects.filter(username="ada").exists()
    assert not invitations.open_invitations()
