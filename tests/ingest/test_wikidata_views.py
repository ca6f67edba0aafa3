from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingest.models import Identity, Tombstone
from ingest.tombstones import mark
from mtf_site.roles import Role
from tests import factories
from tests.ingest.api_sites import WikidataApi, as_json, entity, item, moment, statement
from tests.ingest.wikidata_sites import commons, wikidata
from tests.servers import Reply, Site

pytestmark = pytest.mark.django_db
__all__ = ["commons", "wikidata"]  # fixtures

ADDRESS = "/identities/import/wikidata/"


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def look(admin: Client, ids: str = "Q42, Q43") -> Any:
    return admin.post(ADDRESS, {"ids": ids})


def confirm(admin: Client, preview: Any, *chosen: str, **data: str) -> Any:
    seen = preview.context["confirm"]["seen"].value()
    return admin.post(ADDRESS, {"seen": seen, "chosen": list(chosen), "basis": "novelist"} | data)


def text(page: Any) -> str:
    return str(page.content.decode())


def test_only_an_admin_imports(admin: Client) -> None:
    assert "Wikidata ids" in text(admin.get(ADDRESS))
    assert f'href="{ADDRESS}"' in text(admin.get("/identities/import/"))
    for role in (Role.AUDITOR, Role.REVIEWER):
        assert signed_in(role).get(ADDRESS).status_code == 403
        assert signed_in(role).post(ADDRESS, {"ids": "Q42"}).status_code == 403
    assert Client().get(ADDRESS).headers["Location"] == f"/login/?next={ADDRESS}"
    assert admin.put(ADDRESS).status_code == 405


@pytest.mark.parametrize("ids", ["", "Ada", " , ", ",".join(f"Q{n}" for n in range(1, 52)), "Q1 " * 3000])
def test_what_is_no_list_of_ids_is_refused(admin: Client, ids: str) -> None:
    page = look(admin, ids)
    assert page.status_code == 400
    assert page.context["form"].errors["ids"]


def test_people_are_shown_with_picture_and_credit_before_anything_is_imported(
    admin: Client, wikidata: Site, commons: Site
) -> None:
    page = look(admin)
    assert page.status_code == 200
    assert not Identity.objects.exists()
    shown = text(page)
    for words in ("Ada Marlow", "The Countess", "novelist", "11 Mar 1952", "female", "J. &amp; K. Okafor"):
        assert words in shown
    sha256 = page.context["found"][0].row.reference.preview_sha256
    assert f'src="{reverse("photo", args=[sha256])}"' in shown
    served = admin.get(reverse("photo", args=[sha256]))
    assert served.getvalue().startswith(b"\xff\xd8")
    served.close()
    assert shown.count('name="chosen"') == shown.count(" checked>") == 2


def test_only_the_chosen_are_approved_as_they_were_seen(admin: Client, wikidata: Site, commons: Site) -> None:
    preview = look(admin)
    wikidata.pages["/w/api.php"] = WikidataApi(entity("Q43", "Somebody else"))
    page = confirm(admin, preview, "Q43")
    assert page.status_code == 200
    assert "1 identity was approved" in text(page)
    bo = Identity.objects.get()
    assert (bo.name, bo.wikidata_id, bo.public_figure_basis) == ("Bo Lindqvarn", "Q43", "novelist")
    assert bo.approved_by_id == int(admin.session["_auth_user_id"])
    assert bo.reference_preview_sha256
    assert len(wikidata.requests) == 1


def test_each_reason_against_a_person_is_shown_and_takes_the_choice_away(
    admin: Client, wikidata: Site, commons: Site
) -> None:
    factories.identity("Cleo", wikidata_id="Q1")
    Tombstone.objects.create(kind="identity", value=mark("Dan"), reason="asked for it")
    people = [
        entity("Q1", "Cleo"),
        entity("Q2", "Dan"),
        entity("Q3", "Kit", P569=[statement(moment("+2015-05-05T00:00:00Z"))]),
        entity("Q4", "A city", P31=[statement(item("Q515"))]),
    ]
    wikidata.pages["/w/api.php"] = WikidataApi(*people)
    shown = text(look(admin, "Q1 Q2 Q3 Q4 Q5"))
    for words in ("already there", "was erased", "Under 18", "Not a human", "no such entry", "None of these people"):
        assert words in shown
    assert 'name="chosen"' not in shown
    assert commons.requests == []


def test_a_confirmation_without_basis_or_choice_shows_the_people_again(
    admin: Client, wikidata: Site, commons: Site
) -> None:
    preview = look(admin)
    for page in (confirm(admin, preview, "Q42", basis=" "), confirm(admin, preview), confirm(admin, preview, "Q9")):
        assert page.status_code == 400
        assert "Bo Lindqvarn" in text(page)
    assert not Identity.objects.exists()


def test_a_forged_preview_is_refused(admin: Client) -> None:
    page = admin.post(ADDRESS, {"seen": "W10:forged:seal", "chosen": ["Q42"], "basis": "novelist"})
    assert page.status_code == 400
    assert "look the people up again" in text(page)
    assert not Identity.objects.exists()


def test_who_was_erased_after_the_preview_keeps_all_out(admin: Client, wikidata: Site, commons: Site) -> None:
    preview = look(admin)
    Tombstone.objects.create(kind="identity", value=mark("Q42"), reason="asked for it")
    page = confirm(admin, preview, "Q42", "Q43")
    assert page.status_code == 400
    assert "Ada Marlow: This person was erased" in text(page)
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("reply", "words"), [(Reply(b"", 503), "answered 503"), (as_json({"entities": 1}), "no longer have the shape")]
)
def test_wikidata_out_of_order_is_said_beside_the_form(admin: Client, wikidata: Site, reply: Reply, words: str) -> None:
    wikidata.pages["/w/api.php"] = reply
    page = look(admin)
    assert page.status_code == 400
    assert words in text(page)
    assert "Q42, Q43" in text(page)


def test_without_a_contact_the_page_says_what_to_set(admin: Client) -> None:
    assert "MTF_CONTACT" in text(look(admin))


def test_a_picture_that_fails_is_a_note_and_no_reason(admin: Client, wikidata: Site, commons: Site) -> None:
    commons.pages["/640.jpg"] = Reply(b"", 404)
    preview = look(admin, "Q42")
    assert "The reference picture could not be fetched" in text(preview)
    assert confirm(admin, preview, "Q42").status_code == 200
    assert Identity.objects.get().reference_preview_sha256 == ""
