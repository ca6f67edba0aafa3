"""Answers that were published, worked out by hand, or found by resampling."""

import numpy as np
import pytest

from curation.agreement import Agreement, Figure, Level, agreement, tabulated
from curation.bootstrap import Coefficient, bootstrap
from curation.coefficients import fleiss_kappa, gwet_ac1, percent, scott_pi
from curation.cohen import Weights, cohens_kappa
from curation.figure import student
from curation.krippendorff_alpha import alpha
from tests.curation.test_agreement import COHEN, votes_of

Rows = list[tuple[int, int, int]]

# Fleiss (1971): 30 patients, each put by six psychiatrists into one of five classes; column totals 26 26 30 55 43.
FLEISS = """
0 0 0 6 0  0 3 0 0 3  0 1 4 0 1  0 0 0 0 6  0 3 0 3 0  2 0 4 0 0  0 0 4 0 2  2 0 3 1 0  2 0 0 4 0  0 0 0 0 6
1 0 0 5 0  1 1 0 4 0  0 3 3 0 0  1 0 0 5 0  0 2 0 3 1  0 0 5 0 1  3 0 0 1 2  5 1 0 0 0  0 2 0 4 0  1 0 2 0 3
0 0 0 0 6  0 1 0 5 0  0 2 0 1 3  2 0 0 4 0  1 0 0 4 1  0 5 0 1 0  4 0 0 0 2  0 2 0 4 0  1 0 5 0 0  0 0 0 0 6
"""
# Krippendorff (2011): four observers, twelve units; the last unit has one value only. 0: missing.
KRIPPENDORFF = ["123321412000", "123322412503", "033323422510", "123324412510"]


def fleiss_rows() -> Rows:
    counts = np.array(FLEISS.split(), dtype=int).reshape(30, 5)
    return [(i, j, int(k)) for i, row in enumerate(counts) for j, k in enumerate(np.repeat(np.arange(5), row))]


def krippendorff_rows() -> Rows:
    return [(i, j, int(v)) for j, line in enumerate(KRIPPENDORFF) for i, v in enumerate(line) if v != "0"]


def of(rows: Rows, level: Level = "nominal", order: list[int] | None = None) -> Agreement:
    items, annotators, labels = zip(*rows, strict=True)
    return agreement(items, annotators, labels, level=level, order=order)


def interval(figure: Figure) -> tuple[float, float]:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


def random_rows(seed: int, items: int, missing: float) -> Rows:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, items)
    said = np.where(random.random((3, items)) < 0.7, truth, random.integers(0, 4, (3, items)))
    return [(i, j, int(said[j, i])) for j in range(3) for i in range(items) if random.random() >= missing]


def test_fleiss_table() -> None:
    found = of(fleiss_rows())
    assert found.percent_agreement.value == pytest.approx(0.5555556, abs=1e-7)
    assert found.fleiss_kappa.value == pytest.approx(0.4302445, abs=1e-7)
    assert found.scott_pi.value == pytest.approx(found.fleiss_kappa.value)
    assert found.krippendorff_alpha.value == pytest.approx(0.4334098, abs=1e-7)
    by_class = [one.kappa.value for one in found.per_class.values()]
    assert by_class == pytest.approx([0.2448, 0.2448, 0.52, 0.4711, 0.5661], abs=1e-4)
    assert [one.votes for one in found.per_class.values()] == [26, 26, 30, 55, 43]


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.7434211), ("ordinal", 0.8153875), ("interval", 0.8491071)])
def test_krippendorff_table(level: Level, value: float) -> None:
    found = of(krippendorff_rows(), level)
    assert found.krippendorff_alpha.value == pytest.approx(value, abs=1e-7)
    assert (found.items, found.krippendorff_alpha.n) == (12, 11)
    assert found.gwet_ac1.value == pytest.approx(0.775444, abs=1e-6)
    assert found.fleiss_kappa.value == pytest.approx(0.761169, abs=1e-6)


@pytest.mark.parametrize(("weights", "value"), [("none", 0.491525), ("linear", 0.473684), ("quadratic", 0.454545)])
def test_cohen_table(weights: Weights, value: float) -> None:
    assert cohens_kappa(COHEN, weights).value == pytest.approx(value, abs=1e-6)


def test_cohen_table_interval() -> None:
    figure = cohens_kappa(COHEN)
    assert (figure.low, figure.high) == pytest.approx((0.391564, 0.591487), abs=1e-6)
    assert figure.n == 200


def test_cohen_table_other_coefficients() -> None:
    found = agreement(*votes_of(COHEN))
    assert found.scott_pi.value == pytest.approx(0.487179, abs=1e-6)
    assert found.gwet_ac1.value == pytest.approx(0.575972, abs=1e-6)
    assert found.krippendorff_alpha.value == pytest.approx(0.488462, abs=1e-6)


@pytest.mark.parametrize(("level", "value"), [("ordinal", 0.473684), ("interval", 0.454545)])
def test_pair_weights_follow_the_level(level: Level, value: float) -> None:
    (pair,) = agreement(*votes_of(COHEN), level=level).pairs
    assert pair.weighted_kappa.value == pytest.approx(value, abs=1e-6)
    assert agreement(*votes_of(COHEN)).pairs[0].weighted_kappa.reason == "classes without an order have no weights"


def test_specific_agreement_by_hand() -> None:
    """Votes for 1 on item 0: both meet a 1; on item 1: one meets a 2. So 2 of 3 meetings of a 1; of a 2, 2 of 3."""
    found = of([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 2), (2, 0, 2), (2, 1, 2), (3, 0, 3)])
    specific = {label: (one.specific.value, one.specific.n, one.votes) for label, one in found.per_class.items()}
    assert specific == {1: (pytest.approx(2 / 3), 2, 3), 2: (pytest.approx(2 / 3), 2, 3), 3: (None, 0, 1)}
    assert found.per_class[3].specific.reason == "no vote for this label met another vote"


def test_perfect_agreement_is_one_without_an_interval_but_for_percent() -> None:
    found = of([(item, who, item % 2) for item in range(20) for who in range(2)])
    for figure in (found.fleiss_kappa, found.krippendorff_alpha, found.gwet_ac1, found.scott_pi):
        assert (figure.value, figure.low) == (1, None)
        assert "no spread" in figure.reason
    assert (found.percent_agreement.value, found.percent_agreement.high) == (1, 1)
    assert found.percent_agreement.low == pytest.approx(20 / (20 + 1.959964**2))  # Wilson's


def test_one_label_throughout_is_not_estimable() -> None:
    found = of([(item, who, 5) for item in range(9) for who in range(3)])
    for figure in (found.fleiss_kappa, found.krippendorff_alpha, found.scott_pi, found.per_class[5].kappa):
        assert (figure.value, figure.n) == (None, 9)
        assert "chance alone" in figure.reason
    assert "only one class" in found.gwet_ac1.reason
    assert found.percent_agreement.value == 1


def test_classes_that_nobody_chose_count_for_ac1_alone() -> None:
    few, many = of(krippendorff_rows()), of(krippendorff_rows(), order=[1, 2, 3, 4, 5, 6, 7])
    assert many.labels == (1, 2, 3, 4, 5, 6, 7)
    assert many.per_class[7].kappa.reason == many.per_class[7].specific.reason == "nobody gave this label"
    assert many.fleiss_kappa.value == pytest.approx(few.fleiss_kappa.value)
    found, chance = 0.8181818, 0.19032 * 4 / 6  # chance as published for five classes
    assert many.gwet_ac1.value == pytest.approx((found - chance) / (1 - chance), abs=1e-4)


def test_a_single_item_gives_a_value_and_no_interval() -> None:
    found = of([(0, 0, 1), (0, 1, 1), (0, 2, 2)])
    assert found.percent_agreement.value == pytest.approx(1 / 3)
    assert (found.percent_agreement.low, found.percent_agreement.reason) == (None, "no interval from a single item")


COEFFICIENTS: dict[str, tuple[Level, Coefficient]] = {
    "percent_agreement": ("nominal", percent),
    "fleiss_kappa": ("nominal", fleiss_kappa),
    "gwet_ac1": ("nominal", gwet_ac1),
    "scott_pi": ("nominal", scott_pi),
    "krippendorff_alpha": ("nominal", alpha),
    "ordinal": ("ordinal", lambda patterns, times: alpha(patterns, times, "ordinal")),
    "interval": ("interval", lambda patterns, times: alpha(patterns, times, "interval", np.arange(4.0))),
}


@pytest.mark.parametrize("name", COEFFICIENTS)
@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_analytic_intervals_are_those_of_resampling(name: str, missing: float) -> None:
    """With 40 % of the votes missing, lone votes included; the widths agree to a tenth."""
    level, coefficient = COEFFICIENTS[name]
    columns = zip(*random_rows(3, 400, missing), strict=True)
    items, annotators, labels = columns
    field = name if name in Agreement.__dataclass_fields__ else "krippendorff_alpha"
    found: Figure = getattr(agreement(items, annotators, labels, level=level), field)
    again = bootstrap(tabulated(items, annotators, labels, level=level).patterns, coefficient)
    assert again.value == pytest.approx(found.value, abs=1e-12)
    (low, high), (again_low, again_high) = interval(found), interval(again)
    assert high - low == pytest.approx(again_high - again_low, rel=0.1)
    assert low == pytest.approx(again_low, abs=0.01)


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_class_intervals_are_those_of_resampling(missing: float) -> None:
    rows = random_rows(4, 300, missing)
    found, random = of(rows).per_class[1], np.random.default_rng(0)
    drawn = []
    by_item = {item: [row for row in rows if row[0] == item] for item in {row[0] for row in rows}}
    for _ in range(200):
        picked = random.choice(sorted(by_item), len(by_item))
        votes = [(place, who, label) for place, item in enumerate(picked) for _, who, label in by_item[item]]
        one = of(votes).per_class[1]
        drawn.append((one.specific.value, one.kappa.value))
    errors = np.std(np.array(drawn, dtype=float), axis=0)
    for figure, error in zip((found.specific, found.kappa), errors, strict=True):
        low, high = interval(figure)
        assert (high - low) / 2 / student(figure.n - 1) == pytest.approx(error, rel=0.15)


def test_bootstrap_is_the_same_again_and_says_where_it_cannot() -> None:
    items, annotators, labels = zip(*random_rows(5, 60, 0.2), strict=True)
    patterns = tabulated(items, annotators, labels).patterns
    assert bootstrap(patterns, gwet_ac1, resamples=300) == bootstrap(patterns, gwet_ac1, resamples=300)
    rare = tabulated([0, 0, 1, 1, 2, 2], list("ababab"), [0, 0, 0, 0, 0, 1]).patterns
    figure = bootstrap(rare, fleiss_kappa, resamples=300)
    assert figure.value is not None
    assert figure.low is None
    assert "resamples" in figure.reason


def test_bootstrap_of_many_patterns_draws_items() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 50, 400)
    patterns = tabulated(np.repeat(np.arange(200), 2), np.tile([0, 1], 200), labels).patterns
    assert len(patterns.times) * 10 > patterns.items
    figure = bootstrap(patterns, percent, resamples=200)
    low, high = interval(figure)
    assert low <= np.mean(labels[::2] == labels[1::2]) <= high


@pytest.mark.parametrize(("freedom", "value"), [(1, 12.7062), (5, 2.5706), (11, 2.2010), (30, 2.0423), (10**6, 1.96)])
def test_students_quantile(freedom: int, value: float) -> None:
    assert student(freedom) == pytest.approx(value, abs=1e-4)
