"""Finer bands of age, from the reviewers' answers to the folders of a release."""

import csv
import json
from pathlib import Path

import pytest

from curation.agreement_report import report
from curation.balance import CELLS, table
from curation.balance_figures import tallies
from curation.claims import open_claims
from curation.models import Claim, Policy
from curation.policies import current_policy
from curation.release.errors import ReleaseRefused
from curation.release.verify import verify
from curation.votes import in_a_line, in_words
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import releases as r
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def with_a_crop() -> Claim:
    """One that may be released."""
    identity, photo = factories.identity(), factories.photo()
    factories.candidate(identity, photo)
    face = factories.face(photo, crop_sha256=r.put_crop(factories.number()))
    open_claims()
    return Claim.objects.get(face=face)


def reviewed(*ages: int) -> list[Claim]:
    people = factories.reviewers(2)
    return [p.judged(people, age, age, claim=with_a_crop()) for age in ages]


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "metadata.csv", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_finer_bands_are_young_and_old_in_the_tree_and_themselves_in_the_metadata(tmp_path: Path) -> None:
    p.age_bands()
    reviewed(3, 4, 5, 6, 0)
    folder = tmp_path / "release"
    release = r.written(folder)
    found = [(x["age_class_code"], x["age_class"], x["perceived_age"]) for x in rows(folder).values()]
    assert sorted(found) == [
        ("0", "cannot tell", "cannot tell"),
        ("3", "18–29", "young"),
        ("4", "30–49", "young"),
        ("5", "50–69", "old"),
        ("6", "70+", "old"),
    ]
    for name, row in rows(folder).items():
        places = [path.parent.name for path in (folder / "age").rglob(f"{name}.jpg")]
        assert places == ([row["perceived_age"]] if row["age_class_code"] != "0" else [])
        assert row["votes_age"].count(f"={row['age_class']}") == 2
    assert verify(folder, digest=release.digest).problems == []
    young, old = json.loads((folder / "classes.json").read_text())["age"]
    assert (young["folder"], old["folder"]) == ("young", "old")
    assert [one["label"] for one in young["holds"]] == ["young", "18–29", "30–49"]


def test_without_finer_bands_nothing_is_told_of_them(tmp_path: Path) -> None:
    reviewed(1)
    folder = tmp_path / "release"
    r.written(folder)
    assert json.loads((folder / "classes.json").read_text())["age"][0] == {
        "code": "1",
        "label": "young",
        "folder": "young",
    }
    assert next(iter(rows(folder).values()))["age_class"] == "young"


def test_a_renamed_class_with_a_band_has_its_own_label_in_the_metadata(tmp_path: Path) -> None:
    reviewed(1)
    named = [{"code": 1, "label": "18–49", "band": 1}, {"code": 2, "label": "50+", "band": 2}]
    p.put_in_force(p.draft(fields=p.fields(age=named)), {"age": {"1": "1", "2": "2"}})
    folder = tmp_path / "release"
    r.written(folder)
    row = next(iter(rows(folder).values()))
    assert (row["age_class"], row["perceived_age"], row["votes_age"]) == (
        "18–49",
        "young",
        "annotator-01=18–49;annotator-02=18–49",
    )


def test_answers_of_an_earlier_policy_are_exported_as_they_are_read_now(tmp_path: Path) -> None:
    reviewed(1)
    p.put_in_force(p.draft(fields=p.fields(age=p.BANDS)), {"age": {"1": "4", "2": None}})
    folder = tmp_path / "release"
    r.written(folder)
    row = next(iter(rows(folder).values()))
    assert (row["age_class_code"], row["perceived_age"]) == ("4", "young")
    assert row["votes_age"] == "annotator-01=30–49;annotator-02=30–49"


def test_of_a_field_that_was_asked_anew_only_the_last_round_is_exported(tmp_path: Path) -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1, 1, claim=with_a_crop())
    p.age_bands()
    for person in people:
        scenes.say(person, claim, "attributes", age=3)
    folder = tmp_path / "release"
    r.written(folder)
    row = next(iter(rows(folder).values()))
    assert row["votes_age"] == "annotator-01=18–29;annotator-02=18–29"
    assert row["votes_race"] == "annotator-01=Black;annotator-02=Black"


def test_an_age_class_without_a_band_freezes_nothing() -> None:
    known = current_policy()
    fields = p.fields(age=[{"code": 8, "label": "middle-aged"}])
    Policy.objects.create(
        version=known.version + 1, reasons=known.reasons, fields=fields, guideline="", activated_at=known.activated_at
    )
    reviewed(8)
    with pytest.raises(ReleaseRefused, match="The age class 8, “middle-aged”, counts as neither young nor old"):
        r.frozen()


def test_the_balance_counts_finer_bands_as_young_and_old() -> None:
    p.age_bands()
    reviewed(3, 4, 6)
    found = table(tallies(current_policy()), dict.fromkeys(CELLS, 0))
    assert (found.ages[1].faces, found.ages[2].faces) == (2, 1)


def test_agreement_reads_earlier_answers_as_they_are_read_now() -> None:
    first, second = factories.reviewers(2)
    p.judged([first, second], 1, 2)
    assert report()["age"].percent_agreement.value == 0
    merged = [{"code": 3, "label": "of age", "band": 1}]
    p.put_in_force(p.draft(fields=p.fields(age=merged)), {"age": {"1": "3", "2": "3"}})
    assert report()["age"].percent_agreement.value == 1


def test_agreement_looks_at_the_last_round_of_each_field() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1, 1)
    p.age_bands()
    for person, age in zip(people, (3, 4), strict=True):
        scenes.say(person, claim, "attributes", age=age)
    found = report()
    assert (found["age"].comparisons, found["age"].percent_agreement.value) == (1, 0)
    assert (found["race"].comparisons, found["race"].percent_agreement.value) == (1, 1)


def test_answers_keep_the_words_of_the_policy_they_were_given_under() -> None:
    person = factories.reviewer()
    claim = p.judged(factories.reviewers(2), 1, 2)
    other = scenes.claim()
    scenes.say(person, other, "reject", reason="duplicate")
    reasons = [row for row in current_policy().reasons if row["code"] != "duplicate"]
    p.put_in_force(p.draft(reasons=reasons, fields=p.fields(age=p.BANDS)), p.ANEW)
    policy = current_policy()
    assert in_words(other.annotations.get(), policy) == "rejected: duplicate"
    answers = list(claim.annotations.filter(question="attributes").order_by("received_at"))
    assert in_a_line(answers, policy) == "1 young, 18–49 / 1 old, 50+"
