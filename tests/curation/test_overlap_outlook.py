import pytest

from curation.overlap import Rule
from curation.overlap_outlook import outlook
from curation.reviewer_rates import Rates, competent

PERFECT = Rates(("a", "b"), (0.5, 0.5), ((1.0, 0.0), (0.0, 1.0)))
THREE = competent(["a", "b", "c"])
RULE = Rule(fewest=2, sure=0.98, most=5)


def test_reviewers_who_never_err_need_the_fewest() -> None:
    found = outlook(RULE, {"usable": PERFECT})
    assert (found.votes, found.error, found.disputed, found.wrong) == (2, 0, 0, 0)


def test_competent_reviewers_need_what_the_chances_say() -> None:
    """Two agree with probability 0.81 + 2 × 0.05²; 2.4 votes are expected (three or four else, seldom five)."""
    found = outlook(RULE, {"usable": THREE}, faces=4_000)
    assert found.votes == pytest.approx(2.38, abs=4 * found.error)
    assert found.error < 0.02
    assert 0 < found.disputed < 0.05
    assert found.wrong < 0.01


def test_with_as_many_as_the_fewest_whoever_differs_is_a_dispute() -> None:
    found = outlook(Rule(2, 0.98, 2), {"usable": THREE}, faces=4_000)
    assert found.votes == 2
    assert found.disputed == pytest.approx(1 - 0.815, abs=0.02)


def test_more_fields_and_a_share_that_gets_all_cost_more() -> None:
    one = outlook(RULE, {"race": THREE})
    three = outlook(RULE, {"race": THREE, "gender": THREE, "age": THREE})
    half = outlook(Rule(2, 0.98, 5, 0.5), {"usable": PERFECT})
    assert one.votes < three.votes < 5
    assert half.votes == 3.5


def test_the_same_faces_are_drawn_again() -> None:
    assert outlook(RULE, {"usable": THREE}) == outlook(RULE, {"usable": THREE})


def test_reviewers_that_are_known_are_drawn_with_their_own_rates() -> None:
    guess = ((0.5, 0.5), (0.5, 0.5))
    rates = Rates(("a", "b"), (0.5, 0.5), PERFECT.pooled, {1: guess, 2: guess})
    assert outlook(RULE, {"usable": rates}).disputed > 0.9
