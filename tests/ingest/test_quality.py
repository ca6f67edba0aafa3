"""Measures of a face on drawn people of all complexions, and what blur and exposure do to them."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from demo.drawing import encode, portrait
from demo.people import PEOPLE, Person
from ingest.boxes import Box
from ingest.crops import crop
from ingest.detect import find_faces
from ingest.detectors import get_detector
from ingest.quality import Quality, Thresholds, clipped, concerns, measure, refusal, sharpness

LIMITS = Thresholds(least_box=60, least_sharpness=5, small_box=90, low_sharpness=30, clipped=0.25)
GOOD = Quality(box=200, sharpness=100, dark=0, bright=0, eyes=2, faces=1)


def measured(image: Image.Image, box: Box) -> Quality:
    return measure(crop(image, box), box, eyes=2, faces=1)


def drawn_face(person: Person) -> tuple[Image.Image, Box]:
    image = portrait(person, 1, (480, 600))
    return image, find_faces(encode(image), get_detector()).faces[0].box


def exposed(image: Image.Image, factor: float) -> Image.Image:
    return image.point(lambda level: round(level * factor))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.slug)
def test_well_lit_faces_of_any_complexion_have_no_concern(person: Person) -> None:
    quality = measured(*drawn_face(person))
    assert quality.dark < LIMITS.clipped / 2
    assert quality.bright < LIMITS.clipped / 2
    assert concerns(quality, LIMITS) == []
    assert refusal(quality, LIMITS) == ""


def test_under_and_over_exposure_are_told_for_the_darkest_and_the_lightest_skin() -> None:
    by_skin = sorted(PEOPLE, key=lambda person: sum(bytes.fromhex(person.look.skin[1:])))
    for person in (by_skin[0], by_skin[-1]):
        image, box = drawn_face(person)
        assert "dark" in concerns(measured(exposed(image, 0.06), box), LIMITS)
        assert "bright" in concerns(measured(exposed(image, 9.0), box), LIMITS)
        for stop in (0.6, 1.1):  # a little too dark or too bright still shows a face
            assert concerns(measured(exposed(image, stop), box), LIMITS) == []


def test_only_pixels_without_detail_in_all_channels_are_clipped() -> None:
    colours = ((0, 0, 0), (16, 16, 16), (17, 0, 0), (255, 255, 255), (250, 255, 255), (249, 255, 255), (128, 128, 128))
    image = Image.fromarray(np.array([colours], dtype=np.uint8))
    assert clipped(image) == pytest.approx((2 / 7, 2 / 7))


def test_exposure_is_measured_in_the_raw_box_not_in_the_margin() -> None:
    image = Image.new("RGB", (400, 400))
    box = Box(150, 150, 100, 100)
    image.paste((128, 128, 128), (150, 150, 250, 250))
    assert measured(image, box).dark == 0
    assert measured(Image.new("RGB", (1600, 1600)), Box(300, 300, 800, 800)).dark == 1


def test_blur_lowers_sharpness() -> None:
    image = Image.effect_noise((300, 300), 80)
    assert sharpness(image) > 4 * sharpness(image.filter(ImageFilter.GaussianBlur(3)))
    assert sharpness(Image.new("L", (50, 50), 99)) == 0


def test_blur_first_raises_a_concern_and_then_refuses() -> None:
    image, box = drawn_face(PEOPLE[0])
    soft, lost = (measured(image.filter(ImageFilter.GaussianBlur(radius)), box) for radius in (2.5, 12))
    assert (refusal(soft, LIMITS), concerns(soft, LIMITS)) == ("", ["blurred"])
    assert refusal(lost, LIMITS) == "blurred"


@pytest.mark.parametrize(
    ("quality", "code", "told"),
    [
        (GOOD, "", []),
        (replace(GOOD, box=59), "face_too_small", ["small"]),
        (replace(GOOD, box=60), "", ["small"]),
        (replace(GOOD, box=90), "", []),
        (replace(GOOD, sharpness=4.9), "blurred", ["blurred"]),
        (replace(GOOD, sharpness=29.9), "", ["blurred"]),
        (replace(GOOD, dark=0.26), "", ["dark"]),
        (replace(GOOD, bright=0.26, dark=0.25), "", ["bright"]),
        (replace(GOOD, eyes=0), "", ["no_eyes"]),
        (replace(GOOD, eyes=None), "", []),
        (replace(GOOD, box=70, eyes=0), "", ["small", "no_eyes"]),
    ],
)
def test_thresholds(quality: Quality, code: str, told: list[str]) -> None:
    assert refusal(quality, LIMITS) == code
    assert concerns(quality, LIMITS) == told


def test_rules_can_be_switched_off() -> None:
    off = Thresholds(least_box=0, least_sharpness=0, small_box=0, low_sharpness=0, clipped=1)
    worst = Quality(box=1, sharpness=0, dark=1, bright=0, eyes=2, faces=1)
    assert (refusal(worst, off), concerns(worst, off)) == ("", [])
