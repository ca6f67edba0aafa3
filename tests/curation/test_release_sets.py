"""The non-curated set, what blocks unless it is accepted, and what was chosen when a release was frozen."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from curation.models import Claim, Release, ReleaseFace
from curation.release.errors import ReleaseRefused
from curation.release.freezing import examine
from curation.release.orders import ACCEPTABLE, Order, order
from curation.release.records import claimed_labels
from curation.release.selection import selected, triage
from ingest.models import Identity
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db
CLAIMED = Order("1.0.0", selection="non-curated")


def found(person: Identity | None = None, *, state: str = "open") -> Claim:
    """A claim of a crawl with a proved licence, the only face of its photo."""
    made = r.claim(person or factories.identity(), crop=r.put_crop(factories.number()), state=state)
    factories.candidate(made.identity, made.photo)
    return made


def held_back(wanted: Order = CLAIMED) -> dict[str, int]:
    return {one.code: one.count for one in triage(wanted).held_back}


@pytest.mark.parametrize("state", ["open", "disputed", "accepted", "rejected"])
def test_non_curated_takes_what_was_crawled_whatever_reviewers_came_to(state: str) -> None:
    made = found(state=state)
    assert [one.claim for one in selected(CLAIMED)] == [made.pk]


def test_non_curated_leaves_what_other_claims_closed_and_what_reviewers_named() -> None:
    found(state="closed")
    made = found()
    Claim.objects.filter(pk=made.pk).update(origin="relabel")
    assert not [*selected(CLAIMED)]
    Claim.objects.filter(pk=made.pk).update(state="accepted")
    assert [one.claim for one in selected(CLAIMED)] == [made.pk]


@pytest.mark.parametrize("decision", ["", "kept_out", "released", "withdrawn"])
def test_non_curated_leaves_a_face_about_which_somebody_raised_an_alarm(decision: str) -> None:
    r.quarantine(found(), decision)
    kept = decision in ("", "kept_out")
    assert held_back() == {"quarantined" if kept else "alarm_voted": 1}


def test_non_curated_leaves_photos_of_several_faces_but_for_the_accepted_one() -> None:
    person, photo = factories.identity(), factories.photo()
    factories.candidate(person, photo)
    first, _second = (r.claim(person, photo, crop=r.put_crop(factories.number())) for _ in range(2))
    assert held_back() == {"several_faces": 2}
    Claim.objects.filter(pk=first.pk).update(state="accepted")
    assert [one.claim for one in selected(CLAIMED)] == [first.pk]


def test_non_curated_leaves_what_is_known_to_show_somebody_else() -> None:
    wrong, blurred = found(), found()
    for made, reason in ((wrong, "wrong_person"), (blurred, "blurred")):
        r.vote(made, factories.reviewer(), verdict="reject", reason=reason)
    Claim.objects.update(state="rejected")
    assert held_back() == {"known_wrong": 1}
    assert [one.claim for one in selected(CLAIMED)] == [blurred.pk]


def test_non_curated_has_the_same_licence_gate() -> None:
    made = r.claim(factories.identity(), crop=r.put_crop(1))
    factories.candidate(made.identity, made.photo, proof="unproved")
    (one,) = triage(CLAIMED).held_back
    assert (one.code, one.blocks) == ("licence_unproved", True)


def test_non_curated_labels_are_claimed_and_marked_so() -> None:
    person = factories.identity(claimed_race=3, claimed_gender=1, birth_date=date(1950, 2, 1), birth_precision="day")
    made = r.accepted(person, photo=factories.photo(taken_at=datetime(2001, 1, 1, tzinfo=UTC)), labels={"race": "1"})
    release = r.frozen(selection="non-curated")
    columns = ReleaseFace.objects.get(claim=made).record["columns"]
    assert (columns["claimed_race"], columns["claimed_gender"], columns["claimed_age"]) == ("Black", "female", "old")
    assert (columns["label_origin"], columns["review_state"]) == ("claimed", "accepted")
    assert "perceived_race" not in columns
    assert "claimed_race" in release.columns


@pytest.mark.parametrize(
    ("born", "precision", "taken", "age"),
    [
        (date(1950, 6, 15), "day", date(2000, 6, 15), "2"),
        (date(1950, 6, 15), "day", date(2000, 6, 14), "1"),
        (date(1950, 1, 1), "year", date(2000, 6, 14), ""),  # 49 or 50
        (date(1950, 1, 1), "year", date(2001, 1, 1), "2"),
        (date(1950, 1, 1), "year", date(1999, 12, 31), "1"),
        (None, "", date(2000, 1, 1), ""),
        (date(1950, 1, 1), "day", None, ""),
    ],
)
def test_claimed_age_is_told_only_where_the_dates_tell_it(
    born: date | None, precision: str, taken: date | None, age: str
) -> None:
    person = factories.identity(birth_date=born, birth_precision=precision)
    at = datetime(taken.year, taken.month, taken.day, 12, tzinfo=UTC) if taken else None
    assert claimed_labels(person, factories.photo(taken_at=at))["age"] == age


# ---- What blocks


def blocks(**chosen: object) -> set[str]:
    wanted = order("1.0.0", **chosen)  # type: ignore[arg-type]
    return {one.code for one in examine(wanted, r.ignore) if one.blocks}


def test_everything_that_blocks_is_named_at_once() -> None:
    r.few_people()
    r.accepted(factories.identity(), proof="unproved")
    r.accepted(factories.identity(), creator="")
    r.accepted(factories.identity(), crop=factories.digest("no such crop"))
    disputed = r.accepted(factories.identity(), labels={"race": "1"})
    r.settle(disputed, "age", "", state="disputed")
    assert {"licence_unproved", "creator_missing", "crop_missing", "disputed", "empty_class"} <= blocks()
    with pytest.raises(ReleaseRefused) as refusal:
        r.frozen(accept=())
    for words in ("licence is not proved (1)", "none is known (1)", "crop is missing (1)", "decided yet (1)"):
        assert words in str(refusal.value)
    assert not Release.objects.exists()


def test_what_is_accepted_blocks_no_more_and_is_told_in_the_release() -> None:
    r.few_people()
    r.accepted(factories.identity(), proof="unproved")
    assert "licence_unproved" not in blocks(accept=["licence_unproved"])
    assert r.frozen().held_back == {"licence_unproved": 1}


def test_a_dispute_stops_only_a_release_that_has_its_task() -> None:
    made = r.accepted(factories.identity(), labels={"race": "1", "gender": "1"})
    r.settle(made, "age", "", state="disputed")
    assert "disputed" in blocks(tasks=["identity", "age"])
    assert "disputed" not in blocks(tasks=["identity", "race"])


def test_a_voice_that_says_under_age_counts_where_no_dates_tell_the_age() -> None:
    made = r.accepted(factories.identity(birth_date=date(1950, 1, 1), birth_precision="day"))
    r.quarantine(made, "released")
    made.face.quarantines.update(kind="under_age")
    assert held_back(Order("1.0.0")) == {"under_age_voted": 1}
    type(made.photo).objects.update(taken_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert held_back(Order("1.0.0")) == {}


def test_a_task_that_is_left_out_has_no_tree_and_no_place() -> None:
    made = r.accepted(factories.identity())
    release = r.frozen(tasks=["gender"])
    row = ReleaseFace.objects.get(claim=made).record
    assert {place.split("/")[0] for place in row["places"]} == {"gender"}
    assert release.tasks == ["gender"]


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"selection": "all"}, "'all' is not a set: it must be curated or non-curated."),
        ({"tasks": ["hair"]}, "'hair' is not a task"),
        ({"formats": ["zip"]}, "'zip' is not a format"),
        ({"accept": ["nothing"]}, "'nothing' is not a finding that can be accepted"),
    ],
)
def test_an_order_for_what_is_not_known_is_refused(chosen: dict[str, object], complaint: str) -> None:
    with pytest.raises(ReleaseRefused, match=complaint):
        order("1.0.0", **chosen)  # type: ignore[arg-type]


def test_an_order_keeps_its_lists_in_one_order() -> None:
    wanted = order("1.0.0", tasks=["age", "identity", "age"], formats=["webdataset", "imagefolder"], accept=ACCEPTABLE)
    assert (wanted.tasks, wanted.formats) == (("identity", "age"), ("imagefolder", "webdataset"))


def test_a_frozen_version_cannot_be_had_with_other_choices() -> None:
    r.few_people()
    r.frozen()
    with pytest.raises(CommandError, match=r"Release 1\.0\.0 is frozen with other tasks: identity, race, gender, age"):
        call_command("export_mtf", release="1.0.0", output="/nowhere", task=["age"])
