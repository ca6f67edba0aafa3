import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as peer_kappa

from curation.agreement import Agreement, agreement
from curation.cohen import cohens_kappa

# Cohen, J. (1968): Weighted kappa. Psychological Bulletin 70(4), table 1: 200 diagnoses by two judges.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def votes_of(table: list[list[int]]) -> tuple[list[int], list[str], list[int]]:
    cells = [(i, j) for i, line in enumerate(table) for j, count in enumerate(line) for _ in range(count)]
    items = [item for item in range(len(cells)) for _ in "BA"]
    return items, ["B", "A"] * len(cells), [label for cell in cells for label in cell]


def test_cohens_kappa_of_the_published_table() -> None:
    assert cohens_kappa(COHEN).value == pytest.approx(0.491525, abs=1e-6)


def test_agreement_of_the_published_table() -> None:
    found = agreement(*votes_of(COHEN))
    (pair,) = found.pairs
    assert (found.items, found.comparisons, pair.n, pair.a, pair.b) == (200, 200, 200, "A", "B")
    assert pair.percent.value == found.percent_agreement.value == pytest.approx(0.7)
    assert pair.kappa.value == pytest.approx(0.491525, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_cohens_kappa_as_statsmodels_has_it(seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 30, size=(2 + seed % 4,) * 2)
    assert cohens_kappa(table).value == pytest.approx(peer_kappa(table, return_results=False), abs=1e-12)


def test_kappa_of_one_label_throughout_is_not_estimable() -> None:
    figure = cohens_kappa([[0, 0], [0, 17]])
    assert figure.value is None
    assert "one and the same label" in figure.reason


def test_kappa_is_zero_where_agreement_is_that_of_chance() -> None:
    assert cohens_kappa([[9, 3], [3, 1]]).value == 0
    assert cohens_kappa([[0, 5], [5, 0]]).value == -1


def test_kappa_of_nothing_is_not_estimable() -> None:
    figure = cohens_kappa([[0, 0], [0, 0]])
    assert figure.value is None
    assert "no item" in figure.reason


@pytest.mark.parametrize("votes", [([], [], []), ([1, 2], ["a", "b"], ["x", "x"])])
def test_agreement_without_an_item_in_common_is_not_estimable(
    votes: tuple[list[int], list[str], list[str]],
) -> None:
    found = agreement(*votes)
    figures = (found.percent_agreement, found.fleiss_kappa, found.krippendorff_alpha, found.gwet_ac1, found.scott_pi)
    assert {(figure.value, figure.low, figure.n, figure.reason) for figure in figures} == {
        (None, None, 0, "no item was answered by two")
    }
    assert (found.items, found.comparisons, found.pairs) == (len(votes[0]), 0, ())


def test_agreement_is_the_mean_over_items() -> None:
    """Item 1 has three answers, and one of three comparisons agrees; item 2 two that agree; item 3 only one."""
    items = [1, 1, 1, 2, 2, 3]
    found = agreement(items, ["c", "a", "b", "b", "a", "c"], ["x", "x", "y", "x", "x", "y"])
    assert (found.items, found.percent_agreement.n, found.comparisons) == (3, 2, 4)
    assert found.percent_agreement.value == pytest.approx((1 / 3 + 1) / 2)
    figures = {(pair.a, pair.b): (pair.n, pair.percent.value) for pair in found.pairs}
    assert figures == {("a", "b"): (2, 0.5), ("a", "c"): (1, 1.0), ("b", "c"): (1, 0.0)}


def test_agreement_is_the_same_in_any_order_of_votes() -> None:
    random = np.random.default_rng(7)
    columns = [
        (item, annotator, int(random.integers(3)))
        for item in range(40)
        for annotator in random.choice(5, 3, replace=False)
    ]

    def shuffled(seed: int) -> Agreement:
        order = np.random.default_rng(seed).permutation(len(columns))
        items, annotators, labels = zip(*(columns[i] for i in order), strict=True)
        return agreement(items, annotators, labels)

    assert shuffled(1) == shuffled(2)


def test_agreement_refuses_two_votes_of_one_annotator_on_an_item() -> None:
    with pytest.raises(ValueError, match="annotator 'a' has two votes on item 7"):
        agreement([9, 7, 7], ["a", "a", "a"], ["x", "x", "y"])


def test_agreement_refuses_columns_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="one length"):
        agreement([1, 1], ["a"], ["x", "y"])
