from typing import Any

import numpy as np
import pytest

from curation.reviewer_rates import Rates, competent, posterior, recoded, shrunk, stated, widened

ANA = ((0.9, 0.1), (0.2, 0.8))
RATES = Rates(("yes", "no"), (0.6, 0.4), ((0.7, 0.3), (0.4, 0.6)), {"ana": ANA})


def near(found: dict[str, float]) -> Any:
    return pytest.approx(found, abs=1e-6)


def test_two_and_three_answers_of_competent_reviewers() -> None:
    rates = competent(["a", "b", "c"])
    # 0.9² ÷ (0.9² + 2 × 0.05²), and 0.9² 0.05 ÷ (0.9² 0.05 + 0.05² 0.9 + 0.05³)
    assert posterior(["a", "a"], [1, 2], rates)["a"] == pytest.approx(0.81 / 0.815)
    assert posterior(["a", "a", "b"], [1, 2, 3], rates)["a"] == pytest.approx(0.0405 / 0.042875)


def test_each_answer_weighs_as_its_reviewer_does() -> None:
    # yes: 0.6 × 0.9 × 0.3 = 0.162; no: 0.4 × 0.2 × 0.6 = 0.048; whoever is not known weighs as the pooled
    assert posterior(["yes", "no"], ["ana", "new"], RATES) == near({"yes": 0.162 / 0.21, "no": 0.048 / 0.21})
    assert posterior(["yes", "no"], ["new", "ana"], RATES) == near({"yes": 0.042 / 0.17, "no": 0.128 / 0.17})


def test_no_answers_leave_the_marginals_and_others_may_be_given() -> None:
    assert posterior([], [], RATES) == near({"yes": 0.6, "no": 0.4})
    assert posterior(["yes"], ["ana"], RATES, [0.5, 0.5]) == near({"yes": 0.9 / 1.1, "no": 0.2 / 1.1})


def test_an_answer_that_is_no_class_is_refused_until_there_is_one() -> None:
    with pytest.raises(KeyError):
        posterior(["perhaps"], ["ana"], RATES)
    wide = widened(RATES, ["perhaps", "yes", "perhaps"])
    assert wide.classes == ("yes", "no", "perhaps")
    assert wide.marginals == pytest.approx((0.4, 0.8 / 3, 1 / 3))
    assert wide.of("ana")[0] == pytest.approx((0.855, 0.095, 0.05))
    assert wide.of("ana")[2] == pytest.approx((0.05, 0.05, 0.9))
    assert widened(RATES, ["no"]) is RATES


def test_expected_counts_split_an_answer_by_what_the_item_may_be() -> None:
    probabilities = np.array([[1.0, 0.0], [0.25, 0.75]])
    counts = stated(probabilities, np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    assert counts.tolist() == [[[1.0, 0.25], [0.0, 0.75]], [[0.0, 0.25], [0.0, 0.75]]]


def test_rates_are_drawn_to_the_pooled_ones_and_these_to_a_competent_reviewer() -> None:
    counts = np.array([[[8.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
    rates = shrunk(counts, annotators=["ana", "new"], classes=["yes", "no"], items=np.array([10.0, 0.0]))
    assert rates.pooled[0] == pytest.approx((35 / 40, 5 / 40))  # (8 + 30 × 0.9) ÷ (10 + 30)
    assert rates.of("ana")[0] == pytest.approx((13.25 / 16, 2.75 / 16))  # (8 + 6 × 0.875) ÷ (10 + 6)
    assert rates.of("never seen") == rates.pooled
    assert np.array(rates.of("new")) == pytest.approx(np.array(rates.pooled))
    assert rates.pooled[1] == pytest.approx((0.1, 0.9)), "of a class that nobody saw nothing was learned"
    assert rates.marginals == pytest.approx((11 / 12, 1 / 12))


def test_classes_that_became_one_are_weighed_by_how_common_they_were() -> None:
    table = ((0.8, 0.1, 0.1), (0.2, 0.6, 0.2), (0.1, 0.1, 0.8))
    rates = Rates(("1", "2", "3"), (0.5, 0.25, 0.25), table, {7: table})
    merged = recoded(rates, {"2": "1"})
    assert (merged.classes, merged.marginals) == (("1", "3"), (0.75, 0.25))
    assert merged.of(7) == merged.pooled
    assert merged.pooled[0] == pytest.approx((0.65 / 0.75, 0.1 / 0.75))  # (0.5 × 0.9 + 0.25 × 0.8) ÷ 0.75
    assert merged.pooled[1] == pytest.approx((0.2, 0.8))


def test_a_class_asked_anew_is_gone_and_another_name_changes_no_number() -> None:
    table = ((0.8, 0.1, 0.1), (0.2, 0.6, 0.2), (0.1, 0.1, 0.8))
    rates = Rates(("1", "2", "3"), (0.5, 0.25, 0.25), table)
    gone = recoded(rates, {"3": None})
    assert gone.classes == ("1", "2")
    assert gone.marginals == pytest.approx((2 / 3, 1 / 3))
    assert gone.pooled[1] == pytest.approx((0.25, 0.75))
    renamed = recoded(rates, {"3": "8"})
    assert renamed.classes == ("1", "2", "8")
    assert np.array(renamed.pooled) == pytest.approx(np.array(table))
    assert recoded(rates, {"2": None, "3": None}) is rates


@pytest.mark.parametrize(
    ("classes", "marginals", "table"),
    [
        (("a",), (1.0,), ((1.0,),)),
        (("a", "a"), (0.5, 0.5), ANA),
        (("a", "b"), (1.0,), ANA),
        (("a", "b"), (0.5, 0.5), ((1.0,), (1.0,))),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    classes: tuple[str, ...], marginals: tuple[float, ...], table: tuple[tuple[float, ...], ...]
) -> None:
    with pytest.raises(ValueError, match="error rates"):
        Rates(classes, marginals, table)
