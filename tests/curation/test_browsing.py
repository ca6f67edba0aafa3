"""The lists of hits and of photos."""

from typing import Any

import pytest
from django.test import Client

from curation import browsing
from ingest.models import Candidate, Identity, Photo
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db
PAGES = ["/candidates/", "/photos/"]


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


@pytest.fixture
def ada() -> Identity:
    return factories.identity("Ada")


def refused(shows: Identity, reason: str, of: Photo | None = None, **fields: Any) -> Candidate:
    """A hit that was refused, and whose picture was not downloaded unless one is given."""
    known = {"state": "refused", "refusal": reason, "licence": "", "proof": ""} | fields
    hit = factories.candidate(shows, of or factories.photo(), **known)
    if of is None:
        Candidate.objects.filter(pk=hit.pk).update(photo=None)
    return hit


def hits(client: Client, query: str) -> list[int]:
    return [hit.pk for hit, _why in client.get(f"/candidates/?{query}").context["rows"]]


def photos(client: Client, query: str) -> list[int]:
    return [row.photo.pk for row in client.get(f"/photos/?{query}").context["rows"]]


# ---- Who


@pytest.mark.parametrize("url", PAGES)
def test_admins_and_auditors_look_and_nobody_else(url: str) -> None:
    assert signed_in(Role.ADMIN).get(url).status_code == 200
    auditor = signed_in(Role.AUDITOR).get(url)
    assert (auditor.status_code, "/jobs/new/" in auditor.content.decode()) == (200, False)
    assert signed_in(Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER).get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert signed_in(Role.ADMIN).post(url).status_code == 405


@pytest.mark.parametrize("url", PAGES)
def test_an_empty_list_names_the_next_step(admin: Client, url: str) -> None:
    assert "/identities/import/" in admin.get(url).content.decode(), "nobody is known yet"
    factories.identity()
    assert "/jobs/new/" in admin.get(url).content.decode()
    assert "Nothing fits" in admin.get(f"{url}?q=x").content.decode()


@pytest.mark.parametrize("query", ["job=x", "identity=999", "source=altavista", "proof=x", "before=x", "after=-1"])
@pytest.mark.parametrize("url", PAGES)
def test_bad_input_is_no_fault(admin: Client, url: str, query: str) -> None:
    assert admin.get(f"{url}?{query}").status_code == 200
    assert admin.get(f"{url}?before={'9' * 40}").status_code == 200


# ---- Filters


def test_hits_are_narrowed_down(admin: Client, ada: Identity) -> None:
    bo = factories.identity("Bo")
    shown = factories.candidate(ada, factories.photo(), title="At the Festival, 100 %", source="bing")
    nc = refused(bo, "licence_nc", image_url="https://other.example.net:8080/x.jpg", page_url="")
    for query, found in (
        (f"job={shown.job_id}", shown),
        (f"identity={bo.pk}", nc),
        ("source=bing", shown),
        ("state=refused", nc),
        ("refusal=licence_nc", nc),
        ("proof=proved", shown),
        ("licence=CC-BY-4.0", shown),
        ("host=other.example.net:8080", nc),
        ("q=festival", shown),
        ("q=100+%25", shown),
        ("q=other.example", nc),
    ):
        assert hits(admin, query) == [found.pk], query
    for query in ("q=_estival", "q=%25%25", "state=held", "host=example.net"):
        assert hits(admin, query) == [], query
    assert hits(admin, "") == [nc.pk, shown.pk]


def test_photos_are_narrowed_down_by_their_hits_and_faces(admin: Client, ada: Identity) -> None:
    bo = factories.identity("Bo")
    none, one, several = (factories.photo() for _ in range(3))
    first = factories.candidate(ada, none, source="bing")
    for shown in (one, several):
        factories.candidate(bo, shown, licence="CC0-1.0", title="Portrait")
    for shown in (one, several, several):
        factories.face(shown)
    for query, found in (
        (f"job={first.job_id}", [none]),
        (f"identity={bo.pk}", [several, one]),
        ("licence=CC0-1.0&faces=one", [one]),
        ("faces=none", [none]),
        ("faces=several", [several]),
        ("q=portrait&faces=several&view=table", [several]),
        ("source=bing", [none]),
        ("source=bing&faces=one", []),
    ):
        assert photos(admin, query) == [photo.pk for photo in found], query


# ---- What is shown


def test_a_hit_without_a_picture_says_why_and_a_refused_picture_is_shown(admin: Client, ada: Identity) -> None:
    refused(ada, "licence_nd")
    kept = factories.photo()
    refused(ada, "no_face", of=kept)
    waiting = factories.candidate(ada, factories.photo(), state="found", finished_at=None)
    Candidate.objects.filter(pk=waiting.pk).update(photo=None)
    text = admin.get("/candidates/").content.decode()
    assert "not downloaded: licence forbids changes (ND)" in text
    assert "not downloaded: found" in text
    assert f"/photos/{kept.preview_sha256}.jpg" in text
    assert "no face found" in text


def test_an_address_that_could_run_is_no_link(admin: Client, ada: Identity) -> None:
    factories.candidate(ada, factories.photo(), page_url="javascript:alert(1)")
    assert 'href="javascript' not in admin.get("/candidates/").content.decode()


def test_chips_count_states_and_the_reasons_in_them(admin: Client, ada: Identity) -> None:
    refused(ada, "licence_nc")
    refused(ada, "licence_nc")
    refused(ada, "timeout", state="failed")
    page = admin.get(f"/candidates/?identity={ada.pk}&state=refused")
    assert {value: n for value, _label, n in page.context["states"] if n} == {"refused": 2, "failed": 1}
    assert page.context["reasons"] == [("licence_nc", "non-commercial (NC)", 2)]
    assert not admin.get("/candidates/?q=x").context["has_counts"]


def test_a_photo_of_two_people_is_shown_once(admin: Client, ada: Identity) -> None:
    claim = scenes.accepted(ada)
    factories.candidate(factories.identity("Bo"), claim.photo, proof="unproved")
    row = admin.get("/photos/").context["rows"][0]
    assert ([person.name for person in row.people], row.faces, row.accepted) == (["Ada", "Bo"], 1, 1)
    assert row.hit.proof == "proved"


# ---- Slices


def test_slices_lead_there_and_back(ada: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "A_SLICE", 3)
    a, b, c, d, e, f, g = (factories.photo().pk for _ in range(7))
    everything = Photo.objects.all()

    def slice_of(before: int | None = None, after: int | None = None) -> tuple[list[int], int | None, int | None]:
        found = browsing.slice_of(everything, before=before, after=after)
        assert found.count == 7
        return found.ids, found.newer, found.older

    assert slice_of() == ([g, f, e], None, e)
    assert slice_of(before=e) == ([d, c, b], d, b)
    assert slice_of(before=b) == ([a], a, None)
    assert slice_of(after=a) == ([d, c, b], d, b)
    assert slice_of(after=d) == ([g, f, e], None, e)


def test_counting_stops_at_many(ada: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "A_SLICE", 1)
    monkeypatch.setattr(browsing, "MANY", 2)
    for _ in range(3):
        factories.photo()
    assert browsing.slice_of(Photo.objects.all(), before=None, after=None).count is None
