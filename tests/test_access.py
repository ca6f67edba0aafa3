"""Who may open what, for every address that there is: a new one must find its place here."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db

SAMPLES = {
    "sha256": "0" * 64,
    "question": "usable",
    "contradicted": "race",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
PUBLIC = {
    "invitation",
    "login",
    "logout",
    "health-live",
    "health-ready",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
}
FOR_EVERYBODY_SIGNED_IN = {"home", "password_change", "password_change_done", "profile", "profile-about"}


def addresses() -> dict[str, str]:
    """Every named address of ours, with sample values for its arguments."""
    found = {}
    for resolver in (get_resolver(), *(r for r in get_resolver().url_patterns if not isinstance(r, URLPattern))):
        if str(resolver.pattern) == "admin/":
            continue
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern) and pattern.name:
                found[pattern.name] = "/" + re.sub(r"<(?:(\w+):)?(\w+)>", _sample, str(pattern.pattern))
    return found


def _sample(match: re.Match[str]) -> str:
    return SAMPLES.get(match[1] or "", "1")


def test_strangers_are_sent_to_the_login(client: Client) -> None:
    for name, url in addresses().items():
        if name in PUBLIC:
            continue
        for response in (client.get(url), client.post(url)):
            sent_away = response.status_code == 302 and response.headers["Location"].startswith(reverse("login"))
            by_script = name in ("review-sync", "review-heartbeat", "review-leave")
            assert sent_away or (by_script and response.status_code in (400, 403, 405)), name


def test_an_account_without_a_role_opens_nothing_but_home(client: Client) -> None:
    client.force_login(factories.user())
    for name, url in addresses().items():
        if name in PUBLIC | FOR_EVERYBODY_SIGNED_IN | {"review-sync"}:
            continue
        assert {client.get(url).status_code, client.post(url).status_code} <= {403, 405}, name
    assert client.get(reverse("home")).status_code == 200


def test_an_auditor_changes_nothing(client: Client) -> None:
    client.force_login(factories.user(Role.AUDITOR))
    for name, url in addresses().items():
        if name not in PUBLIC | FOR_EVERYBODY_SIGNED_IN | {"review-sync"}:
            assert client.post(url).status_code in (403, 405), name


def test_an_inactive_account_opens_nothing(client: Client) -> None:
    person = factories.reviewer()
    client.force_login(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(reverse("review")).status_code == 302


def test_a_forgotten_password_is_reset_by_mail(client: Client) -> None:
    person = factories.reviewer()
    client.post(reverse("password_reset"), {"email": person.email})
    link = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True)
    new = {"new_password1": "quite-another-password", "new_password2": "quite-another-password"}
    client.post(form.redirect_chain[-1][0], new)
    assert client.login(username=person.username, password="quite-another-password")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client) -> None:
    response = client.post(reverse("password_reset"), {"email": "nobody@example.org"}, follow=True)
    assert response.status_code == 200
    assert mail.outbox == []


def test_health_tells_without_a_login(client: Client) -> None:
    assert client.get(reverse("health-live")).json() == {"status": "ok"}
    assert client.get(reverse("health-ready")).json() == {"status": "ok", "database": "ok", "redis": "ok"}


@pytest.mark.parametrize("name", ["login", "home"])
def test_the_policy_for_content_is_self_only(client: Client, name: str) -> None:
    client.force_login(factories.user())
    policy = client.get(reverse(name), follow=True).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
