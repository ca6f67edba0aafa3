"""The list of faces, one face's page, and asking many anew from the list."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation import faces, requeues
from curation.adjudication import Decision, answer_flag, decide
from curation.claims import open_claims
from curation.models import Claim, Flag, Quarantine, Release, ReleaseFace, Reopening, Requeue, Slot
from curation.policies import current_policy
from ingest.models import Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import say, state, undo

pytestmark = pytest.mark.django_db
EVERYONE = 2  # who it is, licences that wait


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def found(client: Client, query: str) -> list[int]:
    return [row.claim.pk for row in client.get(f"/faces/?{query}").context["page"].rows]


def judged() -> Claim:
    claim = scenes.accepted()
    for person in factories.reviewers(2):
        say(person, claim, "attributes", race=3, gender=1, age=1)
    return claim


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
    done, differ = judged(), scenes.accepted()
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


def test_a_long_list_takes_as_many_queries_as_a_short_one(
    admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    judged()
    with django_assert_num_queries(EVERYONE + 15):
        admin.get("/faces/?state=accepted")
    for _ in range(30):
        judged()
    with django_assert_num_queries(EVERYONE + 15):
        admin.get("/faces/?state=accepted")


# ---- One face


def test_a_face_tells_its_whole_history(admin: Client) -> None:
    claim = judged()
    vera, other = factories.user(Role.ADJUDICATOR, username="vera"), factories.reviewer()
    scenes.skip(other, claim)
    scenes.flag(other, claim, "is it her sister?")
    flag = Flag.objects.get()
    answer_flag(flag, "It counts.", adjudicator=vera)
    Flag.objects.update(answer="no, see the photo")
    decide(
        Decision(claim.pk, "usable", "reject", reason="other", note="seen"), adjudicator=vera, policy=current_policy()
    )
    frozen = Release.objects.create(
        version="1.2.3", policy=current_policy(), papers={}, digest="sha256:0", faces_count=1, frozen_at=timezone.now()
    )
    ReleaseFace.objects.create(
        release=frozen, face=claim.face, claim=claim, image_id="i", crop_sha256=claim.face.crop_sha256, record={}
    )
    page = admin.get(f"/faces/{claim.face_id}/")
    history = page.context["dossier"].history
    words = " | ".join(f"{one.words} {one.note} {one.who} {' '.join(one.remarks)}" for one in history)
    for told in (
        "photo found for", "crawl job", "face cut out", "claim opened", "accepted", "single", "policy 1",
        "skipped", "is it her sister?", "flag answered no, see the photo", "decision", "seen", "vera",
        "frozen in release 1.2.3", other.username,
    ):  # fmt: skip
        assert told in words, told
    assert [one.at for one in history] == sorted(one.at for one in history)
    assert page.context["dossier"].releases == ["1.2.3"]


def test_adjudicators_see_names_only_when_asked_and_why_it_was_served_is_for_admins(admin: Client) -> None:
    claim = scenes.claim()
    person = factories.reviewer()
    say(person, claim)
    say(factories.reviewer(), claim)
    Slot.objects.filter(annotation__reviewer=person).update(why="pair")
    url, senior = f"/faces/{claim.face_id}/", signed_in(Role.ADJUDICATOR)
    assert person.username not in senior.get(url).content.decode()
    assert "Reviewer 1" in senior.get(url).content.decode()
    assert person.username in senior.get(f"{url}?names=1").content.decode()
    assert "two reviewers can be compared" not in senior.get(f"{url}?names=1").content.decode()
    assert "two reviewers can be compared" not in signed_in(Role.AUDITOR).get(url).content.decode()
    assert person.username in signed_in(Role.AUDITOR).get(url).content.decode()
    assert "two reviewers can be compared" in admin.get(url).content.decode()


def test_whoever_may_still_be_asked_sees_no_answer_of_others(admin: Client) -> None:
    claim = scenes.claim()
    say(factories.reviewer(), claim, "reject", reason="occluded")
    url, both = f"/faces/{claim.face_id}/", signed_in(Role.ADMIN, Role.REVIEWER)
    text = both.get(url).content.decode()
    assert ("occluded" in text, "1 answer is not shown" in text) == (False, True)
    assert "occluded" in admin.get(url).content.decode()
    person = User.objects.get(pk=both.session["_auth_user_id"])
    say(person, claim, "reject")
    assert "occluded" in both.get(url).content.decode()


def test_taken_back_late_carried_and_set_aside_are_marked(admin: Client) -> None:
    heir = factories.identity("Bo")
    claim = scenes.claim()
    one, two, three = factories.reviewers(3)
    undo(one, say(one, claim)[1])
    say(one, claim, "relabel", identity=heir)
    say(two, claim, "relabel", identity=heir)
    say(three, claim)
    remarks = {
        remark for row in admin.get(f"/faces/{claim.face_id}/").context["dossier"].history for remark in row.remarks
    }
    assert {"taken back", "late, not counted", f"carried from {claim.identity.name}"} <= remarks


def test_an_alarm_and_its_decision_are_told(admin: Client) -> None:
    claim = scenes.claim()
    say(factories.reviewer(), claim, "quarantine", reason="under_age")
    text = admin.get(f"/faces/{claim.face_id}/").content.decode()
    assert "put in quarantine" in text
    Quarantine.objects.update(
        decision="kept_out", decided_by=factories.user(Role.ADJUDICATOR), decided_at=timezone.now(), note="a child"
    )
    text = admin.get(f"/faces/{claim.face_id}/").content.decode()
    assert "kept out for good" in text
    assert "a child" in text


def test_a_long_history_takes_as_many_queries_as_a_short_one(
    admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    url = f"/faces/{scenes.claim().face_id}/"
    long = scenes.claim()
    for person in factories.reviewers(12):
        undo(person, say(person, long)[1])
        scenes.flag(person, long, "?")
    for address in (url, f"/faces/{long.face_id}/"):
        with django_assert_num_queries(EVERYONE + 16):
            admin.get(address)


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
    claim = judged()
    url = f"/faces/requeue/?claim={claim.pk}&question=attributes"
    page = admin.post(url, {"question": "attributes", "seen": 1, "reason": " ", "fields_wanted": ["race"]})
    assert (page.status_code, Requeue.objects.count()) == (400, 0)
    assert page.context["form"]["fields_wanted"].value() == ["race"]


def test_chosen_attributes_alone_are_asked_anew(admin: Client) -> None:
    claim = judged()
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


def test_links_lead_to_the_face(admin: Client) -> None:
    claim: Claim = scenes.accepted(Identity.objects.first())
    assert f"/faces/{claim.face_id}/" in admin.get(f"/photos/{claim.photo_id}/").content.decode()
    senior = signed_in(Role.ADJUDICATOR)
    assert f"/faces/{claim.face_id}/" in senior.get(f"/disputes/{claim.pk}/usable/").content.decode()
