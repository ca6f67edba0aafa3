import pytest

from curation.overlap import Rule, decide, gain, is_sampled, next_step, weigh
from curation.reviewer_rates import Rates, competent

RULE = Rule(fewest=2, sure=0.98, most=5)
THREE = competent(["a", "b", "c"])
SURE = weigh("aa", [1, 2], THREE)
UNSURE = weigh("ab", [1, 2], THREE)


def steps(labels: str, rule: Rule = RULE, *, full: bool = False) -> list[str]:
    """What follows after each answer."""
    return [decide(labels[:n], range(n), THREE, rule, full=full).step for n in range(1, len(labels) + 1)]


def test_two_that_agree_settle() -> None:
    found = decide("aa", [1, 2], THREE, RULE)
    assert (found.step, found.value, found.probability) == ("settled", "a", 0.993865)  # 0.81 ÷ 0.815
    assert found.soft == {"a": 0.993865, "b": 0.003067, "c": 0.003067}


def test_the_doubtful_get_a_third_and_a_fourth() -> None:
    # two against one: 0.0405 ÷ 0.042875 = 0.9446; three against one: 0.03645 ÷ 0.036569 = 0.9968
    assert steps("abaa") == ["ask", "ask", "ask", "settled"]
    assert decide("aba", range(3), THREE, RULE).probability == 0.944606
    assert decide("abaa", range(4), THREE, RULE).value == "a"


def test_what_is_doubtful_at_most_is_a_dispute() -> None:
    assert steps("abcab") == ["ask"] * 4 + ["dispute"]
    assert decide("abcab", range(5), THREE, RULE).value == ""


def test_the_share_that_gets_all_votes_is_asked_on_when_sure() -> None:
    assert steps("aaaaa", full=True) == ["ask"] * 4 + ["settled"]


def test_a_reliable_reviewer_alone_may_do_and_an_unreliable_one_does_not_count_for_much() -> None:
    sure, guess = ((0.99, 0.01), (0.01, 0.99)), ((0.55, 0.45), (0.45, 0.55))
    rates = Rates(("a", "b"), (0.5, 0.5), guess, {"vera": sure})
    rule = Rule(fewest=1, sure=0.98, most=3)
    assert decide("a", ["vera"], rates, rule).step == "settled"
    assert decide("a", ["new"], rates, rule).step == "ask"


def test_a_reliable_minority_wins_over_two_who_guess() -> None:
    sure, guess = ((0.99, 0.01), (0.01, 0.99)), ((0.55, 0.45), (0.45, 0.55))
    rates = Rates(("a", "b"), (0.5, 0.5), guess, {"vera": sure})
    # a: 0.99 × 0.45² = 0.200475; b: 0.01 × 0.55² = 0.003025
    found = weigh("abb", ["vera", "new", "other"], rates)
    assert (found.value, found.probability) == ("a", 0.985135)


def test_a_tie_and_no_answers_have_no_value() -> None:
    assert (UNSURE.value, UNSURE.probability) == ("", 0.486486)  # 0.045 ÷ 0.0925
    empty = weigh("", [], THREE)
    assert (empty.value, empty.probability, empty.votes) == ("", 0.0, 0)


def test_nothing_is_settled_as_what_nobody_stated() -> None:
    mixed_up = ((0.1, 0.9), (0.3, 0.7))  # whoever says "b" of these mostly saw an "a"
    rates = Rates(("a", "b"), (0.9, 0.1), mixed_up)
    found = weigh("bb", [1, 2], rates)
    assert found.soft["a"] > 0.9
    assert (found.value, found.probability) == ("b", found.soft["b"])
    assert next_step([found], RULE) == "ask"


def test_a_label_that_the_rates_do_not_know_counts_all_the_same() -> None:
    assert weigh("dd", [1, 2], THREE).value == "d"


def test_a_question_is_sure_when_each_of_its_fields_is() -> None:
    assert next_step([SURE, SURE], RULE) == "settled"
    assert next_step([SURE, UNSURE], RULE) == "ask"
    assert next_step([SURE, UNSURE], Rule(2, 0.98, 2)) == "dispute"
    assert next_step([SURE, UNSURE], RULE, may_ask=False) == "dispute"


def test_a_sure_one_is_settled_where_more_than_most_were_asked() -> None:
    assert decide("aaab", range(4), THREE, Rule(2, 0.98, 3)).step == "settled"
    assert decide("aabb", range(4), THREE, Rule(2, 0.98, 3)).step == "dispute"


def test_the_gain_is_largest_where_least_is_known() -> None:
    two = competent(["a", "b"])
    assert gain({"a": 0.5, "b": 0.5}, two) == pytest.approx(0.531004, abs=1e-6)  # 1 − H(0.1)
    assert gain({"a": 1.0, "b": 0.0}, two) == 0
    order = [gain({"a": share, "b": 1 - share}, two) for share in (0.5, 0.7, 0.9, 0.99)]
    assert order == sorted(order, reverse=True)
    blind = Rates(("a", "b"), (0.5, 0.5), ((0.5, 0.5), (0.5, 0.5)))
    assert gain({"a": 0.5, "b": 0.5}, blind) == pytest.approx(0)


def test_the_sample_is_a_share_stays_the_same_and_grows_by_adding() -> None:
    fifth = {claim for claim in range(5_000) if is_sampled("key", "usable", claim, 0.2)}
    assert 900 < len(fifth) < 1_100
    assert fifth < {claim for claim in range(5_000) if is_sampled("key", "usable", claim, 0.3)}
    other = {claim for claim in range(5_000) if is_sampled("another", "usable", claim, 0.2)}
    assert 100 < len(fifth & other) < 300, "another key, another sample"
    assert not any(is_sampled("key", "usable", claim, 0) for claim in range(1_000))
    assert all(is_sampled("key", "usable", claim, 1) for claim in range(1_000))


@pytest.mark.parametrize(
    "known", [(0, 0.9, 3), (3, 0.9, 2), (2, 0.9, 10), (2, 0.5, 3), (2, 1.0, 3), (2, 0.9, 3, 1.1), (2, 0.9, 3, -0.1)]
)
def test_rules_that_cannot_be_followed_are_refused(known: tuple[int, float, int, float]) -> None:
    with pytest.raises(ValueError, match=r"votes|sure|share"):
        Rule(*known)
