"""Detection on drawn faces; `python -m bench.detect` measures it on photographs."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from demo.drawing import encode, group, portrait, scenery
from demo.people import PEOPLE
from ingest.boxes import Box, iou
from ingest.detect import find_faces, sightings
from ingest.detectors import DetectedFace, Parameters, get_detector, haar_profile
from ingest.detectors.haar import Haar, Settings, has_haar
from ingest.detectors.haar_profile import HaarProfile
from ingest.pictures import PictureRefused

SIDEWAYS = 6


@cache
def drawn(size: tuple[int, int] = (480, 600)) -> Image.Image:
    return portrait(PEOPLE[0], 1, size)


def only_face(data: bytes) -> DetectedFace:
    (face,) = find_faces(data, get_detector()).faces
    return face


class Fixed:
    """Sees the same two boxes everywhere."""

    name, version, max_pixels = "fixed", "1", 10_000
    parameters: Parameters = {}

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        assert rgb.shape == (100, 100, 3)
        return [DetectedFace(Box(10, 20, 30, 30), 1.0), DetectedFace(Box(60, 60, 50, 50), 2.0)]


def test_boxes_are_in_pixels_of_the_upright_picture_inside_it_and_the_largest_first() -> None:
    found = find_faces(encode(Image.new("RGB", (400, 400))), Fixed())
    assert (found.info.width, found.info.height) == (400, 400)
    assert [face.box for face in found.faces] == [Box(240, 240, 160, 160), Box(40, 80, 120, 120)]
    assert [face.score for face in found.faces] == [2.0, 1.0]


def test_drawn_face_is_found_where_it_was_pasted() -> None:
    canvas = Image.new("RGB", (1400, 1000), (128, 128, 128))
    canvas.paste(drawn(), (800, 300))
    alone, pasted = only_face(encode(drawn())).box, only_face(encode(canvas)).box
    assert iou(Box(alone.x + 800, alone.y + 300, alone.w, alone.h), pasted) > 0.7


def test_box_grows_with_the_picture() -> None:
    large = drawn().resize((1920, 2400), Image.Resampling.BICUBIC)
    assert iou(only_face(encode(drawn())).box.scaled(4), only_face(encode(large)).box) > 0.7


def test_face_of_a_sideways_photo_with_orientation_is_found_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS
    lying = drawn().transpose(Image.Transpose.ROTATE_90)
    assert iou(only_face(encode(drawn())).box, only_face(encode(lying, exif=exif)).box) > 0.9
    assert find_faces(encode(lying), get_detector()).faces == ()


def test_two_faces_are_two() -> None:
    pair = Image.new("RGB", (960, 600))
    pair.paste(drawn(), (0, 0))
    pair.paste(drawn(), (480, 0))
    assert len(find_faces(encode(pair), get_detector()).faces) == 2


def test_no_face_in_scenery_noise_or_nothing() -> None:
    for image in (
        scenery(1, (800, 600)),
        Image.effect_noise((400, 400), 90).convert("RGB"),
        Image.new("RGB", (32, 32)),
    ):
        assert find_faces(encode(image), get_detector()).faces == ()


def test_find_without_enough_votes_of_the_other_cascades_is_dropped() -> None:
    picture = np.asarray(drawn())
    assert len(Haar().find(picture)) == 1
    assert Haar(Settings(min_votes=10_000)).find(picture) == []


def test_find_of_few_votes_needs_an_eye_and_one_of_many_votes_none() -> None:
    picture = np.asarray(drawn())
    assert len(Haar(Settings(eye_neighbors=10_000, strong_votes=1)).find(picture)) == 1
    assert Haar(Settings(eye_neighbors=10_000, strong_votes=10_000)).find(picture) == []
    assert len(Haar(Settings(strong_votes=10_000)).find(picture)) == 1


@pytest.mark.parametrize("degrees", [-30, 30])
def test_rolled_face_is_found_in_a_second_look(degrees: int) -> None:
    upright = only_face(encode(drawn())).box
    rolled = drawn().rotate(degrees, Image.Resampling.BICUBIC, center=_centre(upright), fillcolor=(128, 128, 128))
    assert iou(only_face(encode(rolled)).box, upright) > 0.5
    assert Haar(Settings(second_min_share=0.9)).find(np.asarray(rolled)) == []


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h / 2


def test_faces_of_a_group_are_found_left_to_right() -> None:
    found = find_faces(encode(group(PEOPLE[:4], 5)), get_detector()).faces
    places = sorted(face.box.x + face.box.w / 2 for face in found)
    assert [int(place // 400) for place in places] == [0, 1, 2, 3]


def test_least_size_is_a_share_of_the_picture() -> None:
    """The same face, 68 pixels wide in either picture: looked for in the smaller one only."""
    face = drawn().resize((160, 200), Image.Resampling.LANCZOS)
    for side, count in ((700, 1), (2400, 0)):
        canvas = Image.new("RGB", (side, side), (128, 128, 128))
        canvas.paste(face, (side // 2, side // 2))
        assert len(find_faces(encode(canvas), get_detector()).faces) == count


def test_face_below_the_least_share_of_the_picture_is_not_looked_for() -> None:
    picture = np.asarray(drawn())
    assert Haar(Settings(min_share=0.9, second_min_share=0.9)).find(picture) == []


def test_weights_are_kept_by_cascade_and_voters_make_the_score() -> None:
    face = only_face(encode(drawn()))
    settings = Settings()
    assert set(face.weights) == {settings.finder, *settings.voters}
    assert face.weights[settings.finder] > settings.finder_neighbors
    assert face.score == sum(face.weights[name] for name in settings.voters) >= settings.min_votes
    assert face.eyes in (1, 2)


class Seeing:
    """Sees these boxes in pictures of a hundred by a hundred."""

    version, max_pixels = "1", 10_000
    parameters: Parameters = {}

    def __init__(self, name: str, *boxes: Box) -> None:
        self.name, self.boxes = name, boxes

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        return [DetectedFace(box, 1.0) for box in self.boxes]


def test_further_detectors_add_the_faces_that_the_first_did_not_see() -> None:
    first = Seeing("first", Box(10, 10, 30, 30))
    second = Seeing("second", Box(12, 12, 34, 34), Box(60, 60, 35, 35))
    third = Seeing("third", Box(62, 60, 35, 35))
    seen = sightings(encode(Image.new("RGB", (100, 100))), [first, second, third])
    assert [(one.detector.name, one.face.box) for one in seen] == [
        ("second", Box(60, 60, 35, 35)),
        ("first", Box(10, 10, 30, 30)),
    ]


def test_profile_boxes_of_the_mirror_lie_where_the_face_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cascade is played: it sees a bright square, in its upper left corner only."""

    def left_half(cascade: str, grey: NDArray[np.uint8], **_: object) -> list[tuple[Box, int]]:
        rows, columns = np.nonzero(grey > 200)
        if not len(rows) or columns.min() > grey.shape[1] / 2:
            return []
        return [(Box(int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1), 9)]

    monkeypatch.setattr(haar_profile, "hits", left_half)
    monkeypatch.setattr(haar_profile, "votes", lambda *_, **__: 99)
    for x in (10, 230):
        picture = np.zeros((200, 300, 3), np.uint8)
        picture[50:110, x : x + 60] = 255
        (face,) = HaarProfile().find(picture)
        assert face.box == Box(x, 50, 60, 60)


def test_profile_detector_is_registered_and_sees_nobody_in_scenery() -> None:
    detector = get_detector("haar-profile")
    assert (detector.name, cv2.__version__ in detector.version) == ("haar-profile", True)
    assert find_faces(encode(scenery(1, (800, 600))), detector).faces == ()


@pytest.mark.faces
def test_photographs_of_people_show_a_face_and_of_nobody_none(real_faces: Path) -> None:
    """A few, to notice what drawn faces hide; the figures are bench.detect's."""
    people = sorted((real_faces / "people").glob("*/*"))[::12]
    nobody = sorted((real_faces / "nofaces").iterdir())[::5]
    seen = [len(find_faces(path.read_bytes(), get_detector()).faces) for path in people]
    assert sum(count == 1 for count in seen) >= 0.9 * len(people)
    assert sum(bool(find_faces(path.read_bytes(), get_detector()).faces) for path in nobody) <= 1


def test_version_names_opencv_and_changes_with_the_parameters() -> None:
    assert cv2.__version__ in Haar().version
    assert Haar().version == Haar().version
    assert Haar(Settings(finder_neighbors=7)).version != Haar().version
    assert Haar(Settings(finder_neighbors=7)).parameters["finder_neighbors"] == 7


def test_threads_see_what_one_sees() -> None:
    picture = np.asarray(drawn())
    detector = Haar()
    alone = detector.find(picture)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detector.find, [picture] * 4)) == [alone] * 4


def test_refused_picture_stays_refused() -> None:
    with pytest.raises(PictureRefused):
        find_faces(b"<html>", get_detector())


def test_unknown_detector_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="clairvoyance"):
        get_detector("clairvoyance")


def test_opencv_without_cascades_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_haar() is None
    monkeypatch.delattr(cv2, "CascadeClassifier")
    told = has_haar()
    assert told is not None
    assert cv2.__version__ in told
    assert "below version 5" in told
