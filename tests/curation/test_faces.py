"""The list of faces, and asking many anew from it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from curation import faces, requeues
from curation.claims import open_claims
from curation.models import Claim, Reopening, Requeue
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import say, state, undo

pytestmark = pytest.mark.django_db


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def found(client: Client, query: str) -> list[int]:
    return [row.claim.pk for row in client.get(f"/faces/?{query}").context["page"].rows]


def poor() -> Claim:
    photo, shows = factories.photo(), factories.identity()
    factories.candidate(shows, photo)
    face = factories.face(photo, width=60, height=60, concerns=["small"], quality={"sharpness": 12.0})
    open_claims()
    return Claim.objects.get(face=face)


# ---- Who


@pytest.mark.parametrize("roles", [(Role.ADJUDICATOR,), (Role.ADMIN, Role.REVIEWER)])
def test_whoever_reviews_too_learns_no_answer_by_searching_for_it(roles: tuple[Role, ...]) -> None:
    """Not before their own: then, or where nothing is asked any longer, it is found."""
    person = factories.user(*roles)
    client = Client()
    client.force_login(person)
    claim, voter = scenes.claim(), factories.reviewer()
    say(voter, claim, "reject", reason="occluded")
    queries = ["reason=occluded", "mode=single", f"reviewer={voter.pk}&reason=occluded"]
    queries = queries if Role.ADMIN in roles else queries[:2]
    assert [found(client, query) for query in queries] == [[]] * len(queries)
    assert found(signed_in(Role.ADMIN), "reason=occluded") == [claim.pk]
    assert b"1 face" not in client.get("/faces/requeue/?all=1&reason=occluded").content
    say(person, claim, "reject", reason="occluded")
    assert [found(client, query) for query in queries] == [[claim.pk]] * len(queries)


def test_admins_adjudicators_and_auditors_look_and_nobody_else(client: Client) -> None:
    claim = scenes.accepted()
    for url in ("/faces/", f"/faces/{claim.face_id}/"):
        for role in (Role.ADMIN, Role.ADJUDICATOR, Role.AUDITOR):
            assert signed_in(role).get(url).status_code == 200, (url, role)
            assert signed_in(role).post(url).status_code in (403, 405)
        assert signed_in(Role.REVIEWER, Role.RELEASE_MANAGER).get(url).status_code == 403
        assert client.get(url).status_code == 302
    assert signed_in(Role.ADMIN).get("/faces/999999/").status_code == 404
    assert signed_in(Role.AUDITOR).get("/faces/requeue/").status_code == 403
    assert "Ask the marked" not in signed_in(Role.AUDITOR).get("/faces/").content.decode()


def test_only_admins_and_auditors_find_by_reviewer() -> None:
    person = factories.reviewer()
    answered, _other = scenes.claims(2)
    say(person, answered)
    assert found(signed_in(Role.ADMIN), f"reviewer={person.pk}") == [answered.pk]
    assert found(signed_in(Role.AUDITOR), f"reviewer={person.pk}") == [answered.pk]
    assert len(found(signed_in(Role.ADJUDICATOR), f"reviewer={person.pk}")) == 2
    assert person.username not in signed_in(Role.ADJUDICATOR).get("/faces/").content.decode()


def test_an_empty_list_names_the_next_step(admin: Client) -> None:
    assert "/identities/import/" in admin.get("/faces/").content.decode()
    factories.identity()
    assert "/jobs/new/" in admin.get("/faces/").content.decode()
    assert "Nothing fits" in admin.get("/faces/?q=x").content.decode()
    scenes.claim()
    assert "ends before this page" in admin.get("/faces/?page=7").content.decode()


@pytest.mark.parametrize(
    "query",
    ["state=x", "job=x", "reviewer=0", "page=-1", "page=99999999", "since=soon", "size=x", "policy=x", "sort=x"],
)
def test_bad_input_is_no_fault(admin: Client, query: str) -> None:
    assert admin.get(f"/faces/?{query}").status_code == 200


# ---- Filters


def test_faces_are_narrowed_down_by_what_they_are(admin: Client) -> None:
    ada = factories.identity("Ada", aliases=["Countess"], wikidata_id="Q7259")
    plain = scenes.claim(ada)
    small = poor()
    accepted = scenes.accepted()
    disputed = scenes.claim()
    one, two = factories.reviewers(2)
    say(one, disputed)
    say(two, disputed, "reject", reason="occluded")
    alarmed = scenes.claim()
    say(one, alarmed, "quarantine", reason="licence")
    job = plain.photo.candidates.get().job_id
    for query, claims in (
        ("q=countess", [plain]),
        ("q=q7259", [plain]),
        ("q=ada&state=accepted", []),
        ("state=accepted", [accepted]),
        ("state=disputed", [disputed]),
        ("state=quarantined", [alarmed]),
        (f"job={job}", [plain]),
        ("size=s", [small]),
        ("sharpness=low", [small]),
        ("concern=small", [small]),
        ("concern=any", [small]),
        ("concern=none&state=accepted", [accepted]),
        ("reason=occluded", [disputed]),
        ("reason=licence", [alarmed]),
        (f"reviewer={one.pk}&reason=occluded", []),
        ("progress=untouched", [small, plain]),
        ("progress=attributes", [accepted]),
        ("progress=done", []),
        ("sort=smallest", [small]),
        ("sort=oldest&state=open&progress=untouched", [plain, small]),
    ):
        shown = found(admin, query)
        assert shown[: 1 if "smallest" in query else None] == [claim.pk for claim in claims], query


def test_faces_are_narrowed_down_by_answers(admin: Client) -> None:
    first, second, back = scenes.claims(3)
    one, two = factories.reviewers(2)
    say(one, first, mode="grid")
    say(two, second)
    undo(two, say(two, back, "reject")[1])
    today = timezone.localdate()
    for query, claims in (
        ("mode=grid", [first]),
        ("mode=single", [second]),
        ("reason=wrong_person", []),
        (f"policy={current_policy().version}", [second, first]),
        ("policy=999", []),
        (f"since={today}&until={today}", [second, first]),
        (f"since={today + timedelta(days=1)}", []),
    ):
        assert found(admin, query) == [claim.pk for claim in claims], query


def test_progress_tells_settled_from_disputed_attributes(admin: Client) -> None:
    done, differ = scenes.judged(), scenes.accepted()
    one, two = factories.reviewers(2)
    say(one, differ, "attributes", race=3, gender=1, age=1)
    say(two, differ, "attributes", race=4, gender=1, age=1)
    assert found(admin, "progress=done") == [done.pk]
    assert found(admin, "progress=differ") == [differ.pk]


def test_chips_count_states(admin: Client) -> None:
    scenes.accepted()
    scenes.claim()
    context = admin.get("/faces/").context
    assert {value: n for value, _label, n in context["states"] if n} == {"open": 1, "accepted": 1}
    assert not admin.get("/faces/?size=s").context["has_counts"]


def test_pages_lead_there_and_back_and_keep_the_filters(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "A_PAGE", 2)
    a, b, c = (claim.pk for claim in scenes.claims(3))
    assert (found(admin, "state=open"), found(admin, "state=open&page=2")) == ([c, b], [a])
    text = admin.get("/faces/?state=open&page=2").content.decode()
    assert "state=open&amp;page=1" in text
    assert "3–3 of 3" in text


# ---- Asking anew


REASON = {"reason": "the guideline changed"}


def test_the_marked_are_asked_anew_after_a_confirmation(admin: Client) -> None:
    claim, other = scenes.accepted(), scenes.accepted()
    url = f"/faces/requeue/?claim={claim.pk}"
    page = admin.get(url)
    assert (page.context["told"].reopened, state(claim)) == (1, "accepted")
    for told in ("now accepted", "Frozen releases are not touched", "There is no undo"):
        assert told in page.content.decode()
    done = admin.post(url, REASON | {"question": "usable", "seen": 1})
    order = Requeue.objects.get()
    assert done.headers["Location"] == f"/faces/requeue/{order.pk}/"
    assert (state(claim), state(other), order.reopened, order.is_over) == ("open", "accepted", 1, True)
    assert "the guideline changed" in admin.get(f"/faces/{claim.face_id}/").content.decode()


def test_without_a_reason_nothing_happens_and_what_was_typed_stays(admin: Client) -> None:
    claim = scenes.judged()
    url = f"/faces/requeue/?claim={claim.pk}&question=attributes"
    page = admin.post(url, {"question": "attributes", "seen": 1, "reason": " ", "fields_wanted": ["race"]})
    assert (page.status_code, Requeue.objects.count()) == (400, 0)
    assert page.context["form"]["fields_wanted"].value() == ["race"]


def test_chosen_attributes_alone_are_asked_anew(admin: Client) -> None:
    claim = scenes.judged()
    url = f"/faces/requeue/?claim={claim.pk}&question=attributes"
    admin.post(url, REASON | {"question": "attributes", "seen": 1, "fields_wanted": ["race", "age"]})
    assert Reopening.objects.get().fields == ["race", "age"]
    assert state(claim) == "accepted"


def test_all_that_match_are_asked_anew(admin: Client) -> None:
    ada = factories.identity("Ada")
    mine, other = [scenes.accepted(ada) for _ in range(3)], scenes.accepted()
    admin.post("/faces/requeue/?q=ada&state=accepted&all=1", REASON | {"question": "usable", "seen": 3})
    assert ({state(claim) for claim in mine}, state(other)) == ({"open"}, "accepted")


def test_a_selection_that_has_changed_is_shown_again(admin: Client) -> None:
    ada = factories.identity("Ada")
    claims = [scenes.accepted(ada) for _ in range(2)]
    page = admin.post("/faces/requeue/?q=ada&all=1", REASON | {"question": "usable", "seen": 1})
    assert page.status_code == 400
    assert "has changed meanwhile" in page.content.decode()
    assert 'name="seen" value="2"' in page.content.decode()
    assert {state(claim) for claim in claims} == {"accepted"}


@pytest.mark.parametrize("query", ["", "claim=x", "claim=999999", "all=1&state=nonsense"])
def test_a_selection_of_nothing_leads_back(admin: Client, query: str) -> None:
    scenes.accepted()
    assert "No face is chosen" in admin.get(f"/faces/requeue/?{query}").content.decode()
    assert admin.post(f"/faces/requeue/?{query}", REASON | {"question": "usable", "seen": 0}).status_code == 400
    assert not Requeue.objects.exists()


def test_a_question_that_is_none_is_not_found(admin: Client) -> None:
    assert admin.get("/faces/requeue/?claim=1&question=height").status_code == 404


def test_many_are_done_by_a_worker_in_batches_and_can_be_stopped(
    admin: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    rung: list[object] = []
    monkeypatch.setattr(requeues, "AT_ONCE", 1)
    monkeypatch.setattr(requeues, "A_BATCH", 1)
    monkeypatch.setattr("curation.views.faces.ring", rung.append)
    claims = [scenes.accepted() for _ in range(2)]
    admin.post("/faces/requeue/?all=1", REASON | {"question": "usable", "seen": 2})
    order = Requeue.objects.get()
    url = f"/faces/requeue/{order.pk}/"
    assert (len(rung), order.done) == (1, 0)
    assert "Stop after this batch" in admin.get(url).content.decode()
    requeues.next_batch(order.pk)
    part = admin.get(url, headers={"HX-Request": "true"}).content.decode()
    assert ("1 of 2" in part, "<html" in part) == (True, False)
    assert signed_in(Role.AUDITOR).post(f"{url}cancel/").status_code == 403
    assert admin.get(f"{url}cancel/").status_code == 405
    admin.post(f"{url}cancel/")
    assert requeues.go_on() == 0
    assert sorted(state(claim) for claim in claims) == ["accepted", "open"]
    assert "cancelled" in signed_in(Role.AUDITOR).get(url).content.decode()
    assert "It was over already." in admin.post(f"{url}cancel/", follow=True).content.decode()
