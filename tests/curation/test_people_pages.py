"""The people's list, one person, and what an admin may do about them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from curation import people
from curation.models import Annotation, PersonEvent, Profile, Slot
from mtf_site.roles import Role, roles_of
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db
CHANGES = ["deactivate", "reactivate", "limit", "excuse", "exclude"]


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


def names(client: Client, query: str = "") -> list[str]:
    return [row.user.username for row in client.get(f"/people/?{query}").context["rows"]]


def events(person: User) -> list[tuple[str, str, str]]:
    return list(PersonEvent.objects.filter(person=person).values_list("kind", "detail", "reason"))


# ---- The list


def test_people_are_found_by_name_address_role_and_state(admin: Client, zoe: User) -> None:
    User.objects.filter(pk=zoe.pk).update(first_name="Zoë", last_name="Okafor", is_active=False, email="z@example.net")
    for query in ("q=OKAF", "q=zo", "q=z@example.net", "role=reviewer", "state=inactive"):
        assert names(admin, query) == ["zoe"], query
    assert "zoe" not in names(admin, "state=active")
    assert names(admin, "role=nonsense") == []
    assert "Nobody fits" in admin.get("/people/?q=nobody").content.decode()


def test_the_list_tells_what_each_did_and_holds(admin: Client, zoe: User) -> None:
    first, _second, _third = scenes.claims(3)
    scenes.say(zoe, first)
    _result, taken_back = scenes.say(zoe, _second)
    scenes.undo(zoe, taken_back)
    scenes.lease(zoe)
    people.limit(zoe, identities=[first.identity, factories.identity()], by=factories.user(Role.ADMIN))
    scenes.lease(zoe)
    [row] = admin.get("/people/?q=zoe").context["rows"]
    assert (row.answers, row.limits, row.roles) == (2, 2, ["reviewer"])
    assert row.leases == Slot.objects.filter(reviewer=zoe, annotation=None).count() > 0
    assert row.last_answer == Annotation.objects.exclude(verdict="withdrawn").latest("received_at").received_at


def test_whoever_is_alone_is_told_to_invite(admin: Client) -> None:
    assert "You are alone so far" in admin.get("/people/").content.decode()
    factories.reviewer()
    assert "You are alone so far" not in admin.get("/people/").content.decode()


# ---- Who may


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER])
def test_people_are_closed_to_others(role: Role, zoe: User) -> None:
    client = signed_in(factories.user(role))
    for url in ("/people/", f"/people/{zoe.pk}/", "/people/invite/"):
        assert client.get(url).status_code == 403, url


def test_an_auditor_reads_and_changes_nothing(zoe: User) -> None:
    client = signed_in(factories.user(Role.AUDITOR))
    for url in ("/people/", f"/people/{zoe.pk}/", "/people/invite/"):
        page = client.get(url)
        assert page.status_code == 200
        assert '<form method="post"' not in page.content.decode().replace('<form method="post" action="/logout/"', "")
    for name in [*CHANGES, "roles", "release"]:
        assert client.post(f"/people/{zoe.pk}/{name}/", {"reason": "x"}).status_code == 403
    for name in CHANGES:
        assert client.get(f"/people/{zoe.pk}/{name}/").status_code == 403
    assert events(zoe) == []


def test_nobody_is_not_found_and_some_addresses_want_a_post(admin: Client, zoe: User) -> None:
    for name in ["", *(f"{name}/" for name in CHANGES)]:
        assert admin.get(f"/people/999999/{name}").status_code == 404, name
    for name in ("roles", "release"):
        assert admin.get(f"/people/{zoe.pk}/{name}/").status_code == 405
        assert admin.post(f"/people/999999/{name}/").status_code == 404


def test_a_change_needs_the_token_of_the_form(boss: User, zoe: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(boss)
    for name in [*CHANGES, "roles", "release"]:
        assert client.post(f"/people/{zoe.pk}/{name}/", {"reason": "x", "roles": ["admin"]}).status_code == 403
    zoe.refresh_from_db()
    assert zoe.is_active
    assert roles_of(zoe) == {"reviewer"}


# ---- Roles


def test_roles_are_changed_and_the_change_is_kept(admin: Client, zoe: User) -> None:
    admin.post(f"/people/{zoe.pk}/roles/", {"roles": ["adjudicator", "auditor"], "reason": "knows it all"})
    assert roles_of(User.objects.get(pk=zoe.pk)) == {"adjudicator", "auditor"}
    assert events(zoe) == [("roles", "+ adjudicator, + auditor, − reviewer", "knows it all")]
    admin.post(f"/people/{zoe.pk}/roles/", {"roles": ["adjudicator", "auditor"]})
    assert len(events(zoe)) == 1


def test_an_unknown_role_is_refused_and_what_was_typed_stays(admin: Client, zoe: User) -> None:
    page = admin.post(f"/people/{zoe.pk}/roles/", {"roles": ["emperor"], "reason": "why not"})
    assert page.status_code == 400
    assert "why not" in page.content.decode()
    assert roles_of(User.objects.get(pk=zoe.pk)) == {"reviewer"}


def test_who_may_review_no_longer_gives_leases_back(admin: Client, zoe: User) -> None:
    scenes.claims(2)
    scenes.lease(zoe)
    admin.post(f"/people/{zoe.pk}/roles/", {"roles": ["auditor"]})
    assert not Slot.objects.filter(reviewer=zoe).exists()


def test_nobody_takes_the_last_active_admin_away(admin: Client, boss: User) -> None:
    gone = factories.user(Role.ADMIN)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    page = admin.post(f"/people/{boss.pk}/roles/", {"roles": ["reviewer"]})
    assert page.status_code == 400
    assert "last active admin" in page.content.decode()
    assert roles_of(User.objects.get(pk=boss.pk)) == {"admin"}
    with pytest.raises(people.PersonRefused, match="last active admin"):
        people.deactivate(boss, by=factories.reviewer(), reason="x")


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_take_each_other_away_at_once_leave_one() -> None:
    one, two = factories.user(Role.ADMIN), factories.user(Role.ADMIN)

    def remove(target: User, by: User) -> bool:
        try:
            return people.set_roles(target, roles=[], by=by)
        except people.PersonRefused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, [one, two], [two, one]))
    assert sorted(done) == [False, True]
    assert people.active_admins().count() == 1


# ---- Deactivating


def test_a_deactivated_person_is_out_at_once_and_nothing_is_lost(admin: Client, zoe: User) -> None:
    answered, _other = scenes.claims(2)
    scenes.say(zoe, answered)
    scenes.lease(zoe)
    browser = signed_in(zoe)
    assert browser.get("/review/").status_code == 200
    admin.post(f"/people/{zoe.pk}/deactivate/", {"reason": "left the team"})
    assert browser.get("/review/").status_code == 302
    slots = Slot.objects.filter(reviewer=zoe)
    assert [slot.annotation is None for slot in slots] == [False]
    assert events(zoe)[0][::2] == ("deactivated", "left the team")
    admin.post(f"/people/{zoe.pk}/reactivate/", {"reason": "came back"})
    assert browser.get("/review/").status_code == 302  # the old session does not live again
    assert signed_in(User.objects.get(pk=zoe.pk)).get("/review/").status_code == 200
    assert [kind for kind, *_ in events(zoe)] == ["reactivated", "deactivated"]


def test_others_stay_signed_in(admin: Client, zoe: User) -> None:
    other = signed_in(factories.reviewer())
    admin.post(f"/people/{zoe.pk}/deactivate/", {"reason": "left"})
    assert other.get("/review/").status_code == 200


def test_deactivating_wants_a_reason_and_never_oneself(admin: Client, boss: User, zoe: User) -> None:
    factories.user(Role.ADMIN)
    assert admin.post(f"/people/{zoe.pk}/deactivate/", {"reason": "  "}).status_code == 400
    page = admin.post(f"/people/{boss.pk}/deactivate/", {"reason": "tired"})
    assert page.status_code == 400
    assert "another admin must do it" in page.content.decode()
    assert "tired" in page.content.decode()
    assert User.objects.filter(is_active=False).count() == 0


@pytest.mark.parametrize("name", ["deactivate", "reactivate", "excuse"])
def test_what_is_so_already_is_said(admin: Client, zoe: User, name: str) -> None:
    User.objects.filter(pk=zoe.pk).update(is_active=name != "deactivate")
    Profile.objects.create(user=zoe, practised_at=timezone.now(), attributes_practised_at=timezone.now())
    assert admin.post(f"/people/{zoe.pk}/{name}/", {"reason": "again"}).status_code == 400
    assert events(zoe) == []


# ---- What a person is served


def test_leases_are_given_back(admin: Client, zoe: User) -> None:
    scenes.claims(3)
    scenes.lease(zoe)
    page = admin.post(f"/people/{zoe.pk}/release/", follow=True)
    assert "3 leases are given back." in page.content.decode()
    assert not Slot.objects.filter(reviewer=zoe).exists()
    assert events(zoe) == [("leases", "3 leases given back", "")]
    assert "There was no lease" in admin.post(f"/people/{zoe.pk}/release/", follow=True).content.decode()
    assert len(events(zoe)) == 1


def test_identities_of_one_name_are_told_apart_where_a_limit_is_set(admin: Client, zoe: User) -> None:
    factories.identity("Ada Marlow", about="novelist")
    factories.identity("Ada Marlow", wikidata_id="Q42")
    page = admin.get(f"/people/{zoe.pk}/limit/").content.decode()
    for known in ("novelist", "Q42"):
        assert f'Ada Marlow <span class="small muted">{known}</span>' in page


def test_a_limit_is_set_changed_and_lifted(admin: Client, zoe: User) -> None:
    ada, bo = factories.identity("Ada"), factories.identity("Bo")
    scenes.claims(1, ada), scenes.claims(1, bo)
    scenes.lease(zoe)
    admin.post(f"/people/{zoe.pk}/limit/", {"identities": [ada.pk]})
    assert list(zoe.profile.limited_to.all()) == [ada]
    assert {slot.identity for slot in Slot.objects.filter(reviewer=zoe)} == {ada}
    assert "checked> Ada" in admin.get(f"/people/{zoe.pk}/limit/").content.decode()
    admin.post(f"/people/{zoe.pk}/limit/", {"identities": []})
    assert zoe.profile.limited_to.count() == 0
    assert [detail for _kind, detail, _why in events(zoe)] == ["no limit: all identities", "Ada"]


def test_typing_finds_others_and_what_is_ticked_stays(admin: Client, zoe: User) -> None:
    ada, bo = factories.identity("Ada"), factories.identity("Bo", aliases=["The Duke"])
    for n in range(20):
        factories.identity(f"Aaron {n}")
    url = f"/people/{zoe.pk}/limit/"
    text = admin.get(f"{url}?q=duke&identities={ada.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "checked> Ada" in text
    assert f'value="{bo.pk}"> Bo' in text
    assert "<html" not in text
    without_script = admin.post(url, {"do": "find", "q": "duke", "identities": [ada.pk]}).content.decode()
    assert "checked> Ada" in without_script
    assert f'value="{bo.pk}"> Bo' in without_script
    assert not Profile.objects.filter(user=zoe).exists()


def test_a_limit_to_what_is_not_there_is_refused(admin: Client, zoe: User) -> None:
    assert admin.post(f"/people/{zoe.pk}/limit/", {"identities": ["999999"]}).status_code == 400
    assert admin.post(f"/people/{zoe.pk}/limit/", {"identities": ["x"]}).status_code == 400
    assert events(zoe) == []


def test_a_person_is_excused_from_practice(admin: Client, zoe: User) -> None:
    admin.post(f"/people/{zoe.pk}/excuse/", {"reason": "made the guideline"})
    assert timezone.now() - Profile.objects.get(user=zoe).practised_at < timedelta(minutes=1)  # type: ignore[operator]
    assert events(zoe) == [("excused", "", "made the guideline")]


def test_the_history_is_append_only(boss: User, zoe: User) -> None:
    people.record(zoe, PersonEvent.Kind.LEASES, by=boss)
    for change in (lambda: PersonEvent.objects.update(reason="x"), lambda: PersonEvent.objects.all().delete()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
