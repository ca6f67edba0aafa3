from typing import Any

import pytest
from django.test import Client

from ingest import store
from ingest.models import Candidate, LicenceEvidence
from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def held(name: str = "Ada", code: str = "licence_contradictory", **fields: Any) -> Candidate:
    known = {"state": "held", "refusal": code, "proof": "unproved", "detail": "The page says NC."}
    made = factories.candidate(factories.identity(name), factories.photo(), **(known | fields))
    snapshot = store.put("evidence", b"<script>alert(1)</script>", ".html")
    LicenceEvidence.objects.create(
        candidate=made,
        kind="api",
        says="CC-BY-SA-4.0",
        place="API answer",
        words="<b>by-sa</b>",
        seen_at_url="javascript:alert(1)",
        snapshot_sha256=snapshot,
        snapshot_file=store.name_of("evidence", snapshot, ".html"),
    )
    return made


def newest(candidate: Candidate) -> int:
    return max(candidate.licence_evidence.values_list("pk", flat=True))


def answer(candidate: Candidate, **fields: Any) -> dict[str, Any]:
    known = {"seen": newest(candidate), "action": "take", "licence": "CC-BY-4.0", "creator": "J.", "reason": "I asked."}
    return known | fields


def decide(client: Client, candidate: Candidate, query: str = "", **fields: Any) -> Any:
    return client.post(f"/licences/{candidate.pk}/decide/{query}", answer(candidate, **fields))


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_list_shows_who_said_what_and_what_contradicts(admin: Client) -> None:
    made = held("Ada Marlow")
    text = admin.get("/licences/").content.decode()
    for words in ("Ada Marlow", "The page says NC.", "CC BY 4.0", "CC BY-SA 4.0", "the source page", "API answer"):
        assert words in text
    assert f"/photos/{made.photo.preview_sha256}.jpg" in text if made.photo else False
    assert "&lt;b&gt;by-sa&lt;/b&gt;" in text
    assert "javascript:" not in text
    assert '<span class="count">1</span>' in text


def test_the_empty_list_says_what_it_is_for(admin: Client) -> None:
    assert "No licence waits for a decision" in admin.get("/licences/").content.decode()


def test_the_list_is_chosen_by_kind_and_job_and_paged(admin: Client) -> None:
    sold = held("Bo", "licence_sold")
    for number in range(11):
        held(f"Person {number}")
    assert len(admin.get("/licences/").context["rows"]) == 10
    assert len(admin.get("/licences/?page=2").context["rows"]) == 2
    for query in ("?kind=licence_sold", f"?job={sold.job_id}"):
        assert [row["candidate"] for row in admin.get(f"/licences/{query}").context["rows"]] == [sold]
    assert "None of this kind" in admin.get("/licences/?kind=licence_ask").content.decode()
    assert admin.get("/licences/?kind=nonsense&job=9999999999999999&page=x").status_code == 200


def test_an_auditor_reads_and_decides_nothing() -> None:
    made, auditor = held(), signed_in(Role.AUDITOR)
    text = auditor.get("/licences/").content.decode()
    assert "The page says NC." in text
    assert "/decide/" not in text
    assert decide(auditor, made).status_code == 403


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER])
def test_others_are_kept_out(role: Role) -> None:
    made, client = held(), signed_in(role)
    assert client.get("/licences/").status_code == 403
    assert decide(client, made).status_code == 403
    evidence = LicenceEvidence.objects.exclude(snapshot_file="").get()
    assert client.get(f"/licences/evidence/{evidence.pk}/").status_code == 403
    assert Client().get("/licences/").headers["Location"] == "/login/?next=/licences/"


def test_wrong_methods_and_wrong_addresses(admin: Client) -> None:
    made = held()
    assert admin.post("/licences/").status_code == 405
    assert admin.get(f"/licences/{made.pk}/decide/").status_code == 405
    assert admin.post("/licences/999999/decide/").status_code == 404
    assert admin.get("/licences/evidence/999999/").status_code == 404


def test_a_snapshot_is_downloaded_as_text_and_never_shown(admin: Client) -> None:
    held()
    evidence = LicenceEvidence.objects.exclude(snapshot_file="").get()
    found = admin.get(f"/licences/evidence/{evidence.pk}/")
    assert b"".join(found.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert found.headers["Content-Type"] == "text/plain"
    assert found.headers["Content-Disposition"].startswith("attachment;")
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    without = LicenceEvidence.objects.filter(snapshot_file="").first()
    assert without is not None
    assert admin.get(f"/licences/evidence/{without.pk}/").status_code == 404
    LicenceEvidence.objects.update(snapshot_file="evidence/00/lost.html")
    assert admin.get(f"/licences/evidence/{evidence.pk}/").status_code == 404


def test_taking_sends_the_candidate_on_and_returns_to_the_list(admin: Client) -> None:
    made = held()
    response = decide(admin, made, "?kind=licence_contradictory")
    assert response.headers["Location"] == "/licences/?kind=licence_contradictory"
    made.refresh_from_db()
    assert (made.state, made.licence, made.proof) == ("fetched", "CC-BY-4.0", "proved")
    assert "taken as CC BY 4.0" in said(admin.get("/licences/"))[0]


def test_another_licence_may_be_typed(admin: Client) -> None:
    made = held()
    decide(admin, made, licence="other", other="cc0-1.0", creator="")
    made.refresh_from_db()
    assert (made.state, made.licence) == ("fetched", "CC0-1.0")


def test_refusing_needs_no_licence(admin: Client) -> None:
    made = held()
    decide(admin, made, action="refuse", licence="", creator="")
    made.refresh_from_db()
    assert (made.state, made.refusal) == ("refused", "licence_decided")
    assert "is refused" in said(admin.get("/licences/"))[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"licence": ""}, "Say under which licence"),
        ({"licence": "other", "other": "free"}, "neither an SPDX licence id"),
        ({"licence": "other", "other": ""}, "neither an SPDX licence id"),
        ({"licence": "other", "other": "CC-BY-NC-4.0"}, "The licence policy refuses CC BY-NC 4.0"),
        ({"licence": "CC-BY-NC-4.0"}, "Select a valid choice"),
        ({"creator": " "}, "asks that the creator is named"),
        ({"action": "burn"}, "Select a valid choice"),
        ({"seen": "x"}, "Enter a whole number"),
    ],
)
def test_a_decision_that_lacks_something_says_what(admin: Client, fields: dict[str, str], words: str) -> None:
    made = held()
    held("Bo Lindqvist")
    response = decide(admin, made, **fields)
    assert response.status_code == 400
    assert 'href="/licences/"' in response.content.decode(), "the chips lead to the list, not to the refused form"
    assert words in response.content.decode()
    assert "Bo Lindqvist" not in response.content.decode()
    made.refresh_from_db()
    assert made.state == "held"


def test_a_second_submit_is_told_who_decided(admin: Client) -> None:
    made = held()
    first = answer(made)
    admin.post(f"/licences/{made.pk}/decide/", first)
    admin.get("/licences/")
    admin.post(f"/licences/{made.pk}/decide/", first | {"action": "refuse"})
    (words,) = said(admin.get("/licences/"))
    assert "has decided on this picture already: taken as CC BY 4.0. “I asked.”" in words
    made.refresh_from_db()
    assert made.state == "fetched"


def test_what_was_said_meanwhile_must_be_seen_first(admin: Client) -> None:
    made = held()
    decide(admin, made, seen=newest(made) - 1)
    assert "More has been said" in said(admin.get("/licences/"))[0]
    made.refresh_from_db()
    assert made.state == "held"


def test_the_jobs_page_leads_to_what_waits(admin: Client) -> None:
    made = held()
    text = admin.get(f"/jobs/{made.job_id}/").content.decode()
    assert f'href="/licences/?job={made.job_id}"' in text
    assert "for a person:" in text


def test_what_was_said_of_the_same_photo_elsewhere_stands_beside(admin: Client) -> None:
    made = held()
    other = factories.candidate(factories.identity("Bo"), made.photo or factories.photo(), licence="CC-BY-SA-2.0")
    (row,) = admin.get("/licences/").context["rows"]
    assert [said["says"] for said in row["evidence"]] == ["CC BY 4.0", "CC BY-SA 4.0", "CC BY-SA 2.0"]
    assert [said["is_other"] for said in row["evidence"]] == [False, False, True]
    decide(admin, made, licence="CC-BY-SA-2.0", seen=newest(other))
    assert set(Candidate.objects.values_list("licence", flat=True)) == {"CC-BY-SA-2.0"}


def test_decisions_are_told_once_for_a_photo_with_who_and_why(admin: Client) -> None:
    made = held("Ada Marlow")
    factories.candidate(factories.identity("Bo Lindqvist"), made.photo or factories.photo())
    decide(admin, made, action="refuse", reason="It is <i>sold</i>.", seen=LicenceEvidence.objects.latest("pk").pk)
    response = admin.get("/licences/")
    assert len(response.context["decided"]) == 1
    assert "It is &lt;i&gt;sold&lt;/i&gt;." in response.content.decode()
