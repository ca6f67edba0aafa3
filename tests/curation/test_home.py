import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from curation import desks, practice, progress
from curation.adjudication import answer_flag, open_flags
from curation.annotations import record
from curation.entries import Flagged
from curation.models import Flag, Profile, Release
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def home(client: Client, *roles: Role) -> str:
    client.force_login(factories.user(*roles))
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_practice_is_offered_only_where_there_is_something_to_practise_on(client: Client, settings: Settings) -> None:
    settings.PRACTICE_ITEMS = 10
    scenes.claims(3)
    assert "Start with practice" not in home(client, Role.REVIEWER)
    for _ in range(practice.FEWEST):
        scenes.accepted()
    assert "Start with practice" in home(client, Role.REVIEWER)


def test_reviewer_sees_what_waits_and_one_button(client: Client) -> None:
    scenes.claims(3)
    page = home(client, Role.REVIEWER)
    assert "faces wait for you" in page
    assert ">3<" in page
    assert 'href="/review/">Start reviewing' in page
    assert "Disputes" not in page


def test_reviewer_is_sent_to_attributes_where_only_these_wait(client: Client) -> None:
    scenes.accepted()
    assert 'href="/review/attributes/">Start reviewing' in home(client, Role.REVIEWER)


def test_reviewer_without_work_is_told_why(client: Client) -> None:
    assert "Nothing is waiting" in home(client, Role.REVIEWER)


def test_reviewer_sees_the_day_so_far(client: Client) -> None:
    person = factories.reviewer()
    for claim in scenes.claims(2):
        scenes.say(person, claim)
    client.force_login(person)
    response = client.get("/")
    assert response.context["reviewer"]["today"] == 2
    assert "What is left waits for other reviewers" in response.content.decode()


def test_adjudicator_sees_every_list_with_its_count(client: Client) -> None:
    assert "Nobody disagrees" in home(client, Role.ADJUDICATOR)
    claim = scenes.claim()
    scenes.say(factories.reviewer(), claim, "quarantine", reason="under_age")
    page = home(client, Role.ADJUDICATOR)
    assert "Decide what waits" in page
    assert 'href="/disputes/?list=quarantined">Quarantined</a><span class="small muted">oldest 0' in page
    assert '<span class="n warn-text">1<' in page
    assert f'href="/disputes/{claim.pk}/usable/?list=quarantined">Decide what waits' in page


def answered_flag(reviewer: User, answer: str = "it is the one with the scar") -> Flag:
    scenes.flag(reviewer, scenes.claim(), "two people of this name")
    flag = open_flags().latest("created_at")
    answer_flag(flag, answer, adjudicator=factories.user(Role.ADJUDICATOR))
    return flag


def test_reviewer_reads_the_answer_to_a_flag_until_they_say_so(client: Client) -> None:
    person = factories.reviewer()
    client.force_login(person)
    flag = answered_flag(person)
    page = client.get("/").content.decode()
    assert "it is the one with the scar" in page
    assert "two people of this name" in page
    assert (
        client.post(reverse("flag-seen", args=[flag.pk]), follow=True).context["reviewer"]["answered_flags"].count()
        == 0
    )
    flag.refresh_from_db()
    assert flag.answer_seen_at is not None


def test_an_answer_is_for_the_one_who_flagged(client: Client) -> None:
    flag = answered_flag(factories.reviewer())
    url = reverse("flag-seen", args=[flag.pk])
    assert client.post(url)["Location"].startswith("/login/")
    client.force_login(factories.reviewer())
    assert "with the scar" not in client.get("/").content.decode()
    assert client.post(url).status_code == 404
    assert client.get(url).status_code == 405
    flag.refresh_from_db()
    assert flag.answer_seen_at is None


def test_a_flag_that_waits_cannot_be_taken_note_of(client: Client) -> None:
    person = factories.reviewer()
    scenes.flag(person, scenes.claim(), "two people of this name")
    client.force_login(person)
    assert client.post(reverse("flag-seen", args=[open_flags().get().pk])).status_code == 404


def test_attributes_stay_blind_where_a_flag_about_them_was_answered(client: Client) -> None:
    person, claim = factories.reviewer(), scenes.accepted(factories.identity("Ada Marlow"))
    entry = Flagged(uuid.uuid4(), claim.pk, "attributes", "profile only")
    record(entry, reviewer=person, policy=current_policy())
    answer_flag(open_flags().get(), "answer what you see", adjudicator=factories.user(Role.ADJUDICATOR))
    client.force_login(person)
    page = client.get("/").content.decode()
    assert "answer what you see" in page
    assert "Ada Marlow" not in page


def test_pace_is_shown_to_who_asked_for_it(client: Client) -> None:
    person, claim = factories.reviewer(), scenes.claim()
    scenes.undo(person, scenes.say(person, claim)[1])
    scenes.say(person, scenes.claim())
    client.force_login(person)
    assert "in the last hour" not in client.get("/").content.decode()
    Profile.objects.create(user=person, show_pace=True)
    facts = client.get("/").context["reviewer"]
    assert (facts["today"], facts["taken_back"], facts["lately"]) == (1, 1, 1)


def test_more_than_were_counted_is_said_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST", 3)
    scenes.claims(4)
    assert ">3+<" in home(client, Role.REVIEWER)


def test_adjudicator_starts_with_what_they_may_decide(client: Client) -> None:
    senior = factories.user(Role.ADJUDICATOR)
    own = scenes.claim()
    scenes.say(senior, own), scenes.say(factories.reviewer(), own, "reject")
    client.force_login(senior)
    assert client.get("/").context["adjudicator"]["start"] == "/disputes/?list=quarantined"
    other = scenes.claim()
    scenes.say(factories.reviewer(), other), scenes.say(factories.reviewer(), other, "reject")
    assert client.get("/").context["adjudicator"]["start"] == f"/disputes/{other.pk}/usable/?list=usable"


def test_admin_reads_when_it_will_end_or_why_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = scenes.claims(3)
    assert "nobody answered in the last 7 days" in home(client, Role.ADMIN)
    person = factories.reviewer()
    scenes.say(person, claims[0])
    assert "only 1 answer in the last 7 days" in home(client, Role.ADMIN)
    monkeypatch.setattr("curation.forecast.FEWEST", 1)
    page = home(client, Role.ADMIN)
    assert "about 5 working days" in page, "five answers wanted, one a day given"
    assert "at the pace of the last 7 days: 1 answer" in page
    assert person.username in page
    assert f"{timezone.localtime():%H}:00: 1." in page, "the chart in words"


def test_admin_reads_that_nobody_answers_any_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.forecast.FEWEST", 1)
    scenes.say(factories.reviewer(), scenes.claims(2)[0])
    later = timezone.now() + timedelta(hours=30)
    monkeypatch.setattr("curation.desks.timezone.now", lambda: later)
    page = home(client, Role.ADMIN)
    assert "nobody answered in the last 24 hours" in page
    assert "about 3 working days" in page


def test_admin_sees_what_blocks_a_release_and_who_lacks_faces(client: Client) -> None:
    claim = scenes.accepted(factories.identity("Ada Marlow"))
    claim.photo.candidates.update(proof="unproved")
    held = scenes.claim()
    scenes.say(factories.reviewer(), held, "quarantine", reason="licence")
    page = home(client, Role.ADMIN)
    assert "the licence is not proved" in page
    assert "<span>Quarantined</span>" in page, "an admin who is no adjudicator has no link"
    assert "2 approved identities have fewer than three accepted faces; 1 have none." in page
    assert 'href="/disputes/?list=quarantined">Quarantined' in home(client, Role.ADMIN, Role.ADJUDICATOR)


def test_bars_cover_a_day_and_the_tallest_fills_the_chart() -> None:
    now = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    hour = now.replace(minute=0)
    drawn = desks.bars({hour: 10, hour - timedelta(hours=23): 1, hour - timedelta(hours=24): 99}, now)
    assert len(drawn) == 24
    assert (drawn[-1].answers, drawn[-1].y, drawn[-1].height) == (10, 0, 72)
    assert (drawn[0].answers, drawn[0].x, drawn[0].height) == (1, 0, 8)
    assert {bar.answers for bar in drawn[1:-1]} == {0}


def test_admin_is_led_from_identities_to_jobs(client: Client) -> None:
    assert "Import identities" in home(client, Role.ADMIN)
    person = factories.identity()
    assert "Start a crawl job" in home(client, Role.ADMIN)
    factories.identity(state="proposed")
    factories.job([person])
    page = home(client, Role.ADMIN)
    assert "crawl job running" in page
    assert "Job " in page
    assert "Start a crawl job" not in page


def test_admin_sees_claims_by_state(client: Client) -> None:
    scenes.accepted()
    client.force_login(factories.user(Role.ADMIN))
    claims = client.get("/").context["admin"]["claims"]
    assert {str(row["label"]): row["count"] for row in claims}["accepted"] == 1


def test_release_manager_sees_accepted_faces_and_the_last_release(client: Client) -> None:
    assert "reviewers come first" in home(client, Role.RELEASE_MANAGER)
    scenes.accepted()
    assert "lists what blocks the first one" in home(client, Role.RELEASE_MANAGER)
    Release.objects.create(
        version="1.4.0", policy=current_policy(), papers={}, digest="sha256:1", faces_count=12, frozen_at=timezone.now()
    )
    page = home(client, Role.RELEASE_MANAGER)
    assert "1.4.0" in page
    assert "last release, 12 faces" in page


def test_a_quarantined_face_is_no_accepted_one(client: Client) -> None:
    claim, late = scenes.accepted(), factories.reviewer()
    assert scenes.say(late, claim, "quarantine", reason="licence")[0].status == "late"
    client.force_login(factories.user(Role.RELEASE_MANAGER))
    assert client.get("/").context["release_manager"]["accepted"] == 0


def test_auditor_finds_the_pages(client: Client) -> None:
    page = home(client, Role.AUDITOR)
    assert "how far reviewers agree" in page
    assert "Start reviewing" not in page


def test_without_a_role_one_is_told_to_ask(client: Client) -> None:
    assert "Ask an admin for a role" in home(client)


def test_a_superuser_sees_all(client: Client) -> None:
    person = factories.user()
    person.is_superuser = True
    person.save()
    client.force_login(person)
    context = client.get("/").context
    assert all(name in context for name in ("reviewer", "adjudicator", "admin", "release_manager", "auditor"))


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/")["Location"] == "/login/?next=/"


def test_home_is_only_read(client: Client) -> None:
    client.force_login(factories.reviewer())
    assert client.post("/").status_code == 405
