import copy
from typing import Any

import pytest

from curation.models import GuidelinePicture, Policy
from curation.policies import check_fields, check_reasons, current_policy
from curation.policy_changes import Change, changes, class_changes
from tests.curation import policy_scenes as p

pytestmark = pytest.mark.django_db


def told(**different: Any) -> list[tuple[str, str, str]]:
    made = p.draft(**different)
    return [(one.what, one.was, one.now) for one in changes(made.parent or made, made)]


def reasons(**labels: str) -> list[dict[str, str]]:
    return [row | {"label": labels.get(row["code"], row["label"])} for row in current_policy().reasons]


def test_a_copy_changes_nothing() -> None:
    assert told() == []


def test_votes_and_ways_of_asking_are_told() -> None:
    assert told(votes_usable=3, votes_attributes=1, blind_fields=["gender", "age"], field_runs=True) == [
        ("Answers wanted to “the right person, and a usable face?”", "2", "3"),
        ("Answers wanted to race, gender and age", "2", "1"),
        ("Perceived race", "asked blind", "shown with what is claimed"),
        ("Attributes are asked", "all of a face, then the next face", "one field in a run over many faces"),
    ]


def test_reasons_are_told_by_their_code() -> None:
    without = [row for row in reasons(occluded="something in front") if row["code"] != "duplicate"]
    assert told(reasons=without) == [
        ("Reason occluded", "4 occluded", "4 something in front"),
        ("Reason duplicate", "8 duplicate", ""),
    ]


def test_classes_are_told_with_their_band() -> None:
    found = told(fields=p.fields(age=p.BANDS[:1]))
    assert found == [
        ("Age in this picture, class 1", "young, 18–49", ""),
        ("Age in this picture, class 2", "old, 50+", ""),
        ("Age in this picture, class 3", "", "18–29 (counts as young)"),
    ]


def test_another_order_is_told() -> None:
    (found,) = told(reasons=current_policy().reasons[::-1])
    assert found[0] == "Reason: another order"


def test_paragraphs_and_pictures_of_the_guideline_are_told() -> None:
    first = p.draft(guideline="One.\n\nTwo.")
    GuidelinePicture.objects.create(policy=first, sha256="a" * 64, kind="good", caption="sharp")
    p.put_in_force(first)
    second = p.draft(guideline="One.\r\n\r\nThree.")
    second.pictures.update(caption="very sharp")
    assert changes(first, Policy.objects.get(pk=second.pk)) == [
        Change("Guideline, taken out", was="Two."),
        Change("Guideline, new", now="Three."),
        Change("Picture in the guideline", "accept: sharp", "accept: very sharp"),
    ]


def test_class_changes_name_all_classes_of_a_field_that_changed() -> None:
    renamed = copy.deepcopy(current_policy().fields[1]["classes"])
    renamed[0]["label"] = "woman"
    made = p.draft(fields=p.fields(gender=renamed))
    found = [(row.field, row.code, row.now, row.changed) for row in class_changes(current_policy(), made)]
    assert found == [("gender", 1, "woman", True), ("gender", 2, "male", False)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"code": "wrong_person", "key": "1", "label": "wrong"}], "must stay"),
        ([{"code": "other"}], "exactly: code, key, label"),
        ("text", "must be a list"),
        ([], "not an empty one"),
        ([{"code": "x" * 31, "key": "1", "label": "long"}], "1 to 30 characters"),
    ],
)
def test_reasons_that_the_screens_cannot_show_are_refused(rows: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_reasons(rows)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"code": "race", "label": "Race", "classes": [{"code": 0, "label": "none"}]}], "0 is"),
        ([{"code": "race", "label": "Race", "classes": [{"code": 1, "label": "one"}]}], "race, gender and age"),
        ([{"code": "race", "label": "Race", "classes": [{"code": 1, "label": "a", "x": 1}]}], "exactly: code, label"),
    ],
)
def test_fields_that_the_screens_cannot_show_are_refused(rows: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_fields(rows)
