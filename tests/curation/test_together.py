"""Where two parts of reviewing meet: what one of them does while the other is under way."""

import pytest

from curation import queue, reopening
from curation.merging import merge
from curation.models import Claim, Profile, Slot
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes
from tests.curation.scenes import lease, waits

pytestmark = pytest.mark.django_db


def reopen(claim: Claim, question: str = "usable", *fields: str) -> None:
    by = factories.user(Role.ADJUDICATOR)
    done = reopening.reopen(
        claims=[claim.pk], question=question, fields=fields, cause="requeued", reason="bad light", by=by
    )
    assert done == 1


# ---- Merged identities


def test_what_was_merged_is_asked_and_reopened_under_the_identity_that_took_it_over() -> None:
    loser, heir, limited = factories.identity(), factories.identity(), factories.reviewer()
    Profile.objects.create(user=limited).limited_to.add(heir)
    waiting, accepted = scenes.claim(loser), scenes.accepted(loser)
    merge(loser=loser, heir=heir, by=factories.user(Role.ADMIN), why="one person, two spellings")
    assert set(Slot.objects.values_list("identity", flat=True)) == {heir.pk}
    assert [slot.claim for slot in lease(limited)] == [waiting]
    reopen(accepted)
    assert waits(accepted) == 2


def test_who_was_limited_to_a_merged_identity_works_on_the_one_that_took_it_over() -> None:
    loser, heir, limited = factories.identity(), factories.identity(), factories.reviewer()
    Profile.objects.create(user=limited).limited_to.add(loser)
    claim, _elsewhere = scenes.claim(loser), scenes.claim()
    merge(loser=loser, heir=heir, by=factories.user(Role.ADMIN), why="one person, two spellings")
    assert queue.limited_to(limited) == [heir.pk]
    assert [slot.claim for slot in lease(limited)] == [claim]
