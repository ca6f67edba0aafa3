import os
import uuid
from datetime import timedelta

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from curation import scratch, tasks, vote_snapshots
from curation.models import Claim
from curation.vote_reading import read_votes, reason_codes
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote_snapshots, "SMALL", -2)
    monkeypatch.setattr(vote_snapshots, "FILE", f"{uuid.uuid4()}.npz")


@pytest.fixture
def people() -> list[User]:
    return factories.reviewers(2)


@pytest.fixture
def claim(people: list[User]) -> Claim:
    made = r.claim(factories.identity())
    r.vote(made, people[0], 1)
    r.vote(made, people[1], 2, verdict="reject", reason="occluded")
    r.attribute_vote(made, people[0], 1, race=3, gender=1, age=None)
    return made


def age(**ago: int) -> None:
    """Makes the snapshot as old as that."""
    path = scratch.path_of(vote_snapshots.FILE)
    with np.load(path) as file:
        columns = dict(file)
    columns[vote_snapshots.TAKEN_AT] = np.array((timezone.now() - timedelta(**ago)).timestamp())
    with path.open("wb") as out:
        np.savez(out, **columns)
    os.utime(path, ns=(1, uuid.uuid4().int % 10**15))  # another file, as far as the cache can tell


def test_a_snapshot_holds_every_column_as_it_was_read(claim: Claim) -> None:
    now, kept = read_votes(reasons=reason_codes()), vote_snapshots.current()
    kept = vote_snapshots.current()
    for name, column in now.columns().items():
        assert column.tolist() == kept.votes.columns()[name].tolist(), name
        assert column.dtype == kept.votes.columns()[name].dtype
    assert kept.reasons[kept.votes.reason.max() - 1] == "occluded"
    assert kept.taken_at


def test_an_old_snapshot_is_shown_and_told_to_be_old(claim: Claim, people: list[User]) -> None:
    vote_snapshots.current()
    r.vote(r.claim(factories.identity()), people[0])
    age(minutes=11)
    found = vote_snapshots.current()
    assert (len(found.votes), found.is_old) == (3, True)
    assert tasks.snapshot_votes() == 4
    assert not vote_snapshots.current().is_old


def test_a_very_old_snapshot_is_made_anew_at_once(claim: Claim, people: list[User]) -> None:
    vote_snapshots.current()
    r.vote(r.claim(factories.identity()), people[0])
    age(hours=2)
    assert len(vote_snapshots.current().votes) == 4


def test_many_who_ring_make_one_snapshot(claim: Claim) -> None:
    first = vote_snapshots.renew()
    assert vote_snapshots.renew().taken_at == pytest.approx(first.taken_at, abs=timedelta(milliseconds=1))


def test_a_file_that_is_no_snapshot_is_made_anew(claim: Claim) -> None:
    scratch.path_of(vote_snapshots.FILE).write_bytes(b"half a file")
    assert len(vote_snapshots.current().votes) == 3


def test_a_small_installation_reads_afresh(claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote_snapshots, "SMALL", 10)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE curation_annotation")  # what other tests had there may be remembered
    assert vote_snapshots.current().taken_at is None
    assert not scratch.path_of(vote_snapshots.FILE).exists()


def test_scratch_files_are_for_their_owner_alone() -> None:
    assert scratch.path_of("x").parent.stat().st_mode & 0o077 == 0
    torn = scratch.path_of("torn")
    with pytest.raises(ZeroDivisionError), scratch.replacing(torn) as draft:
        draft.write_text(str(1 / 0))
    assert not torn.exists()
    assert not draft.exists()
