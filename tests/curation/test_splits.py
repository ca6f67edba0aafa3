"""The splits of one release, and of one after another: whole bundles, whole people, and what stands."""

import tracemalloc
from collections import Counter
from dataclasses import replace

import pytest

from curation.release.naming import PARTS
from curation.release.splits import DISJOINT, SHARED, Decisions, Item, Past, Placed, decide
from curation.release.splits.items import rank
from tests.curation.split_scenes import after, checked, face, people, stood


def peak(faces: int) -> int:
    """Bytes that deciding takes at most, for 50 people with so many faces each."""
    items = people([faces] * 50)
    tracemalloc.start()
    try:
        decide(items)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_deciding_takes_little_memory_for_a_face() -> None:
    """Besides the faces themselves; with a set, a tuple or a dictionary for each it was a thousand bytes."""
    decide(people([3]))  # what is made once
    assert (peak(50) - peak(10)) / (50 * 40) < 500


# ---- Bundles and people


def test_nothing_is_split_into_nothing() -> None:
    assert checked([]).report.sound


def test_a_face_that_is_there_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        decide([face(1, 1), face(1, 2)])


def test_three_pictures_of_a_person_are_in_three_parts() -> None:
    assert {*checked(people([3])).shared.values()} == {*PARTS}


def test_a_person_with_two_groups_of_pictures_is_in_no_part_and_told_of() -> None:
    """Four pictures, three of them near-duplicates."""
    items = [face(1, 1), *(face(n, 1, group=7) for n in (2, 3, 4)), *people([5], start=2)]
    decisions = checked(items)
    assert decisions.held[SHARED] == dict.fromkeys([1, 2, 3, 4], "thin")
    assert len(decisions.disjoint) == 9
    (held,) = decisions.report.splits[SHARED].held_back
    assert (held.reason, held.images, held.persons) == ("thin", 4, 1)


def test_a_thin_person_is_placed_once_there_are_pictures_enough() -> None:
    first = people([2, 5])
    past = after(first, decide(first))
    decisions = checked([*first, face(900, 1)], past)
    assert {decisions.shared[100], decisions.shared[101], decisions.shared[900]} == {*PARTS}


def test_what_shares_a_photo_or_a_group_stands_together_from_face_to_face() -> None:
    chain = [face(1, 1, photo=1, group=1), face(2, 1, photo=2, group=1), face(3, 1, photo=2, group=2)]
    chain.append(face(4, 1, photo=4, group=2))
    decisions = checked([*chain, *people([6] * 5, start=2)])
    for parts in (decisions.shared, decisions.disjoint):
        assert len({parts.get(item.face) for item in chain}) == 1


def test_photos_that_are_alike_stand_together_though_the_alike_faces_are_not_released() -> None:
    """Both show somebody of group 9 who is not in the release; without that they stand in two parts."""
    items = people([12])
    parts = decide(items).shared
    one, other = (next(item for item in items if parts[item.face] == part) for part in ("train", "val"))
    joined = decide(items, Past(alike=[(one.photo, 9), (other.photo, 9)]))
    assert joined.shared[one.face] == joined.shared[other.face]


def test_people_in_one_photo_are_not_merged_into_one_side() -> None:
    """Everybody is in one photo with everybody else, and has nine of their own."""
    everybody = [face(n, n, photo=1) for n in range(1, 21)]
    decisions = checked([*everybody, *(replace(one, photo=one.face) for one in people([9] * 20))])
    assert Counter(decisions.sides.values()) == {"train": 14, "val": 3, "test": 3}
    stays = {item.identity for item in everybody if item.face in decisions.disjoint}
    assert len({decisions.sides[one] for one in stays}) == 1
    assert {item.face for item in everybody if item.identity not in stays} == decisions.held[DISJOINT].keys()
    assert {*decisions.held[DISJOINT].values()} == {"beside"}


def two_people_in_one_photo(first: int, second: int) -> tuple[Decisions, set[int]]:
    """On two sides; of the first so many faces in the photo, of the second so many: (decisions, who stays)."""
    past = Past({1: "train", 2: "test"}, {}, {n: stood(n, "train" if n == 901 else "test") for n in (901, 902)})
    items = [face(901, 1), face(902, 2), *(face(n, 1, photo=5) for n in range(10, 10 + first))]
    items += [face(n, 2, photo=5) for n in range(20, 20 + second)]
    decisions = checked(items, past)
    return decisions, {item.identity for item in items if item.photo == 5 and item.face in decisions.disjoint}


@pytest.mark.parametrize(("first", "second", "stays"), [(2, 1, 1), (1, 2, 2), (3, 2, 1)])
def test_of_two_people_in_one_photo_the_one_with_more_faces_stays(first: int, second: int, stays: int) -> None:
    assert two_people_in_one_photo(first, second)[1] == {stays}


def test_of_two_people_with_as_many_faces_the_one_with_the_lower_hash_stays() -> None:
    lower = min((1, 2), key=lambda identity: rank("identity", identity))
    assert two_people_in_one_photo(2, 2)[1] == {lower}


def test_the_side_that_a_photo_has_already_counts_more_than_who_has_most_faces() -> None:
    past = Past({1: "train", 2: "test"}, {}, {1: stood(1, "train"), 2: stood(2, "test")})
    items = [face(1, 1), face(2, 2), *(face(n, 2, photo=1) for n in (11, 12, 13))]
    decisions = checked(items, past)
    assert decisions.disjoint == {1: "train", 2: "test"}
    assert decisions.held[DISJOINT] == dict.fromkeys([11, 12, 13], "beside")


# ---- What stands


def test_a_removal_moves_nobody() -> None:
    items = people([6] * 8)
    first = decide(items)
    decisions = checked([item for item in items if item.identity % 3], after(items, first))
    assert decisions.shared.items() <= first.shared.items()
    assert decisions.disjoint.items() <= first.disjoint.items()
    assert len(decisions.shared) == len(decisions.disjoint) == 36


def test_a_face_that_left_comes_back_to_its_part() -> None:
    items = people([6] * 8)
    first = decide(items)
    past = after(items, first)
    without = [item for item in items if item.face % 2]
    past = after(without, decide(without, past), past)
    assert (checked(items, past).shared, decide(items, past).disjoint) == (first.shared, first.disjoint)


def test_a_newcomer_in_a_photo_goes_where_the_photo_is() -> None:
    items = people([20])
    first = decide(items)
    new = [face(item.face + 500, 1, photo=item.photo) for item in items]
    decisions = checked([*items, *new], after(items, first))
    assert all(decisions.shared[item.face + 500] == first.shared[item.face] for item in items)


def test_a_newcomer_that_is_alike_a_face_that_has_left_goes_where_that_one_was() -> None:
    where = {900: Placed(900, 7, "test", 1)}
    past = Past({1: "test"}, where, where)
    decisions = checked([*people([9, 9]), face(901, 1, group=7)], past)
    assert (decisions.shared[901], decisions.disjoint[901]) == ("test", "test")
    assert decisions.report.splits[SHARED].left == 1


def bridged() -> tuple[list[Item], Past, Item]:
    """Two photos in two parts of both splits, and a face in one that is alike a face in the other."""
    past = Past(
        {1: "train", 2: "test"},
        {1: Placed(1, None, "train", 1), 2: Placed(2, 7, "test", 1), 3: stood(3, "val")},
        {1: Placed(1, None, "train", 1), 2: Placed(2, 7, "test", 1)},
    )
    return [face(1, 1), face(2, 2, group=7), face(3, 1), *people([4, 4], start=1)], past, face(9, 1, photo=1, group=7)


def test_a_newcomer_between_two_parts_is_held_back_and_told_of() -> None:
    items, past, bridge = bridged()
    decisions = checked([*items, bridge], past)
    for split, parts in ((SHARED, decisions.shared), (DISJOINT, decisions.disjoint)):
        assert decisions.held[split] == {9: "bridge"}
        assert (parts[1], parts[2]) == ("train", "test")
        (held,) = decisions.report.splits[split].held_back
        assert (held.reason, held.images, held.persons) == ("bridge", 1, 1)


def test_what_was_between_two_parts_is_placed_once_nothing_is_on_the_other_side() -> None:
    items, past, bridge = bridged()
    shared, disjoint = ({f: where for f, where in rows.items() if f != 2} for rows in (past.shared, past.disjoint))
    erased = Past({1: "train"}, shared, disjoint)
    decisions = checked([*(item for item in items if item.identity == 1), bridge], erased)
    assert (decisions.shared[9], decisions.disjoint[9]) == ("train", "train")


def test_of_two_released_faces_found_alike_since_the_one_released_first_stays() -> None:
    past = Past({1: "train"}, {1: stood(1, "val", 2), 2: stood(2, "train", 1)}, {})
    items = [face(1, 1, group=5), face(2, 1, group=5), *people([5])]
    decisions = checked(items, past)
    assert decisions.held[SHARED] == {1: "found_alike"}
    assert decisions.shared[2] == "train"


def test_a_released_face_that_is_said_to_show_a_person_of_another_side_is_held_back() -> None:
    past = Past({1: "train", 2: "test"}, {}, {1: stood(1, "train"), 2: stood(2, "test")})
    decisions = checked([face(1, 2), face(2, 2)], past)
    assert decisions.held[DISJOINT] == {1: "relabelled"}
    assert decisions.disjoint == {2: "test"}


def test_a_merged_person_takes_the_side_of_most_of_their_released_faces() -> None:
    past = Past({1: "test", 2: "val"}, {}, {1: stood(1, "test"), 2: stood(2, "val"), 3: stood(3, "val")})
    decisions = checked([face(n, 5) for n in (1, 2, 3)], past)
    assert decisions.sides == {5: "val"} == decisions.new_sides
    assert decisions.held[DISJOINT] == {1: "relabelled"}


def test_a_person_left_in_two_parts_by_removals_is_absent_and_comes_back_to_the_old_parts() -> None:
    items = people([5, 9])
    first = decide(items)
    past = after(items, first)
    rest = [item for item in items if first.shared[item.face] != "val" or item.identity == 2]
    decisions = checked(rest, past)
    gone = {item.face for item in rest if item.identity == 1}
    assert len(gone) == 4
    assert decisions.held[SHARED] == dict.fromkeys(gone, "incomplete")
    back = checked([*rest, face(901, 1)], past)
    assert back.shared[901] == "val"
    assert all(back.shared[one] == first.shared[one] for one in gone)


def test_a_person_with_no_picture_placed_has_no_side_yet() -> None:
    """Ten people are in train, so the next would not be; but their one picture is in a photo that is."""
    items = people([10] * 10)
    past = Past(dict.fromkeys(range(1, 11), "train"), {}, {one.face: stood(one.face, "train") for one in items})
    decisions = checked([*items, face(900, 50, photo=items[0].photo)], past)
    assert decisions.held[DISJOINT] == {900: "beside"}
    assert 50 not in decisions.sides
    assert not decisions.new_sides
