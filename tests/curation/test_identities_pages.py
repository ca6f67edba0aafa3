import pytest
from django.test import Client

from curation.models import Claim
from ingest.models import Identity, IdentityEvent
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db
CHANGES = ["retire", "reactivate", "edit", "merge"]


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def names(client: Client, query: str = "") -> list[str]:
    return [row.identity.name for row in client.get(f"/identities/?{query}").context["rows"]]


# ---- The list


def test_identities_are_found_by_name_alias_wikidata_id_state_and_claim(admin: Client) -> None:
    factories.identity("Ada Marlow", aliases=["The Countess"], claimed_race=4, claimed_gender=1)
    factories.identity("Bo", state="proposed", wikidata_id="Q42", claimed_race=3, claimed_gender=2)
    assert names(admin) == ["Ada Marlow", "Bo"]
    for query, found in (
        ("q=marl", "Ada Marlow"),
        ("q=countess", "Ada Marlow"),
        ("q=q42", "Bo"),
        ("state=proposed", "Bo"),
        ("race=4", "Ada Marlow"),
        ("gender=2", "Bo"),
    ):
        assert names(admin, query) == [found], query
    for query in ("q=nobody", "state=nonsense", "race=9", "race=4&gender=2"):
        assert names(admin, query) == [], query
    assert "Nobody fits" in admin.get("/identities/?q=nobody").content.decode()


def test_the_list_is_sorted_by_what_came(admin: Client) -> None:
    ada, bo, _ = factories.identity("Ada"), factories.identity("Bo"), factories.identity("Cy")
    scenes.accepted(bo)
    rejected = scenes.claim(ada)
    for person in factories.reviewers(2):
        scenes.say(person, rejected, "reject")
    scenes.claim(ada)
    assert names(admin, "sort=accepted") == ["Bo", "Ada", "Cy"]
    assert names(admin, "sort=yield") == ["Bo", "Ada", "Cy"]
    assert names(admin, "sort=photos") == ["Ada", "Bo", "Cy"]
    assert names(admin, "sort=faces") == ["Ada", "Bo", "Cy"]
    counts = {row.identity.name: row.counts for row in admin.get("/identities/").context["rows"]}
    told = counts["Ada"]
    assert (told.found, told.photos, told.faces, told.accepted, told.rejected, told.waiting) == (2, 2, 2, 0, 1, 1)
    assert (told.share, counts["Bo"].share, counts["Cy"].share) == (0, 1, None)


# ---- One


def test_the_page_tells_who_and_what_came_of_it(admin: Client) -> None:
    ada = factories.identity(
        "Ada", aliases=["A. M."], wikidata_id="Q1", commons_category="Ada M", birth_date="1961-03-01",
        birth_precision="month", claimed_race=4, claimed_gender=1, reference_preview_sha256="a" * 64,
        reference_credit="“Ada” by J. Okafor, CC BY 4.0", reference_page_url="https://commons.example.org/ada",
    )  # fmt: skip
    scenes.accepted(ada)
    factories.candidate(ada, factories.photo(), state="refused", refusal="no_face", source="folder")
    page = admin.get(f"/identities/{ada.pk}/")
    text = page.content.decode()
    for words in (
        "A. M.", "https://www.wikidata.org/wiki/Q1", "Category:Ada%20M", "March 1961", "White, female",
        "elected to public office", f"/photos/{'a' * 64}.jpg", "by J. Okafor, CC BY 4.0", "no face found",
    ):  # fmt: skip
        assert words in text, words
    rows = [(s.source, s.found, s.fetched, s.refused, s.faces, s.accepted) for s in page.context["sources"]]
    assert rows == [("urls", 1, 1, 0, 1, 1), ("folder", 1, 1, 1, 0, 0)]


def test_a_face_in_quarantine_is_not_shown_as_accepted(admin: Client) -> None:
    claim = scenes.accepted()
    scenes.say(factories.reviewer(), claim, "quarantine", reason="licence")
    page = admin.get(f"/identities/{claim.identity_id}/")
    assert page.context["faces"] == []


def test_empty_pages_name_the_next_step(admin: Client) -> None:
    assert "/identities/import/" in admin.get("/identities/").content.decode()
    ada = factories.identity()
    assert f"/jobs/new/?identity={ada.pk}" in admin.get(f"/identities/{ada.pk}/").content.decode()
    bo = factories.identity(state="proposed", approved_by=None, approved_at=None)
    assert f"/identities/{bo.pk}/approve/" in admin.get(f"/identities/{bo.pk}/").content.decode()


# ---- Who may do what


def test_auditors_read_and_change_nothing() -> None:
    auditor, ada = signed_in(Role.AUDITOR), factories.identity()
    for url in ("/identities/", f"/identities/{ada.pk}/"):
        text = auditor.get(url).content.decode()
        assert not any(f"/{change}/" in text for change in [*CHANGES, "approve", "import"]), url
    for change in CHANGES:
        assert auditor.get(f"/identities/{ada.pk}/{change}/").status_code == 403
        assert auditor.post(f"/identities/{ada.pk}/{change}/", {"why": "x"}).status_code == 403
    assert not IdentityEvent.objects.exists()


def test_strangers_and_the_anonymous_are_kept_out() -> None:
    ada = factories.identity()
    for url in ("/identities/", f"/identities/{ada.pk}/", *(f"/identities/{ada.pk}/{c}/" for c in CHANGES)):
        assert signed_in(Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER).get(url).status_code == 403, url
        assert Client().get(url).status_code == 302, url


def test_what_does_not_exist_is_not_found_and_reading_takes_no_post(admin: Client) -> None:
    for url in ("/identities/999/", *(f"/identities/999/{change}/" for change in CHANGES)):
        assert admin.get(url).status_code == 404, url
    assert admin.post("/identities/").status_code == 405
    assert admin.post(f"/identities/{factories.identity().pk}/").status_code == 405


# ---- Changes


def test_retire_and_reactivate_want_a_reason(admin: Client) -> None:
    ada = factories.identity("Ada")
    assert admin.post(f"/identities/{ada.pk}/retire/", {"why": " "}).status_code == 400
    page = admin.post(f"/identities/{ada.pk}/retire/", {"why": "asked us to"}, follow=True)
    assert "Ada is retired." in page.content.decode()
    assert "asked us to" in page.content.decode()
    again = admin.post(f"/identities/{ada.pk}/retire/", {"why": "again"})
    assert (again.status_code, "retired already" in again.content.decode()) == (400, True)
    assert "/reactivate/" in page.content.decode()
    admin.post(f"/identities/{ada.pk}/reactivate/", {"why": "changed her mind"})
    assert Identity.objects.get(pk=ada.pk).state == "approved"


def test_edit_keeps_what_was_typed_when_it_is_refused(admin: Client) -> None:
    ada = factories.identity("Ada")
    page = admin.post(f"/identities/{ada.pk}/edit/", {"aliases": "One\nTwo", "about": "painter", "basis": ""})
    assert page.status_code == 400
    assert "One\nTwo" in page.content.decode()
    assert admin.post(f"/identities/{ada.pk}/edit/", {"aliases": "x" * 201, "basis": "y"}).status_code == 400
    admin.post(f"/identities/{ada.pk}/edit/", {"aliases": "One\nTwo", "about": "painter", "basis": "office"})
    assert Identity.objects.get(pk=ada.pk).aliases == ["One", "Two"]


def test_merge_by_search_preview_and_reason(admin: Client) -> None:
    ada, countess = factories.identity("Ada"), factories.identity("The Countess", aliases=["Ada M"])
    factories.identity("Ada the proposed", state="proposed")
    claim = scenes.accepted(countess)
    where = f"/identities/{countess.pk}/merge/"
    assert [other.name for other in admin.get(f"{where}?q=ada").context["found"]] == ["Ada"]
    preview = admin.get(f"{where}?into={ada.pk}").content.decode()
    assert "1 claim on a face goes over, 1 of them accepted" in preview
    assert Claim.objects.get(pk=claim.pk).identity == countess
    assert admin.post(where, {"into": ada.pk, "why": ""}).status_code == 400
    done = admin.post(where, {"into": ada.pk, "why": "one woman"}, follow=True)
    assert "The Countess is merged into Ada." in done.content.decode()
    assert Claim.objects.get(pk=claim.pk).identity == ada
    assert f"/identities/{ada.pk}/" in admin.get(f"/identities/{countess.pk}/").content.decode()


def test_merge_shows_the_photos_that_forbid_it(admin: Client) -> None:
    ada, bo = factories.identity("Ada"), factories.identity("Bo")
    photo = factories.photo()
    for identity in (ada, bo):
        factories.candidate(identity, photo)
        Claim.objects.create(face=factories.face(photo), photo=photo, identity=identity, state="accepted")
    where = f"/identities/{bo.pk}/merge/"
    assert f"/photos/{photo.pk}/" in admin.get(f"{where}?into={ada.pk}").content.decode()
    refused = admin.post(where, {"into": ada.pk, "why": "x"})
    assert (refused.status_code, f"/photos/{photo.pk}/" in refused.content.decode()) == (400, True)


@pytest.mark.parametrize("into", ["0", "9" * 30, "x", "-1"])
def test_merge_into_nobody_merges_nothing(admin: Client, into: str) -> None:
    ada = factories.identity()
    assert admin.post(f"/identities/{ada.pk}/merge/", {"into": into, "why": "x"}).status_code in (200, 404)
    assert Identity.objects.get(pk=ada.pk).state == "approved"
