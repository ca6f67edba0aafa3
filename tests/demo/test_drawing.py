"""Drawn people: the same every time, different from one another, and seen by the Haar cascades."""

import csv
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat

from demo.drawing import blurred, encode, group, portrait, scenery
from demo.people import COLUMNS, PEOPLE, Person, in_young_years, write_identities

SMALL = (480, 600)
Box = tuple[int, int, int, int]


def seen_by(cascade: str, image: Image.Image) -> list[Box]:
    finder = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"haarcascade_frontalface_{cascade}.xml"))
    grey = np.asarray(image.convert("L"))
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in finder.detectMultiScale(grey, 1.1, 4, minSize=(50, 50))]


def overlap(first: Box, second: Box) -> float:
    wide = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    tall = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    common = max(0, wide) * max(0, tall)
    return common / (first[2] * first[3] + second[2] * second[3] - common)


def faces(image: Image.Image) -> list[Box]:
    confirming = seen_by("alt2", image)
    return [box for box in seen_by("default", image) if any(overlap(box, other) > 0.4 for other in confirming)]


def difference(first: Image.Image, second: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean)


def test_portrait_is_the_same_every_time() -> None:
    assert encode(portrait(PEOPLE[0], 5, SMALL)) == encode(portrait(PEOPLE[0], 5, SMALL))


def test_portrait_differs_by_seed_and_by_person() -> None:
    drawn = portrait(PEOPLE[0], 5, SMALL)
    assert difference(drawn, portrait(PEOPLE[0], 6, SMALL)) > 10
    assert difference(drawn, portrait(PEOPLE[1], 5, SMALL)) > 10


@pytest.mark.parametrize("size", [(480, 600), (1800, 1350)])
def test_portrait_has_the_size_asked_for(size: tuple[int, int]) -> None:
    assert portrait(PEOPLE[2], 1, size).size == size


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.slug)
def test_portrait_is_one_face_to_two_cascades(person: Person) -> None:
    assert len(faces(portrait(person, 4, SMALL))) == 1


def test_group_is_as_many_faces_from_left_to_right() -> None:
    left, right = sorted(faces(group((PEOPLE[0], PEOPLE[10]), 1, (960, 720))))
    assert left[0] + left[2] < 480 < right[0]


def test_scenery_is_no_face() -> None:
    assert [faces(scenery(seed, (600, 400))) for seed in range(4)] == [[], [], [], []]


def test_blurred_has_lost_its_edges() -> None:
    drawn = portrait(PEOPLE[3], 1, SMALL)
    sharpness = [cv2.Laplacian(np.asarray(image.convert("L")), cv2.CV_64F).var() for image in (drawn, blurred(drawn))]
    assert sharpness[1] < sharpness[0] / 10


def test_encode_writes_the_exif_it_is_given_and_no_other() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Corvina"
    with Image.open(BytesIO(encode(scenery(1, SMALL), exif=exif))) as image:
        assert dict(image.getexif()) == {0x010F: "Corvina"}
    with Image.open(BytesIO(encode(scenery(1, SMALL)))) as image:
        assert not image.getexif()


def test_young_years_have_no_grey_hair() -> None:
    young = in_young_years(PEOPLE[1])
    assert (young.look.grey, young.look.wrinkles, young.name) == (0, 0, PEOPLE[1].name)
    assert difference(portrait(PEOPLE[1], 1, SMALL), portrait(young, 1, SMALL)) > 1


def test_people_are_twelve_of_both_genders_four_races_and_two_ages() -> None:
    assert len({person.slug for person in PEOPLE}) == len({person.look for person in PEOPLE}) == 12
    kinds = [(person.race, person.gender) for person in PEOPLE]
    assert len({race for race, _ in kinds}) == 4
    assert {gender for _, gender in kinds} == {"female", "male"}
    assert sum(person.born < 1970 for person in PEOPLE) == 5


def test_identities_are_written_as_csv(tmp_path: Path) -> None:
    write_identities(tmp_path / "identities.csv")
    with (tmp_path / "identities.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["name"] for row in rows] == [person.name for person in PEOPLE]
    assert rows[0]["birth_date"] == "1991"
    assert rows[0]["basis"] == "Invented for the demo: stage actor"
    assert {row["wikidata_id"] for row in rows} == {""}
