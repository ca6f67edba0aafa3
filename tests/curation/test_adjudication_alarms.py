"""What an adjudicator does about a quarantine, and about a flag."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from curation import adjudication, quarantine, waiting_lists
from curation.claims import open_claims
from curation.models import Quarantine, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, say, state, waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def senior() -> User:
    return factories.user(Role.ADJUDICATOR)


# ---- Quarantine


def alarm(kind: str = "under_age") -> tuple[Quarantine, User]:
    claim, reporter = scenes.claim(), factories.reviewer()
    say(reporter, claim, "quarantine", reason=kind)
    return quarantine.open_quarantines().get(), reporter


def call(matter: Quarantine, senior: User, *, release: bool) -> None:
    matter.refresh_from_db()
    seen, note = matter.decision, "looked at the page"
    assert quarantine.decide(matter, seen=seen, adjudicator=senior, release=release, note=note)


def test_release_asks_another_reviewer_and_never_the_one_who_raised_it(senior: User) -> None:
    matter, reporter = alarm()
    call(matter, senior, release=True)
    one, two = factories.reviewers(2)
    assert waits(matter.claim) == 2, "the alarm does not count as one of the k votes"
    assert lease(reporter) == []
    assert [slot.claim_id for slot in lease(one)] == [slot.claim_id for slot in lease(two)] == [matter.claim_id]
    say(one, matter.claim)
    say(two, matter.claim)
    assert state(matter.claim) == "accepted"


def test_release_of_an_alarm_among_as_many_votes_as_there_may_be(senior: User) -> None:
    matter, _ = alarm()
    place = {"claim": matter.claim, "identity": matter.claim.identity, "block": 0, "shuffle": 0}
    for number in range(3, 10):
        Slot.objects.create(question="usable", number=number, **place)
    call(matter, senior, release=True)
    assert waits(matter.claim) == 9, "one more in its stead: what is set aside takes no place"


def test_kept_out_rejects_and_stays_out(senior: User) -> None:
    matter, _ = alarm()
    call(matter, senior, release=False)
    assert (state(matter.claim), lease(factories.reviewer())) == ("rejected", [])
    assert open_claims() == 0
    matter.refresh_from_db()
    assert (matter.decision, matter.decided_by, matter.note) == ("kept_out", senior, "looked at the page")


def test_keeping_out_can_be_taken_back(senior: User) -> None:
    matter, _ = alarm()
    call(matter, senior, release=False)
    call(matter, senior, release=True)
    assert (state(matter.claim), len(lease(factories.reviewer()))) == ("open", 1)


def test_a_licence_alarm_is_one_matter_for_all_faces_of_the_photo(senior: User) -> None:
    photo = factories.photo()
    claims = [scenes.claim(photo=photo) for _ in range(3)]
    say(factories.reviewer(), claims[1], "quarantine", reason="licence")
    assert Quarantine.objects.count() == 3
    assert waiting_lists.counts()["quarantined"] == 1
    call(quarantine.open_quarantines().get(), senior, release=False)
    assert {state(claim) for claim in claims} == {"rejected"}
    assert not quarantine.open_quarantines().exists()


def test_two_matters_of_one_face_are_decided_apart(senior: User) -> None:
    claim = scenes.claim()
    one, two = factories.reviewers(2)
    lease(one), lease(two)
    say(one, claim, "quarantine", reason="under_age")
    say(two, claim, "quarantine", reason="licence")
    age, licence = quarantine.open_quarantines()
    assert (age.kind, licence.kind) == ("under_age", "licence")
    call(age, senior, release=True)
    assert lease(factories.reviewer()) == [], "the licence is still in question"
    call(licence, senior, release=True)
    assert len(lease(factories.reviewer())) == 1


def test_nobody_decides_on_an_alarm_of_their_own() -> None:
    matter, reporter = alarm()
    with pytest.raises(PermissionDenied):
        call(matter, reporter, release=True)
    matter.refresh_from_db()
    assert matter.decision == ""


# ---- Flags


def test_flag_is_answered_once(senior: User) -> None:
    claim = scenes.claim()
    scenes.flag(factories.reviewer(), claim, "two people of this name")
    flag = adjudication.open_flags().get()
    assert adjudication.answer_flag(flag, "the one of the fair", adjudicator=senior)
    assert not adjudication.answer_flag(flag, "the other", adjudicator=factories.user(Role.ADJUDICATOR))
    flag.refresh_from_db()
    assert (flag.resolved_by, flag.answer) == (senior, "the one of the fair")
    assert waiting_lists.counts()["flags"] == 0
