"""What the quality pages count, on votes made by hand."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from curation import plots
from curation.proportions import Proportion, difference, standard_errors_apart
from curation.quality.confusing import confusion
from curation.quality.disputing import by_identity
from curation.quality.pacing import SHORTEST_RUN, paces, run_limit, with_others
from curation.quality.periods import periods
from curation.quality.rejecting import apart, by_reviewer, total
from curation.quality.tables import Cell, Table, as_csv
from curation.vote_columns import GRID, SINGLE, VERDICTS, Votes, ballot, joined

SECOND = np.timedelta64(1, "s")
START = np.datetime64("2026-03-02T09:00:00", "us")  # a Monday


def votes(*rows: dict[str, object]) -> Votes:
    """Each row names what differs from an accept of claim 1 by reviewer 1; answers come second by second."""
    known = {"claim": 1, "identity": 1, "reviewer": 1, "policy": 1, "spent": 2000, "mode": SINGLE, "verdict": "accept",
             "reason": 0, "race": -1, "gender": -1, "age": -1, "counts": 1}  # fmt: skip
    full = [known | row for row in rows]
    kinds = {"claim": np.int64, "mode": np.int8, "verdict": np.int8, "reason": np.int16, "race": np.int16,
             "gender": np.int16, "age": np.int16, "counts": np.int8}  # fmt: skip
    columns = {
        name: np.array([VERDICTS.index(str(row[name])) if name == "verdict" else row[name] for row in full],
                       kinds.get(name, np.int32))
        for name in known
    }  # fmt: skip
    columns["received"] = np.array([row.get("at", START + n * SECOND) for n, row in enumerate(full)], "M8[us]")
    return joined([columns])


def attributes(claim: int, reviewer: int, **fields: int) -> dict[str, object]:
    return {"claim": claim, "reviewer": reviewer, "verdict": "attributes", "counts": 14, **fields}


# ---- Votes as columns


def test_a_ballot_holds_counted_answers_alone_and_numbers_claims() -> None:
    left_out: list[dict[str, object]] = [{"claim": 7, "counts": 0}, {"claim": 7, "verdict": "quarantine"}]
    cast = ballot(votes({"claim": 9}, {"claim": 7, "reviewer": 2}, *left_out), "usable")
    assert (cast.item.tolist(), cast.claims.tolist(), cast.classes) == ([0, 1], [7, 9], (1,))


def test_a_relabel_says_that_the_claim_is_wrong() -> None:
    cast = ballot(
        votes({"verdict": "relabel"}, {"reviewer": 2, "verdict": "reject", "reason": 1}), "usable", classes=(0, 1, 2)
    )
    assert cast.table().tolist() == [[0, 0, 2]]


def test_answers_under_an_earlier_policy_are_read_through_its_map_alone() -> None:
    both = votes(attributes(1, 1, age=1), attributes(1, 2, age=2), attributes(1, 3, age=2, policy=2))
    maps = {1: {"age": {"1": "5", "2": None}}}
    assert ballot(both, "age", maps).classes == (2, 5)
    assert len(ballot(both, "age", maps)) == 2  # the one that fell silent is left out
    assert ballot(both, "age").classes == (1, 2)


def test_nothing_at_all_is_no_trouble() -> None:
    empty = votes()
    cast = ballot(empty, "usable")
    assert cast.table().shape == (0, 0)
    assert (confusion(cast).comparisons, by_identity(cast), list(periods(cast)), paces(empty)) == (0, [], [], [])
    assert by_reviewer(empty, 3) == []


# ---- Confusion, rejects, disputes


def test_confusion_counts_every_two_answers_to_a_face_once() -> None:
    three = votes({"reviewer": 1}, {"reviewer": 2}, {"reviewer": 3, "verdict": "cannot_tell"}, {"claim": 2})
    found = confusion(ballot(three, "usable"))
    assert found.classes == (0, 1)
    assert found.counts.tolist() == [[0, 2], [2, 1]]
    assert found.comparisons == 3
    assert found.shares()[1].tolist() == [0.5, 0.5]  # accepts: two beside "cannot tell", two beside an accept


TRIPLES = st.tuples(st.integers(1, 5), st.integers(1, 4), st.sampled_from([0, 1, 2]))


@given(st.lists(TRIPLES, max_size=30, unique_by=lambda one: one[:2]))
def test_confusion_is_what_counting_pair_by_pair_gives(rows: list[tuple[int, int, int]]) -> None:
    said = {0: "cannot_tell", 1: "accept", 2: "reject"}
    cast = ballot(
        votes(*({"claim": c, "reviewer": r, "verdict": said[v]} for c, r, v in rows)), "usable", classes=(0, 1, 2)
    )
    slow = np.zeros((3, 3), int)
    for n, (claim, _who, one) in enumerate(rows):
        for other_claim, _other, other in rows[n + 1 :]:
            if claim == other_claim:
                slow[one, other] += 1
                if one != other:
                    slow[other, one] += 1
    assert confusion(cast).counts.tolist() == slow.tolist()


def test_rejects_are_counted_by_reason_and_a_relabel_refuses_too() -> None:
    given_ = votes({"verdict": "reject", "reason": 2}, {"claim": 2, "verdict": "relabel"}, {"claim": 3},
                   {"claim": 4, "reviewer": 2, "verdict": "quarantine", "reason": 1})  # fmt: skip
    one, other = by_reviewer(given_, 2)
    assert (one.answers, one.accepted, one.reasons) == (3, 1, (0, 1))
    assert one.refusing.value == pytest.approx(2 / 3)
    assert (other.quarantined, other.reasons) == (1, (1, 0))
    assert (total([one, other]).answers, total([one, other]).reasons) == (4, (1, 1))


def test_nobody_is_set_apart_by_chance_or_by_few_answers() -> None:
    assert apart(20, 29, 20, 1000) == 0
    assert apart(12, 100, 100, 1000) == 0
    assert apart(40, 100, 100, 1000) > 3
    assert apart(0, 100, 200, 1000) < -3


def test_identities_with_few_faces_do_not_lead() -> None:
    rows: list[dict[str, object]] = [{"claim": 1}, {"claim": 1, "reviewer": 2, "verdict": "reject"}]
    for claim in range(10, 30):
        second = "reject" if claim < 24 else "accept"
        rows += [{"claim": claim, "identity": 2}, {"claim": claim, "identity": 2, "reviewer": 2, "verdict": second}]
    found = by_identity(ballot(votes(*rows), "usable"))
    assert [(one.identity, one.differ.hits, one.differ.n) for one in found] == [(2, 14, 20), (1, 1, 1)]


# ---- Over time


def test_a_face_stands_in_the_week_of_its_last_answer() -> None:
    week = np.timedelta64(7, "D")
    found = list(periods(ballot(votes({}, {"reviewer": 2, "at": START + week}, {"claim": 2}), "usable")))
    assert [(one.days[0].isoformat(), len(one.cast)) for one in found] == [("2026-03-02", 1), ("2026-03-09", 2)]
    assert found[0].days[1].isoformat() == "2026-03-08"


def test_more_than_half_a_year_is_shown_by_month() -> None:
    later = START + np.timedelta64(200, "D")
    found = list(periods(ballot(votes({}, {"claim": 2, "at": later}), "usable")))
    assert [one.days[0].isoformat() for one in found] == ["2026-03-01", "2026-09-01"]
    assert all(one.is_month for one in found)


# ---- Pace


def test_agreement_with_others_weighs_each_field_alike() -> None:
    three = [attributes(1, 1, race=1, gender=1), attributes(1, 2, race=1, gender=2), attributes(1, 3, race=2, gender=1)]
    compared, agreeing = with_others(votes(*three, attributes(2, 1, race=1)))
    assert compared.tolist() == [2, 2, 2, 0]
    assert agreeing.tolist() == [1.0, 0.5, 0.5, 0.0]


def many(reviewer: int, count: int, **fields: object) -> list[dict[str, object]]:
    return [{"claim": n, "reviewer": reviewer, **fields} for n in range(count)]


def varied(reviewer: int, count: int, **fields: object) -> list[dict[str, object]]:
    verdicts = ("accept", "accept", "reject", "cannot_tell")
    return [row | {"verdict": verdicts[n * 7 // 3 % 4]} for n, row in enumerate(many(reviewer, count, **fields))]


def marks_of(*rows: dict[str, object]) -> dict[int, tuple[str, ...]]:
    return {one.reviewer: one.marks for one in paces(votes(*rows))}


def test_honest_reviewers_are_not_marked() -> None:
    assert marks_of(*varied(1, 80), *varied(2, 80), *varied(3, 80)) == {1: (), 2: (), 3: ()}


def test_answers_that_nobody_can_have_looked_for_are_marked() -> None:
    found = marks_of(*varied(1, 80, spent=200), *varied(2, 80), *varied(3, 80))
    assert found == {1: ("fast",), 2: (), 3: ()}
    assert marks_of(*varied(1, 40, spent=200), *varied(2, 80))[1] == ()  # too few to say so
    assert marks_of(*varied(1, 80, spent=200, mode=GRID), *varied(2, 80))[1] == ()  # a grid shares its time


def test_one_key_and_agreement_with_every_claim_are_marked() -> None:
    found = marks_of(*many(1, 80), *varied(2, 80), *varied(3, 80))
    assert found == {1: ("one_key", "agrees"), 2: (), 3: ()}
    assert marks_of(*many(1, 80, verdict="reject", reason=1), *varied(2, 80), *varied(3, 80))[1] == ("one_key",)


def test_who_agrees_less_than_before_is_marked() -> None:
    steady = many(2, 400)
    drifting = [row | {"verdict": "accept" if n < 300 or n % 2 else "reject"} for n, row in enumerate(many(1, 400))]
    one, other = paces(votes(*drifting, *steady))
    assert "drift" in one.marks
    assert (one.before.value, one.lately.value) == (1.0, 0.5)
    assert one.lately.n == 100
    assert "drift" in other.marks  # of two alone nobody can tell which of them changed


def test_runs_must_be_longer_than_chance_brings() -> None:
    assert run_limit(0, 0.5) == SHORTEST_RUN
    assert run_limit(1000, 0.5) == SHORTEST_RUN
    limit = run_limit(10_000, 0.9)
    assert 10_000 * 0.9 ** (limit - 1) <= 0.001 < 10_000 * 0.9 ** (limit - 2)


def test_weeks_hold_answers_seconds_and_agreement() -> None:
    week = np.timedelta64(7, "D")
    one, _other = paces(votes({"spent": 1000}, {"claim": 2, "spent": 3000, "at": START + week}, {"reviewer": 2}))
    assert [(w.answers, w.seconds, w.agreeing, w.compared) for w in one.weeks] == [(1, 1.0, 1.0, 1), (1, 3.0, 0.0, 0)]


# ---- Proportions


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (5, 5), (3, 10), (812, 1000)])
def test_wilsons_interval_is_that_of_statsmodels(hits: int, n: int) -> None:
    found = Proportion(hits, n)
    assert (found.low, found.high) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-6)


@pytest.mark.parametrize("case", [(30, 100, 10, 80), (0, 20, 5, 20), (10, 10, 10, 10)])
def test_newcombes_interval_is_that_of_statsmodels(case: tuple[int, int, int, int]) -> None:
    a, n, b, m = case
    found = difference(Proportion(a, n), Proportion(b, m))
    assert found
    assert found[1:] == pytest.approx(confint_proportions_2indep(a, n, b, m, method="newcomb"), abs=1e-6)


def test_shares_of_nothing_have_no_value() -> None:
    nothing = Proportion(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, None, None)
    assert difference(nothing, Proportion(1, 2)) is None
    assert standard_errors_apart(nothing, Proportion(1, 2)) == 0
    assert standard_errors_apart(Proportion(5, 5), Proportion(5, 5)) == 0


# ---- CSV and plots


def test_csv_writes_formulas_as_text_and_numbers_as_numbers() -> None:
    rows: list[list[Cell]] = [["=1+1", "+a", "-b", "@c", "\tx", "plain, with comma", -0.5, 3, None]]
    text = as_csv(Table(["a", "b", "c", "d", "e", "f", "g", "h", "i"], rows))
    assert text.splitlines()[1] == "'=1+1,'+a,'-b,'@c,'\tx,\"plain, with comma\",-0.500000,3,"


def points(*values: float | None) -> list[plots.Point]:
    return [
        plots.Point(f"week <{n}>", v, None if v is None else v - 0.05, None if v is None else v + 0.05, "told & done")
        for n, v in enumerate(values)
    ]


def drawn(*values: float | None) -> ElementTree.Element:
    text = plots.trend(points(*values), name="x", title="a <title>", about="what & when", shown="{:.2f}".format)
    return ElementTree.fromstring(text)  # noqa: S314  our own text


def test_a_trend_is_one_line_with_its_band_and_says_what_it_shows() -> None:
    svg = drawn(0.7, 0.8, 0.75)
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "x-title x-about"
    assert (svg.findtext("title"), svg.findtext("desc")) == ("a <title>", "what & when")
    assert len(svg.findall("polyline")) == len(svg.findall("polygon")) == 1
    assert len(svg.findall("circle")) == 3
    assert not any("style" in one.attrib for one in svg.iter())  # the content policy forbids it


def test_a_period_without_a_value_is_a_gap() -> None:
    svg = drawn(0.7, 0.8, None, 0.75)
    assert len(svg.findall("polyline")) == 2
    assert len(svg.findall("line[@class='plot-reach']")) == 1  # a band needs two


@given(st.lists(st.one_of(st.none(), st.floats(-1, 1)), min_size=1, max_size=40))
def test_a_trend_stays_inside_its_picture(values: list[float | None]) -> None:
    for dot in drawn(*values).findall("circle"):
        assert plots.LEFT <= float(dot.attrib["cx"]) <= plots.WIDE - plots.RIGHT
        assert plots.TOP <= float(dot.attrib["cy"]) <= plots.TALL - plots.BOTTOM


def test_a_scale_ends_below_what_is_drawn_in_round_steps() -> None:
    scale = plots.scale_of(points(0.83, 0.91))
    assert scale.ticks() == [0.7, 0.8, 0.9, 1.0]


def test_a_spark_marks_its_last_point() -> None:
    svg = ElementTree.fromstring(plots.spark([0.5, None, 0.9], name="s", title="t"))  # noqa: S314
    line = svg.find("polyline")
    dot = svg.find("circle")
    assert line is not None
    assert dot is not None
    assert line.attrib["points"].split()[-1] == f"{dot.attrib['cx']},{dot.attrib['cy']}"
    assert plots.spark([None], name="s", title="t") == ""
