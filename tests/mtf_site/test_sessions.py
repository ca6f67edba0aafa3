"""Who is signed in is read anew in every request: whatever changes about them holds from the next one on."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mtf_site import sessions
from mtf_site.roles import Role, give_role
from tests import factories

PAGE = "/profile/"  # of everybody who is signed in
pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return factories.reviewer()


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    assert client.login(username=person.username, password="a-long-password")
    assert client.get(PAGE).status_code == 200
    return client


def key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_out(client: Client) -> bool:
    answer = client.get(PAGE)
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login/")


def statements(client: Client, page: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    return [query["sql"] for query in queries]


def test_one_statement_tells_who_it_is_and_nothing_is_written(signed_in: Client) -> None:
    of_session = [sql for sql in statements(signed_in, PAGE) if "EXECUTE" in sql and key(signed_in) in sql]
    others = [sql for sql in statements(signed_in, PAGE) if "django_session" in sql or "auth_user" in sql]
    assert len(of_session) == 1
    assert others == []


def test_who_was_deactivated_is_out(signed_in: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert is_out(signed_in)


def test_who_is_gone_is_out(signed_in: Client, person: User) -> None:
    person.groups.clear()
    person.delete()
    assert is_out(signed_in)


def test_a_changed_password_ends_every_session(signed_in: Client, person: User) -> None:
    person.set_password("another long password")
    person.save()
    assert is_out(signed_in)


def test_a_role_holds_from_the_next_request_on(signed_in: Client, person: User) -> None:
    assert signed_in.get("/people/").status_code == 403
    give_role(person, Role.ADMIN)
    assert signed_in.get("/people/").status_code == 200
    person.groups.clear()
    assert signed_in.get("/people/").status_code == 403


def test_a_session_that_ran_out_is_over(signed_in: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert is_out(signed_in)


def test_a_session_that_was_ended_elsewhere_is_over(signed_in: Client) -> None:
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = key(signed_in)
    other.post("/logout/")
    assert is_out(signed_in)


def test_what_was_tampered_with_is_nobodys(signed_in: Client) -> None:
    row = Session.objects.get(session_key=key(signed_in))
    Session.objects.update(session_data=row.session_data[:-3] + "abc")
    assert is_out(signed_in)


@pytest.mark.parametrize("value", ["x", "a\0b" * 4, "unknown-session-key-of-nobody-123", "é" * 32])
def test_a_key_of_no_session_is_nobodys(client: Client, value: str) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    assert is_out(client)


def test_a_wrong_memory_of_whose_it_is_harms_nobody(
    signed_in: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = factories.user(Role.ADMIN)
    monkeypatch.setitem(sessions._users, key(signed_in), boss.pk)
    answer = signed_in.get(PAGE)
    assert answer.context["user"] == person
    monkeypatch.setitem(sessions._users, key(signed_in), boss.pk)
    assert signed_in.get("/people/").status_code == 403


def test_another_process_knows_the_session_at_once(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_users", {})
    assert signed_in.get(PAGE).status_code == 200
    assert sessions._users


def test_a_process_does_not_remember_without_end(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_users", {f"session {n}": n for n in range(3)})
    monkeypatch.setattr(sessions, "MOST", 3)
    assert signed_in.get(PAGE).status_code == 200
    assert list(sessions._users) == [key(signed_in)]


def test_who_signs_in_as_another_is_the_other(signed_in: Client) -> None:
    other = factories.reviewer()
    signed_in.force_login(other)
    assert signed_in.get(PAGE).context["user"] == other


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_that_the_server_closed_is_replaced(signed_in: Client) -> None:
    """Within a request as when the server was started anew; nobody is asked to sign in again."""
    pid = connection.connection.info.backend_pid
    helper = connections.create_connection("default")
    try:
        with helper.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        helper.close()
    assert signed_in.get(PAGE).status_code == 200
    assert connection.connection.info.backend_pid != pid
