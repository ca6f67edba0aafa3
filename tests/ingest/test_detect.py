"""Detection on drawn faces; `python -m bench.detect` measures it on photographs."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from demo.drawing import encode, portrait, scenery
from demo.people import PEOPLE
from ingest.boxes import Box, iou
from ingest.detect import find_faces
from ingest.detectors import DetectedFace, Parameters, get_detector
from ingest.detectors.haar import Haar, Settings, has_haar
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


def test_candidate_that_the_second_cascade_does_not_confirm_is_dropped() -> None:
    picture = np.asarray(drawn())
    assert len(Haar().find(picture)) == 1
    assert Haar(Settings(confirmer_neighbors=10_000)).find(picture) == []


def test_weak_find_without_eyes_is_dropped_and_strong_one_kept() -> None:
    picture = np.asarray(drawn())
    assert len(Haar(Settings(eye_neighbors=10_000, strong_neighbors=1)).find(picture)) == 1
    assert Haar(Settings(eye_neighbors=10_000, strong_neighbors=10_000)).find(picture) == []
    assert len(Haar(Settings(strong_neighbors=10_000)).find(picture)) == 1


def test_face_below_the_least_share_of_the_picture_is_not_looked_for() -> None:
    picture = np.asarray(drawn())
    assert Haar(Settings(min_share=0.9)).find(picture) == []


def test_weights_are_kept_by_cascade() -> None:
    face = only_face(encode(drawn()))
    settings = Settings()
    assert set(face.weights) == {settings.finder, settings.confirmer}
    assert face.weights[settings.finder] > settings.finder_neighbors
    assert face.weights[settings.confirmer] > settings.confirmer_neighbors
    assert face.score == sum(face.weights.values())


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
