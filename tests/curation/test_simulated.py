import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation import simulated_profile as profiles
from curation.simulated import confusion, crowd, seconds
from curation.simulated_profile import Profile, ProfileError
from tests.conftest import REPO

PLAIN: dict[str, Any] = {
    "faces": 40_000,
    "adjudicator": 0.99,
    "fields": {"gender": {"classes": {"1": 0.3, "2": 0.7}, "claim": 0.9}},
    "annotators": [
        {"name": "own", "confusion": {"gender": [[0.95, 0.05], [0.2, 0.8]]}},
        {"name": "even", "accuracy": 0.9},
        {"name": "dice", "kind": "random"},
        {"name": "same", "kind": "constant", "says": {"gender": "2"}},
        {"name": "echo", "kind": "agrees_with_claim"},
    ],
}


def plain(**changes: Any) -> Profile:
    return profiles.read(copy.deepcopy(PLAIN) | changes)


def stated(profile: Profile, seed: int = 1) -> tuple[Any, Any, list[Any]]:
    """The crowd, what it answers, and of each annotator the shares of stated classes by true class."""
    made = crowd(profile, "gender", seed=seed)
    answers = made.answers()
    counts = [np.histogram2d(made.truth, row, bins=[[0, 1, 2], [0, 1, 2]])[0] for row in answers]
    return made, answers, [table / table.sum(axis=1, keepdims=True) for table in counts]


# ---- Annotators


def test_confusion_matrices_are_recovered_from_the_answers() -> None:
    made, answers, tables = stated(plain())
    assert np.mean(made.truth == 0) == pytest.approx(0.3, abs=0.01)
    assert tables[0] == pytest.approx(np.array([[0.95, 0.05], [0.2, 0.8]]), abs=0.01)
    assert tables[1] == pytest.approx(np.array([[0.9, 0.1], [0.1, 0.9]]), abs=0.01)
    assert tables[2] == pytest.approx(np.full((2, 2), 0.5), abs=0.02)
    assert set(answers[3]) == {1}
    assert (answers[4] == made.claimed).all()
    assert np.mean(made.claimed == made.truth) == pytest.approx(0.9, abs=0.01)
    assert np.mean(made.decided == made.truth) == pytest.approx(0.99, abs=0.005)


def test_errors_of_many_classes_follow_the_matrix() -> None:
    rows = [[0.8, 0.15, 0.05, 0], [0.1, 0.7, 0.1, 0.1], [0, 0, 1, 0], [0.25, 0.25, 0.25, 0.25]]
    race = {"classes": {"1": 0.25, "2": 0.25, "3": 0.25, "4": 0.25}}
    profile = plain(fields={"race": race}, annotators=[{"confusion": {"race": rows}}])
    made = crowd(profile, "race", seed=3)
    said = made.answers()[0]
    for true, row in enumerate(rows):
        found = np.bincount(said[made.truth == true], minlength=4) / np.sum(made.truth == true)
        assert found == pytest.approx(np.array(row), abs=0.015)
    assert confusion(profile.annotators[0], profile.field("race")) == pytest.approx(np.array(rows))


def test_errors_of_two_annotators_are_independent() -> None:
    made, answers, _tables = stated(plain(annotators=[{"name": "a", "accuracy": 0.8}, {"name": "b", "accuracy": 0.7}]))
    both = np.mean((answers[0] != made.truth) & (answers[1] != made.truth))
    assert both == pytest.approx(0.2 * 0.3, abs=0.005)


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    one, again, other = (crowd(plain(), "gender", seed=seed) for seed in (7, 7, 8))
    assert (one.answers() == again.answers()).all()
    assert (one.truth != other.truth).any()
    assert (seconds(plain(), seed=7, annotator=0, answers=9) == seconds(plain(), seed=7, annotator=0, answers=9)).all()


def test_one_annotator_more_changes_nothing_of_the_others() -> None:
    few = crowd(plain(annotators=PLAIN["annotators"][:2]), "gender", seed=7)
    assert (few.answers() == crowd(plain(), "gender", seed=7).answers()[:2]).all()


def test_single_answers_are_those_of_all_until_skill_drifts() -> None:
    made = crowd(plain(), "gender", seed=2)
    answers = made.answers()
    assert all(made.answer(a, f, given=500) == answers[a, f] for a in range(5) for f in range(300))


def test_drift_takes_accuracy_away_with_every_thousand_answers() -> None:
    made = crowd(plain(annotators=[{"accuracy": 0.9, "drift": -0.1}]), "gender", seed=2)
    right = [np.mean([made.answer(0, f, given=n) == made.truth[f] for f in range(10_000)]) for n in (0, 1000, 3000)]
    assert right == pytest.approx([0.9, 0.8, 0.6], abs=0.015)


def test_seconds_are_on_average_what_the_profile_says() -> None:
    profile = plain(annotators=[{"accuracy": 0.9, "seconds": 4.5}])
    times = seconds(profile, seed=1, annotator=0, answers=50_000)
    assert times.mean() == pytest.approx(4.5, rel=0.02)
    assert times.min() > 0


# ---- Profiles


def test_the_shipped_profile_is_read() -> None:
    profile = profiles.load()
    assert [one.name for one in profile.fields] == ["usable", "race", "gender", "age"]
    assert [one.accuracy["race"] for one in profile.annotators] == [0.97, 0.936, 0.902, 0.868, 0.834, 0.8]
    assert profile.field("usable").claim == "accept"


def test_fewer_reviewers_are_spread_over_the_profile_and_more_begin_anew() -> None:
    profile = profiles.load()
    names = [[one.name for one in profiles.with_reviewers(profile, n).annotators] for n in (1, 2, 3, 6, 8)]
    assert names[:3] == [["Ada"], ["Ada", "Finn"], ["Ada", "Cleo", "Finn"]]
    assert names[4] == [*names[3], "Ada 2", "Ben 2"]
    with pytest.raises(ProfileError, match="1 to 1,000 reviewers"):
        profiles.with_reviewers(profile, 0)


ONE = {"fields": {"q": {"classes": {"a": 0.5, "b": 0.5}}}, "annotators": [{"name": "x", "accuracy": 0.9}]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fields": {}}, "at least one field"),
        ({"annotators": []}, "at least one field and one of"),
        ({"fields": None}, "lacks “fields”"),
        ({"annotators": "six"}, "“annotators” of the profile must be a list"),
        ({"annotators": [3]}, "annotator 1 must be a table"),
        ({"faces": 0}, "“faces” must be a whole number"),
        ({"faces": True}, "“faces” must be a whole number"),
        ({"gold_rate": 0.9}, "gold_rate must lie between 0 and 0.5"),
        ({"adjudicator": "good"}, "adjudicator must be a number"),
        ({"colour": "blue"}, "the profile has no “colour”"),
        ({"fields": {"q": {"classes": {"a": 1.0}}}}, "needs 2 to 10 classes"),
        ({"fields": {"q": {"classes": {"a": 0.5, "b": 0.6}}}}, "must add up to 1, not 1.1"),
        ({"fields": {"q": {"classes": {"a": 0.5, "b": 0.5}, "claim": "c"}}}, "the claim “c” is not one of"),
        ({"fields": {"q": {"classes": {"a": 0.5, "b": 0.5}, "claim": 7}}}, "the claim of field “q” must lie between"),
        ({"annotators": [{"name": "x"}]}, "“x” has neither accuracy nor confusion for q"),
        ({"annotators": [{"name": "x", "accuracy": 1.2}]}, "the accuracy of annotator “x” must lie between 0 and 1"),
        ({"annotators": [{"name": "x", "accuracy": float("nan")}]}, "must be a number, not nan"),
        ({"annotators": [{"name": "x", "accuracy": {"z": 0.9}}]}, "the accuracy of annotator “x” has no “z”"),
        ({"annotators": [{"name": "x", "accuracy": 0.9}] * 2}, "two annotators are called “x”"),
        ({"annotators": [{"name": "x", "kind": "lazy"}]}, "of kind 'lazy'; there are: honest, random"),
        ({"annotators": [{"name": "x", "accuracy": 0.9, "seconds": 0}]}, "must be above 0"),
        ({"annotators": [{"name": "x", "accuracy": 0.9, "drift": -9}]}, "must lie between -1 and 1"),
        ({"annotators": [{"name": "x", "confusion": {"q": [[1, 0]]}}]}, "needs 2 rows, one for each true class"),
        ({"annotators": [{"name": "x", "confusion": {"q": [[1, 0], [1]]}}]}, "must have 2 numbers in a row"),
        ({"annotators": [{"name": "x", "kind": "constant", "says": {"q": "z"}}]}, "says 'z' for q"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused_in_a_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        profiles.read({key: value for key, value in (ONE | changes).items() if value is not None})


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"faces = ", "is not TOML"), (b"title = '\xff'", "is not UTF-8"), (b"", "lacks “fields”"), (None, "cannot be")],
)
def test_a_file_that_is_no_profile_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProfileError, match=rf"mine\.toml.*{says}"):
        profiles.load(path)


def test_the_matrix_in_the_comments_of_the_shipped_profile_can_be_used() -> None:
    line = profiles.DEFAULT.read_text().split("[annotators.confusion]\n#")[1].splitlines()[0]
    rows = tomllib.loads(line)["gender"]
    mine = profiles.load().annotators[0]
    own = {"name": mine.name, "accuracy": 0.9, "confusion": {"gender": rows}}
    read = profiles.read(tomllib.loads(profiles.DEFAULT.read_text()) | {"annotators": [own]})
    assert read.annotators[0].confusion["gender"] == ((0.97, 0.03), (0.1, 0.9))


def test_the_profile_in_the_documentation_is_read() -> None:
    page = (REPO / "docs" / "planning.md").read_text()
    profile = profiles.read(tomllib.loads(page.split("```toml\n")[1].split("```")[0]))
    assert [one.kind for one in profile.annotators] == ["honest"] * 4 + ["agrees_with_claim"]
    assert profile.annotators[1].confusion["gender"] == ((0.98, 0.02), (0.07, 0.93))
