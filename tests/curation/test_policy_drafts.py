"""Drafts, through their form."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField
from django.test import Client
from django.urls import reverse
from PIL import Image

from curation import guideline_pictures
from curation.models import GuidelinePicture, Policy
from curation.policies import current_policy, for_browser
from ingest import store
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes as p

pytestmark = pytest.mark.django_db
NEW = "/policies/new/"
JPEG = b"\xff\xd8"


@pytest.fixture
def admin(client: Client) -> User:
    """Signed in."""
    person = factories.user(Role.ADMIN, username="hana")
    client.force_login(person)
    return person


def filled(client: Client, url: str = NEW) -> dict[str, Any]:
    """What a browser would send that changed nothing."""
    forms = client.get(url).context["forms"]
    data: dict[str, Any] = {}
    for form in forms.all:
        for one in [form.management_form, *form.forms] if hasattr(form, "forms") else [form]:
            for field in one:
                value = field.value()
                if value is not None and value is not False and not isinstance(field.field, FileField):
                    data[field.html_name] = value
    return data


def photo(kind: str = "PNG", side: int = 64, **options: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(out, kind, **options)
    return SimpleUploadedFile(f"example.{kind.lower()}", out.getvalue())


def saved() -> Policy:
    return Policy.objects.get(activated_at=None)


def test_a_draft_begins_as_a_copy_of_the_policy_in_force(client: Client, admin: User) -> None:
    sha256 = guideline_pictures.keep(photo().read())
    made = p.draft()
    GuidelinePicture.objects.create(policy=made, sha256=sha256, kind="good", caption="sharp")
    p.put_in_force(made)
    known = current_policy()
    response = client.post(NEW, filled(client))
    assert response.headers["Location"] == "/policies/3/"
    draft = saved()
    assert (draft.version, draft.parent, draft.author, draft.activated_at) == (3, known, admin, None)
    for name in ("votes_usable", "votes_attributes", "blind_fields", "reasons", "fields", "guideline", "field_runs"):
        assert getattr(draft, name) == getattr(known, name), name
    assert list(draft.pictures.values_list("sha256", "kind", "caption")) == [(sha256, "good", "sharp")]


def test_rows_are_added_removed_and_moved(client: Client, admin: User) -> None:
    data = filled(client)
    data |= {"reasons-1-DELETE": "on", "reasons-2-ORDER": "1", "reasons-0-ORDER": "2"}
    data |= {"race-4-code": "5", "race-4-label": "Polynesian", "race-TOTAL_FORMS": "6"}
    data |= {"blind_fields": ["race"], "field_runs": "on", "votes_usable": "3", "label_age": "Age band"}
    assert client.post(NEW, data).status_code == 302
    draft = saved()
    assert [row["code"] for row in draft.reasons][:3] == ["too_small", "wrong_person", "occluded"]
    assert "not_a_face" not in [row["code"] for row in draft.reasons]
    assert draft.fields[0]["classes"][-1] == {"code": 5, "label": "Polynesian"}
    assert (draft.blind_fields, draft.field_runs, draft.votes_usable) == (["race"], True, 3)
    assert draft.fields[2]["label"] == "Age band"


def test_a_draft_is_changed_again(client: Client, admin: User) -> None:
    client.post(NEW, filled(client))
    url = "/policies/2/edit/"
    assert client.post(url, filled(client, url) | {"guideline": "Look twice."}).status_code == 302
    assert (saved().guideline, Policy.objects.count()) == ("Look twice.", 2)
    more = client.post(url, filled(client, url) | {"more": "1"})
    assert more.headers["Location"] == url


def test_a_draft_is_saved_where_the_script_took_the_empty_rows_away(client: Client, admin: User) -> None:
    data = filled(client)
    spare = [name for name in data if name.startswith("pictures-") and "FORMS" not in name]
    assert spare
    assert client.post(NEW, {name: value for name, value in data.items() if name not in spare}).status_code == 302
    assert not saved().pictures.exists()


def test_finer_bands_are_kept_with_what_they_count_as(client: Client, admin: User) -> None:
    data = filled(client) | {"age-0-DELETE": "on", "age-1-DELETE": "on"}
    for number, row in enumerate(p.BANDS, 2):
        data |= {f"age-{number}-{name}": value for name, value in row.items()}
    assert client.post(NEW, data | {"age-TOTAL_FORMS": 6}).status_code == 302
    assert saved().fields[2]["classes"] == list(p.BANDS)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"votes_usable": "10"}, "less than or equal to 9"),
        ({"votes_usable": ""}, "This field is required."),
        ({"guideline": ""}, "This field is required."),
        ({"reasons-1-key": "1"}, "Another row has this already."),
        ({"reasons-1-code": "wrong_person"}, "Another row has this already."),
        ({"reasons-1-code": "Not a face"}, "Small letters, digits and _"),
        ({"reasons-1-label": ""}, "This field is required."),
        ({"reasons-0-DELETE": "on"}, "wrong_person and other must stay"),
        ({"race-0-code": "12"}, "less than or equal to 9"),
        ({"race-0-label": "black"}, "Another row has this already."),
        ({"gender-0-DELETE": "on", "gender-1-DELETE": "on"}, "At least one class must stay."),
        ({"age-2-code": "3", "age-2-label": "18–29"}, "Say whether it counts as young or as old."),
        ({"age-2-code": "3"}, "This field is required."),
        ({"pictures-0-caption": "nothing chosen"}, "Choose a picture."),
        ({"pictures-0-caption": "x", "pictures-0-sha256": "0" * 64}, "This picture is not there any more"),
        ({"pictures-0-caption": "x", "pictures-0-sha256": "../etc"}, "Enter a valid value."),
        ({"reasons-TOTAL_FORMS": "many"}, "Nothing is saved yet"),
    ],
)
def test_what_is_wrong_is_told_beside_it_and_the_rest_is_kept(
    client: Client, admin: User, data: dict[str, str], says: str
) -> None:
    typed = {"label_race": "Race as it seems", "gender-1-label": "a man"}
    response = client.post(NEW, filled(client) | typed | data)
    text = response.content.decode()
    assert (response.status_code, Policy.objects.count()) == (400, 1)
    assert says in text
    assert 'value="Race as it seems"' in text
    assert 'value="a man"' in text


def test_a_code_that_stood_for_something_else_is_not_used_again(client: Client, admin: User) -> None:
    p.age_bands()
    data = filled(client) | {"age-4-code": "1", "age-4-label": "under 30", "age-4-band": "1"}
    response = client.post(NEW, data | {"age-TOTAL_FORMS": "5"})
    assert "This code stood for “young, 18–49” once" in response.content.decode()


# ---- Pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_written_anew_without_what_it_carries(client: Client, admin: User, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    file = photo(kind, side=2000, exif=exif)
    data = {"pictures-0-file": file, "pictures-0-caption": "sharp", "pictures-0-kind": "good"}
    assert client.post(NEW, filled(client) | data).status_code == 302
    kept = saved().pictures.get()
    content = store.read(store.name_of("guidelines", kept.sha256))
    assert (kept.kind, kept.caption, store.digest(content)) == ("good", "sharp", kept.sha256)
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (960, 960), {})
    assert b"taken at home" not in content


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (SimpleUploadedFile("notes.txt", b"no picture at all"), "notes.txt: The file is not a picture"),
        (SimpleUploadedFile("empty.png", b""), "empty.png: The file is not a picture"),
        (photo("GIF"), "Take a JPEG, PNG or WebP picture."),
        (photo(side=8), "The picture has only 8 x 8 pixels."),
        (SimpleUploadedFile("cut.png", photo().read()[:60]), "cut.png: The picture"),
    ],
)
def test_a_bad_file_is_told_and_a_good_one_beside_it_is_kept(
    client: Client, admin: User, file: SimpleUploadedFile, says: str
) -> None:
    file.seek(0)
    data = filled(client) | {"guideline": "Look twice."}
    data |= {"pictures-0-file": photo(), "pictures-0-caption": "sharp", "pictures-0-kind": "good"}
    data |= {"pictures-1-file": file, "pictures-1-caption": "bad", "pictures-1-kind": "bad"}
    response = client.post(NEW, data)
    text = response.content.decode()
    assert (response.status_code, Policy.objects.count()) == (400, 1)
    assert says in text
    assert "Look twice." in text
    sha256 = response.context["forms"].pictures.forms[0].shown
    assert reverse("guideline-picture", args=[sha256]) in text
    again = data | {"pictures-0-sha256": sha256, "pictures-1-DELETE": "on"}
    assert client.post(NEW, {k: v for k, v in again.items() if not k.endswith("-file")}).status_code == 302
    assert [one.sha256 for one in saved().pictures.all()] == [sha256]


def test_pictures_keep_their_order(client: Client, admin: User) -> None:
    data = filled(client)
    for number, caption in enumerate(("second", "first")):
        data |= {f"pictures-{number}-file": photo(side=64 + number), f"pictures-{number}-caption": caption}
        data |= {f"pictures-{number}-kind": "note", f"pictures-{number}-ORDER": 2 - number}
    client.post(NEW, data)
    assert [one.caption for one in saved().pictures.all()] == ["first", "second"]


@pytest.mark.parametrize("role", list(Role))
def test_guideline_pictures_are_served_to_people_with_a_role(role: Role) -> None:
    url = reverse("guideline-picture", args=[guideline_pictures.keep(photo().read())])
    client = Client()
    client.force_login(factories.user(role))
    response = client.get(url)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response).startswith(JPEG)
    assert client.post(url).status_code == 405
    assert client.get(reverse("guideline-picture", args=["0" * 64])).status_code == 404


def test_guideline_pictures_are_not_served_to_strangers(client: Client) -> None:
    url = reverse("guideline-picture", args=[guideline_pictures.keep(photo().read())])
    assert client.get(url)["Location"].startswith(reverse("login"))
    client.force_login(factories.user())
    assert client.get(url).status_code == 403


def test_the_browser_gets_the_pictures_and_the_rest_of_the_policy() -> None:
    made = p.draft(field_runs=True)
    GuidelinePicture.objects.create(policy=made, sha256="a" * 64, kind="bad", caption="cut off")
    told = for_browser(made)
    assert told["pictures"] == [{"url": f"/guideline/{'a' * 64}.jpg", "kind": "bad", "caption": "cut off"}]
    assert (told["version"], told["field_runs"], told["guideline"]) == (2, True, made.guideline)
    assert (told["reasons"], told["fields"], told["blind_fields"]) == (made.reasons, made.fields, made.blind_fields)
