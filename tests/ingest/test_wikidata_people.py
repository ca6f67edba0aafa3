import errno
import io
from datetime import date

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image
from pytest_django import Settings

from ingest import store
from ingest.addresses import url_key
from ingest.hashes import perceptual_hash
from ingest.identities import IdentityRefused
from ingest.models import Identity, Tombstone
from ingest.tombstones import mark
from ingest.wikidata_people import consider, look_up, sealed, unsealed, with_pictures
from mtf_site.roles import Role
from tests import factories
from tests.ingest.api_sites import FilesApi, WikidataApi, as_json, commons_page, entity, item, moment, statement
from tests.ingest.crawling import face_jpeg, picture
from tests.ingest.wikidata_sites import commons, portrait, wikidata
from tests.servers import Reply, Site

pytestmark = pytest.mark.django_db
__all__ = ["commons", "wikidata"]  # fixtures


@pytest.fixture(autouse=True)
def anna() -> None:
    factories.user(Role.ADMIN, username="anna")


def command(*ids: str) -> None:
    call_command("import_identities", "--wikidata", *ids, "--approved-by", "anna", "--basis", "novelist")


def refused(*ids: str) -> str:
    with pytest.raises(CommandError) as refusal:
        command(*ids)
    assert not Identity.objects.exclude(name="Bo").exists()
    return str(refusal.value)


def test_people_are_approved_with_all_that_wikidata_says_but_race(
    wikidata: Site, commons: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    command("Q42", "Q43")
    ada = Identity.objects.get(wikidata_id="Q42")
    assert (ada.name, ada.aliases, ada.about, ada.state) == ("Ada Marlow", ["The Countess"], "novelist", "approved")
    assert (ada.birth_date, ada.birth_precision, ada.claimed_gender) == (date(1952, 3, 11), "day", 1)
    assert ada.claimed_race is None
    assert (ada.commons_category, ada.public_figure_basis) == ("Ada Marlow", "novelist")
    assert ada.approved_by is not None
    assert ada.approved_by.username == "anna"
    assert ada.reference_credit == "Ada Marlow 1.jpg · J. & K. Okafor · CC BY-SA 4.0 · Wikimedia Commons"
    assert ada.reference_page_url == "https://commons.example.org/wiki/File:Ada_Marlow_1.jpg"
    assert default_storage.exists(store.name_of("previews", ada.reference_preview_sha256))
    assert capsys.readouterr().out.splitlines() == [
        "Q42: Ada Marlow: created",
        "Q43: Bo Lindqvarn: created",
        "2 created, 0 already there.",
    ]
    said = wikidata.requests[0].query
    assert (said["ids"], said["languages"], said["action"]) == (["Q42|Q43"], ["en|mul"], ["wbgetentities"])
    assert commons.requests[0].query["iiurlwidth"] == ["640"]


def test_what_is_there_is_left_alone_except_for_what_it_lacks(
    wikidata: Site, commons: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.identity("Ada M.", wikidata_id="Q42", public_figure_basis="older")
    command("Q42")
    ada = Identity.objects.get()
    assert (ada.name, ada.public_figure_basis, ada.commons_category) == ("Ada M.", "older", "Ada Marlow")
    assert ada.reference_preview_sha256
    assert "already there (as Ada M., Commons category added, reference picture added)" in capsys.readouterr().out
    commons.requests.clear()
    command("Q42")
    assert commons.requests == []
    assert "Q42: Ada Marlow: already there (as Ada M.)\n" in capsys.readouterr().out


def test_a_namesake_from_elsewhere_is_given_nothing(
    wikidata: Site, commons: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.identity("Ada Marlow")
    command("Q42")
    ada = Identity.objects.get()
    assert (ada.wikidata_id, ada.commons_category, ada.reference_preview_sha256) == (None, "", "")
    assert "already there (without a Wikidata id)" in capsys.readouterr().out


def test_more_than_fifty_are_asked_for_in_turn(wikidata: Site, commons: Site) -> None:
    people = [entity(f"Q{number}", f"Person {number}", P18=[]) for number in range(1, 61)]
    wikidata.pages["/w/api.php"] = WikidataApi(*people)
    command(*(one["id"] for one in people))
    assert Identity.objects.count() == 60
    assert [len(request.query["ids"][0].split("|")) for request in wikidata.requests] == [50, 10]
    assert commons.requests == []


def test_one_who_may_not_enter_keeps_all_out_with_a_line_for_every_fault(
    wikidata: Site, commons: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    young = [statement(moment("+2012-00-00T00:00:00Z", 9))]
    wikidata.pages["/w/api.php"] = WikidataApi(
        entity("Q42"), entity("Q1", "Kit", P569=young), entity("Q2", "A city", P31=[statement(item("Q515"))])
    )
    assert refused("Q42", "Q1", "Q2", "Q3") == "Wikidata: nothing was imported, 3 faults found."
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == ["Q1", "Q2", "Q3"]
    assert "Under 18" in said[0]
    assert "Not a human" in said[1]
    assert "no such entry" in said[2]
    assert commons.requests == []


@pytest.mark.parametrize("known_as", ["Ada Marlow", "The Countess", "Q42", "Q7"])
def test_the_erased_stay_out_by_name_alias_and_every_id_that_leads_to_them(
    wikidata: Site, commons: Site, known_as: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wikidata.pages["/w/api.php"] = WikidataApi(entity("Q42"), redirects={"Q7": "Q42"})
    Tombstone.objects.create(kind="identity", value=mark(known_as), reason="asked for it")
    refused("Q7")
    assert "This person was erased" in capsys.readouterr().out
    assert commons.requests == []


def test_a_redirect_leads_to_who_was_imported_under_the_old_id(wikidata: Site, commons: Site) -> None:
    factories.identity("Ada", wikidata_id="Q7")
    wikidata.pages["/w/api.php"] = WikidataApi(entity("Q42"), redirects={"Q7": "Q42"})
    command("Q7")
    assert Identity.objects.get().wikidata_id == "Q7"


def test_namesakes_and_two_ids_of_one_person_are_told_apart(
    wikidata: Site, commons: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.identity("Bo", wikidata_id="Q8")
    people = [entity("Q42"), entity("Q9", "ada marlow"), entity("Q10", "Bo")]
    wikidata.pages["/w/api.php"] = WikidataApi(*people, redirects={"Q7": "Q42"})
    refused("Q42", "Q7", "Q9", "Q10")
    assert capsys.readouterr().out.splitlines() == [
        "Q7: The same person as Q42, which stands before.",
        "Q9: The same name as Q42, which stands before.",
        "Q10: Another person of this name is there already (Q8).",
    ]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"", 429), "too often"),
        (Reply(b"<h1>Sorry</h1>"), "web page instead of data"),
        (as_json({"error": {"code": "no-such-entity", "info": "Could not find an entity."}}), "no-such-entity"),
        (as_json({"entities": []}), "no longer have the shape"),
    ],
)
def test_wikidata_out_of_order_is_one_sentence(wikidata: Site, reply: Reply, words: str) -> None:
    wikidata.pages["/w/api.php"] = reply
    said = refused("Q42")
    assert said.startswith("Wikidata ")
    assert words in said


def test_wikidata_is_not_asked_without_a_contact(settings: Settings) -> None:
    settings.SOURCE_URLS = settings.SOURCE_URLS | {"wikidata": "https://www.wikidata.org"}
    with pytest.raises(IdentityRefused, match="MTF_CONTACT"):
        look_up(["Q42"])


def test_what_is_no_id_is_bad_usage() -> None:
    with pytest.raises(CommandError, match="'ADA' is not Q and a number") as refusal:
        command("Ada")
    assert refusal.value.returncode == 2


# ---- Reference pictures


def note_of(seconds: float = 5.0) -> tuple[str, bool]:
    """What is said of Ada's reference picture, and whether she has one."""
    (ada,) = with_pictures(consider(look_up(["Q42"])), seconds=seconds)
    return ada.note, ada.row.reference is not None


def test_a_file_is_found_where_it_was_moved_to(wikidata: Site, commons: Site) -> None:
    moved = {"File:Ada Marlow 1.jpg": "File:Ada Marlow (reader).jpg"}
    commons.pages["/w/api.php"] = FilesApi([portrait(commons, "Ada Marlow (reader).jpg")], moved)
    assert note_of() == ("", True)


def test_the_original_is_taken_where_it_is_too_small_for_a_thumbnail(wikidata: Site, commons: Site) -> None:
    small = commons_page(1, url=commons.url("/640.jpg")) | {"title": "File:Ada Marlow 1.jpg"}
    commons.pages["/w/api.php"] = FilesApi([small])
    assert note_of() == ("", True)


@pytest.mark.parametrize(
    ("address", "reply", "words"),
    [
        ("/640.jpg", Reply(b"", 404), "could not be fetched"),
        ("/640.jpg", Reply(b"", 503), "could not be fetched"),
        ("/640.jpg", picture(b"\xff\xd8\xff no picture"), "could not be fetched"),
        ("/640.jpg", Reply(b"<html>"), "could not be fetched"),
        ("/w/api.php", Reply(b"", 429), "could not be looked up"),
        ("/w/api.php", as_json({"query": {}}), "could not be looked up"),
        ("/w/api.php", as_json({"query": {"pages": [], "redirects": [1]}}), "could not be looked up"),
        ("/w/api.php", FilesApi([]), "is not on Commons"),
    ],
)
def test_a_failing_picture_is_a_note_and_stops_nobody(
    wikidata: Site, commons: Site, address: str, reply: Reply, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commons.pages[address] = reply
    command("Q42")
    ada = Identity.objects.get()
    assert (ada.state, ada.reference_preview_sha256, ada.reference_credit) == ("approved", "", "")
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("Q42: The reference picture ")
    assert words in first


def test_a_full_disk_costs_the_picture_and_nothing_else(
    wikidata: Site, commons: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ingest.reference_pictures.store.put", full)
    command("Q42")
    assert Identity.objects.get().reference_preview_sha256 == ""


def test_drawings_and_erased_pictures_are_no_references(wikidata: Site, commons: Site) -> None:
    commons.pages["/w/api.php"] = FilesApi([portrait(commons, mime="image/svg+xml")])
    assert "no photograph" in note_of()[0]
    page = portrait(commons)
    commons.pages["/w/api.php"] = FilesApi([page])
    address = page["imageinfo"][0]["url"]
    Tombstone.objects.create(kind="url", value=url_key(address), reason="asked for it")
    assert "erased" in note_of()[0]


@pytest.mark.parametrize("kind", ["page", "sha256", "phash"])
def test_what_was_erased_is_known_by_its_page_its_bytes_and_its_look(wikidata: Site, commons: Site, kind: str) -> None:
    page, data = portrait(commons), face_jpeg(1)
    with Image.open(io.BytesIO(data)) as image:
        look = f"{(perceptual_hash(image) or 0) % 2**64:016x}"
    address = url_key(page["imageinfo"][0]["descriptionurl"])
    stone = {"page": ("url", address), "sha256": ("sha256", store.digest(data)), "phash": ("phash", look)}[kind]
    Tombstone.objects.create(kind=stone[0], value=stone[1], reason="asked for it")
    assert "erased" in note_of()[0]


def test_time_is_limited(wikidata: Site, commons: Site) -> None:
    assert note_of(seconds=0.0) == ("The reference picture did not come within 0 s.", False)
    assert commons.requests == []


# ---- What is confirmed is what was seen


def test_rows_come_back_from_their_seal_unchanged(wikidata: Site, commons: Site) -> None:
    rows = [one.row for one in with_pictures(consider(look_up(["Q42", "Q43"])), seconds=5.0)]
    assert rows[0].reference is not None
    assert unsealed(sealed(rows)) == rows


def test_a_seal_that_is_broken_or_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IdentityRefused, match="look the people up again"):
        unsealed(sealed([]) + "x")
    with pytest.raises(IdentityRefused):
        unsealed(signing.dumps([], salt="another"))
    old = sealed([])
    monkeypatch.setattr("ingest.wikidata_people.PREVIEW_AGE", -1)
    with pytest.raises(IdentityRefused, match="older than an hour"):
        unsealed(old)
