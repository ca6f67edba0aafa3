from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ingest.identity_csv import may_be_minor
from ingest.wikidata import NotEntities, Person, read_ids, read_people, why_not
from tests.ingest.api_sites import entity, item, moment, statement

TODAY = date(2026, 11, 24)
FEMALE, MALE, NON_BINARY = item("Q6581072"), item("Q6581097"), item("Q48270")


def person(**claims: Any) -> Person:
    (found,) = read_people({"entities": {"Q42": entity(**claims)}}, ["Q42"])
    return found


def test_a_person_is_read_and_race_is_not() -> None:
    assert person() == Person(
        asked="Q42",
        wikidata_id="Q42",
        name="Ada Marlow",
        aliases=("The Countess",),
        about="novelist",
        is_human=True,
        birth_date=date(1952, 3, 11),
        birth_precision="day",
        gender="female",
        commons_category="Ada Marlow",
        picture="Ada Marlow 1.jpg",
    )
    assert person().row(3).race == ""
    assert "Q49085" not in repr(person())


@pytest.mark.parametrize(
    ("time", "precision", "born"),
    [
        ("+1952-03-11T00:00:00Z", 11, (date(1952, 3, 11), "day")),
        ("+1952-03-00T00:00:00Z", 10, (date(1952, 3, 1), "month")),
        ("+1952-03-11T00:00:00Z", 10, (date(1952, 3, 1), "month")),
        ("+1952-00-00T00:00:00Z", 9, (date(1952, 1, 1), "year")),
        ("+1952-00-00T00:00:00Z", 11, (date(1952, 1, 1), "year")),
        ("+00000001952-03-11T00:00:00Z", 11, (date(1952, 3, 11), "day")),
        ("+1700-02-29T00:00:00Z", 11, (date(1700, 1, 1), "year")),
        ("+1950-00-00T00:00:00Z", 8, (None, "")),
        ("+1900-00-00T00:00:00Z", 7, (None, "")),
        ("-0100-07-12T00:00:00Z", 11, (None, "")),
        ("+0000-00-00T00:00:00Z", 9, (None, "")),
        ("+12000-01-01T00:00:00Z", 11, (None, "")),
        ("nonsense", 11, (None, "")),
    ],
)
def test_birth_dates_by_their_precision(time: str, precision: int, born: tuple[date | None, str]) -> None:
    found = person(P569=[statement(moment(time, precision))])
    assert (found.birth_date, found.birth_precision) == born


def test_ranks_decide_and_deprecated_statements_count_for_nothing() -> None:
    def born(year: int, rank: str = "normal", kind: str = "value") -> dict[str, Any]:
        return statement(moment(f"+{year}-01-02T00:00:00Z"), rank, kind)

    assert person(P569=[born(1950), born(1951, "preferred")]).birth_date == date(1951, 1, 2)
    assert person(P569=[born(1950, "deprecated")]).birth_date is None
    assert person(P569=[born(1950, "preferred", "somevalue"), born(1951)]).birth_date is None
    year_only = statement(moment("+1950-00-00T00:00:00Z", 9))
    assert person(P569=[year_only, born(1950)]).birth_precision == "day"
    assert person(P31=[statement(item("Q5"), "deprecated")]).is_human is False
    assert person(P31=[statement(item("Q5")), statement(item("Q515"), "preferred")]).is_human is True


@pytest.mark.parametrize(
    ("values", "gender"),
    [([FEMALE], "female"), ([MALE], "male"), ([NON_BINARY], ""), ([FEMALE, MALE], ""), ([], "")],
)
def test_gender_is_claimed_only_where_it_maps(values: list[Any], gender: str) -> None:
    assert person(P21=[statement(value) for value in values]).gender == gender


def test_a_redirect_is_followed_and_the_old_id_kept() -> None:
    there = entity("Q42") | {"redirects": {"from": "Q7", "to": "Q42"}}
    for key in ("Q7", "Q42"):
        (found,) = read_people({"entities": {key: there}}, ["Q7"])
        assert (found.asked, found.wikidata_id, found.row(1).former_ids) == ("Q7", "Q42", ("Q7",))


def test_names_fall_back_to_the_language_of_all_and_long_aliases_are_dropped() -> None:
    bare = entity() | {
        "labels": {"mul": {"language": "mul", "value": " Ada \n Marlow "}},
        "descriptions": [],
        "aliases": {"mul": [{"language": "mul", "value": "x" * 201}, {"language": "mul", "value": "A. M."}]},
        "claims": [],
    }
    (found,) = read_people({"entities": {"Q42": bare}}, ["Q42"])
    assert (found.name, found.aliases, found.about, found.is_human) == ("Ada Marlow", ("A. M.",), "", False)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (Person("Q1"), "no such entry"),
        (Person("Q1", "Q1", "Ada"), "Not a human"),
        (Person("Q1", "Q1", "", is_human=True), "no English name"),
        (Person("Q1", "Q1", "x" * 201, is_human=True), "longer than 200"),
        (Person("Q1", "Q1", "Ada", is_human=True, birth_date=date(2010, 1, 1), birth_precision="day"), "Under 18"),
    ],
)
def test_each_reason_against_a_person_is_a_sentence(who: Person, words: str) -> None:
    (reason,) = why_not(who, TODAY)
    assert words in reason


def test_nothing_speaks_against_an_adult_or_an_unknown_date() -> None:
    assert why_not(person(), TODAY) == []
    assert why_not(person(P569=[]), TODAY) == []


@pytest.mark.parametrize(
    ("born", "precision", "minor"),
    [
        (date(2008, 11, 24), "day", False),
        (date(2008, 11, 25), "day", True),
        (date(2008, 10, 1), "month", False),
        (date(2008, 11, 1), "month", True),
        (date(2007, 1, 1), "year", False),
        (date(2008, 1, 1), "year", True),
        (None, "", False),
    ],
)
def test_age_is_counted_from_the_last_day_that_the_date_allows(born: date | None, precision: Any, minor: bool) -> None:
    assert may_be_minor(born, precision, TODAY) is minor


def test_somebody_born_on_a_leap_day_grows_up() -> None:
    assert may_be_minor(date(2008, 2, 29), "day", date(2026, 2, 28))
    assert not may_be_minor(date(2008, 2, 29), "day", date(2026, 3, 1))


def test_ids_are_read_as_people_write_them() -> None:
    text = "Q42, q7;Q42\n https://www.wikidata.org/wiki/Q9 \n"
    assert read_ids(text) == ["Q42", "Q7", "Q9"]
    for wrong in ("Ada", "Q0", "P18", "Q42 and more", " , "):
        with pytest.raises(ValueError, match=r"no id|not Q and a number"):
            read_ids(wrong)


@pytest.mark.parametrize("answer", [{}, {"entities": []}, {"entities": {"Q42": "x"}}])
def test_an_answer_of_another_shape_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(NotEntities):
        read_people(answer, ["Q42"])


@pytest.mark.parametrize(
    "claims",
    [
        {"P569": "x"},
        {"P569": [1, {}]},
        {"P569": [statement({"time": "+1952-03-11T00:00:00Z", "precision": []})]},
        {"P31": [statement("x")]},
        {"P18": [statement(1)]},
    ],
)
def test_odd_claims_are_passed_over(claims: dict[str, Any]) -> None:
    odd = entity() | {"claims": claims}
    (found,) = read_people({"entities": {"Q42": odd}}, ["Q42"])
    assert (found.birth_date, found.is_human, found.picture) == (None, False, "")


JSON = some.recursive(
    some.none() | some.integers() | some.text(max_size=4),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
VALUE = JSON | some.fixed_dictionaries({"time": JSON, "precision": JSON}) | some.fixed_dictionaries({"id": JSON})
STATEMENT = some.builds(statement, VALUE, some.sampled_from(["normal", "preferred"])) | JSON
CLAIMS = some.dictionaries(some.sampled_from(["P31", "P21", "P569", "P373", "P18"]), some.lists(STATEMENT) | JSON)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.fixed_dictionaries({}, optional={"labels": JSON, "aliases": JSON, "claims": CLAIMS | JSON, "id": JSON}))
def test_no_entity_is_too_odd_to_be_read(odd: dict[str, Any]) -> None:
    (found,) = read_people({"entities": {"Q42": odd}}, ["Q42"])
    assert isinstance(why_not(found, TODAY), list)
