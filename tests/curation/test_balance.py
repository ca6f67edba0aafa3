"""Worked by hand on small tables."""

import pytest

from curation.balance import CELLS, GROUPS, Group, Prospect, Row, Table, Tally, deficits, rank, table

YOUNG, OLD = (4, 1, 1), (4, 1, 2)
WHITE_WOMEN, BLACK_MEN = (4, 1), (3, 2)


def row(found: Table, group: Group) -> Row:
    return next(line for line in found.rows if line.group == group)


TALLIES = [
    Tally(1, WHITE_WOMEN, YOUNG, 3),
    Tally(1, WHITE_WOMEN, OLD, 2),
    Tally(2, (None, None), YOUNG, 4),
    Tally(2, WHITE_WOMEN, (4, None, 1), 5),
    Tally(3, (None, 1), (None, None, None), 6),
    Tally(3, BLACK_MEN, (3, 2, 0), 7),
]


def test_sixteen_cells_in_eight_groups() -> None:
    assert (len(CELLS), len(GROUPS)) == (16, 8)


def test_faces_and_persons_of_a_cell_a_group_an_age_and_all() -> None:
    found = table(TALLIES, {YOUNG: 10, OLD: 1})
    line = row(found, WHITE_WOMEN)
    assert [(f.wanted, f.faces, f.persons, f.missing) for f in line.cells.values()] == [(10, 7, 2, 3), (1, 2, 1, 0)]
    assert (line.total.faces, line.total.persons, line.missing) == (9, 2, 3)
    assert (found.ages[1].faces, found.ages[1].persons, found.missing_by_age) == (7, 2, {1: 3, 2: 0})
    assert (found.total.wanted, found.total.faces, found.total.persons, found.missing) == (11, 9, 2, 3)


def test_what_is_not_settled_counts_by_what_is_claimed_and_apart() -> None:
    found = table(TALLIES, {YOUNG: 10})
    line = row(found, WHITE_WOMEN)
    assert (line.unsettled, line.total.faces, found.unsettled) == (5, 9, 5)
    assert (found.unplaced, found.cannot_tell) == (6, 7)


def test_a_deficit_hopes_that_the_unsettled_are_what_is_claimed() -> None:
    lacking = deficits(table(TALLIES, {YOUNG: 20, (3, 2, 1): 4}))
    assert (lacking[WHITE_WOMEN], lacking[BLACK_MEN], lacking[(1, 1)]) == (20 - 7 - 5, 4, 0)


def prospect(
    identity: int, group: tuple[int, int] = BLACK_MEN, accepted: int = 0, judged: int = 0, left: int = 10
) -> Prospect:
    return Prospect(identity, group, accepted, judged, left)


def test_rank_by_what_a_person_can_add_to_what_lacks() -> None:
    lacking = {BLACK_MEN: 100, WHITE_WOMEN: 3, (1, 1): 0}
    ranked = rank(
        [
            prospect(1, accepted=5, judged=5),
            prospect(2, accepted=0, judged=5),
            prospect(3, WHITE_WOMEN, left=500),
            prospect(4, (1, 1)),
            prospect(5, left=0),
        ],
        lacking,
    )
    assert [one.prospect.identity for one in ranked] == [1, 3, 2]
    # The average is 5 of 10; it weighs as much as five judged faces.
    assert [one.expected for one in ranked] == [pytest.approx(7.5), pytest.approx(250), pytest.approx(2.5)]
    assert [one.useful for one in ranked] == [pytest.approx(7.5), 3, pytest.approx(2.5)]


def test_while_nothing_is_judged_half_of_the_photos_are_expected() -> None:
    assert rank([prospect(1)], {BLACK_MEN: 100})[0].expected == 5
    assert rank([], {}) == []
