"""From a photo's bytes to faces, refusals and notes of what was seen."""

import io
from functools import cache

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from pytest_django import Settings

from curation.claims import open_claims
from curation.models import Slot
from demo.drawing import encode, group, portrait
from demo.people import PEOPLE
from ingest import detection, store
from ingest.boxes import Box
from ingest.decisions import Decision, decide, newest, said_of
from ingest.detectors import DetectedFace, Parameters
from ingest.hashes import bits_apart
from ingest.models import Candidate, Detection, Face, Identity, Photo, Tombstone
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import crawl, face_jpeg, outcomes, picture
from tests.servers import Site

pytestmark = pytest.mark.django_db


class Seeing:
    """Sees these boxes in a picture of 400 by 400."""

    max_pixels = 160_000
    parameters: Parameters = {}

    def __init__(self, name: str, version: str, *boxes: Box, eyes: int | None = 2) -> None:
        self.name, self.version, self.boxes, self.eyes = name, version, boxes, eyes

    def find(self, rgb: NDArray[np.uint8]) -> list[DetectedFace]:
        return [DetectedFace(box, 1.0, eyes=self.eyes) for box in self.boxes]


LEFT, RIGHT, LOW, TINY = Box(20, 20, 100, 100), Box(250, 20, 110, 110), Box(150, 250, 120, 120), Box(10, 350, 20, 20)


@cache
def noise() -> bytes:
    return encode(Image.effect_noise((400, 400), 60).convert("RGB"))


@pytest.fixture
def fetched(site: Site) -> tuple[Site, Photo]:
    """A photo of noise that was crawled for Ada, before any detector of these tests saw a face in it."""
    factories.identity("Ada")
    site.pages["/noise.jpg"] = picture(noise())
    assert outcomes(crawl(site, ("Ada", "/noise.jpg", "/by"))) == [("refused", "no_face")]
    return site, Photo.objects.get()


def look_with(monkeypatch: pytest.MonkeyPatch, settings: Settings, *detectors: Seeing) -> None:
    settings.DETECTORS = [detector.name for detector in detectors]
    by_name = {detector.name: detector for detector in detectors}
    monkeypatch.setattr(detection, "get_detector", by_name.__getitem__)


def test_group_photo_is_refused_and_kept_with_what_was_seen(site: Site, settings: Settings) -> None:
    settings.MAX_FACES = 3
    factories.identity("Ada")
    site.pages["/group.jpg"] = picture(encode(group(PEOPLE[:4], 5)))
    job = crawl(site, ("Ada", "/group.jpg", "/by"))
    assert outcomes(job) == [("refused", "group_photo")]
    candidate = job.candidates.get()
    assert candidate.photo == Photo.objects.get()
    assert "4 faces" in candidate.detail
    assert [(seen.refusal, seen.face) for seen in Detection.objects.all()] == [("group_photo", None)] * 4
    assert not Face.objects.exists()
    assert open_claims() == 0


def test_as_many_faces_as_allowed_are_no_group(site: Site, settings: Settings) -> None:
    settings.MAX_FACES = 4
    factories.identity("Ada")
    site.pages["/group.jpg"] = picture(encode(group(PEOPLE[:4], 5)))
    assert outcomes(crawl(site, ("Ada", "/group.jpg", "/by"))) == [("done", "")]
    assert [face.quality["faces"] for face in Face.objects.all()] == [4] * 4


def test_blurred_face_is_refused_with_its_box(site: Site) -> None:
    factories.identity("Ada")
    image = portrait(PEOPLE[1], 1, (480, 600)).filter(ImageFilter.GaussianBlur(9))
    site.pages["/soft.jpg"] = picture(encode(image))
    job = crawl(site, ("Ada", "/soft.jpg", "/by"))
    assert outcomes(job) == [("refused", "blurred")]
    seen = Detection.objects.get()
    assert (seen.refusal, seen.face) == ("blurred", None)
    assert seen.width > 60
    assert "is needed" in job.candidates.get().detail


def test_doubtful_face_is_reviewed_after_the_good_one(site: Site, settings: Settings) -> None:
    factories.identity("Ada")
    crawl(site, ("Ada", "/ada.jpg", "/by"))
    settings.SMALL_FACE_PIXELS = 1000
    crawl(site, ("Ada", "/two.jpg", "/by"))
    good, small = Face.objects.order_by("pk")
    assert (good.concerns, small.concerns) == ([], ["small"])
    assert set(good.quality) == {"box", "sharpness", "dark", "bright", "eyes", "faces"}
    assert open_claims() == 2
    places = dict(Slot.objects.values_list("claim__face", "priority"))
    assert places[good.pk] < places[small.pk]


@pytest.mark.parametrize(
    ("boxes", "code"), [((TINY,), "face_too_small"), ((), "no_face"), ((LEFT, RIGHT, LOW, TINY), "group_photo")]
)
def test_photo_without_a_useful_face_says_why(
    fetched: tuple[Site, Photo],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    boxes: tuple[Box, ...],
    code: str,
) -> None:
    site, photo = fetched
    settings.MAX_FACES = 3
    look_with(monkeypatch, settings, Seeing("eye", "1", *boxes))
    factories.identity("Bo")
    assert outcomes(crawl(site, ("Bo", "/noise.jpg", "/by"))) == [("refused", code)]
    assert [seen.refusal for seen in photo.detections.all()] == [code] * len(boxes)


def test_the_largest_face_tells_why_all_were_refused(
    fetched: tuple[Site, Photo], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.MIN_SHARPNESS = 1_000_000
    look_with(monkeypatch, settings, Seeing("eye", "1", TINY, LEFT))
    factories.identity("Bo")
    assert outcomes(crawl(fetched[0], ("Bo", "/noise.jpg", "/by"))) == [("refused", "blurred")]
    assert set(Detection.objects.values_list("width", "refusal")) == {(100, "blurred"), (20, "face_too_small")}


def test_faces_of_a_further_detector_bear_its_name_and_no_word_on_eyes(
    fetched: tuple[Site, Photo], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    front, side = Seeing("front", "1", LEFT, eyes=0), Seeing("side", "1", LEFT, RIGHT, eyes=None)
    look_with(monkeypatch, settings, front, side)
    assert detection.redetect(fetched[1]) == 2
    seen = Detection.objects.order_by("x").values_list("detector", "face__x", "face__concerns")
    assert list(seen) == [("front", 20, ["no_eyes"]), ("side", 250, [])]


def test_newer_version_adds_new_faces_only_and_twice_is_once(
    fetched: tuple[Site, Photo], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    _site, photo = fetched
    look_with(monkeypatch, settings, Seeing("eye", "1", LEFT))
    assert detection.redetect(photo) == 1
    before = Face.objects.values().get()
    nudged = Box(LEFT.x + 5, LEFT.y + 5, LEFT.w, LEFT.h)
    look_with(monkeypatch, settings, Seeing("eye", "2", nudged, RIGHT, TINY))
    assert (detection.redetect(photo), detection.redetect(photo)) == (1, 0)
    assert Face.objects.values().get(pk=before["id"]) == before
    assert (Face.objects.count(), Detection.objects.count()) == (2, 4)
    assert Detection.objects.get(version="2", x=nudged.x).face_id == before["id"]


def test_group_seen_later_keeps_the_faces_known_before(
    fetched: tuple[Site, Photo], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.MAX_FACES = 2
    look_with(monkeypatch, settings, Seeing("eye", "1", LEFT))
    detection.redetect(fetched[1])
    look_with(monkeypatch, settings, Seeing("eye", "2", LEFT, RIGHT, LOW))
    assert detection.redetect(fetched[1]) == 0
    assert set(Detection.objects.filter(version="2").values_list("x", "refusal")) == {
        (LEFT.x, ""),
        (RIGHT.x, "group_photo"),
        (LOW.x, "group_photo"),
    }


def test_redetect_command_brings_refused_photos_into_the_queue(
    fetched: tuple[Site, Photo], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    _site, photo = fetched
    look_with(monkeypatch, settings, Seeing("eye", "2", LEFT))
    assert told("--dry-run") == [f"{photo.sha256}: 1 new", "New faces, were this no dry run: 1."]
    assert not Face.objects.exists()
    assert told("--photo", photo.sha256[:10]) == [f"{photo.sha256}: 1 new", "New faces: 1."]
    assert (Candidate.objects.get().state, Candidate.objects.get().refusal) == ("done", "")
    assert open_claims() == 1
    assert told() == ["New faces: 0."]


@pytest.mark.parametrize("what", ["retired", "erased", "licence"])
def test_redetect_readmits_nobody_who_may_not_enter_now(
    fetched: tuple[Site, Photo], monkeypatch: pytest.MonkeyPatch, settings: Settings, what: str
) -> None:
    _site, photo = fetched
    refused = Candidate.objects.get()
    if what == "retired":
        Identity.objects.update(state="retired")
    elif what == "erased":
        Tombstone.objects.create(kind="sha256", value=photo.sha256, reason="asked for it")
    else:
        other = factories.candidate(factories.identity(), photo, state="held", refusal="licence_sold")
        seen = newest(said_of([other])[other.pk])
        decide(other.pk, Decision("", "It is sold.", factories.user(Role.ADMIN)), seen=seen)
    look_with(monkeypatch, settings, Seeing("eye", "2", LEFT))
    detection.redetect(photo)
    refused.refresh_from_db()
    assert refused.state == "refused"
    assert open_claims() == 0


def test_redetect_hashes_photos_and_faces_from_before_and_groups_them(site: Site) -> None:
    factories.identity("Ada")
    smaller = Image.open(io.BytesIO(face_jpeg(1))).resize((432, 540))
    site.pages["/smaller.jpg"] = picture(encode(smaller))
    crawl(site, ("Ada", "/ada.jpg", "/by"), ("Ada", "/smaller.jpg", "/by"))
    photos, faces = (dict(model.objects.values_list("pk", "phash")) for model in (Photo, Face))
    for model in (Photo, Face):
        model.objects.update(phash=None)
    Face.objects.update(duplicate_group=None)
    assert told() == ["New faces: 0."]
    assert dict(Photo.objects.values_list("pk", "phash")) == photos
    assert all(bits_apart(face.phash, faces[face.pk]) <= 2 for face in Face.objects.all())  # the crop was encoded since
    assert len({face.duplicate_group_id for face in Face.objects.all()} - {None}) == 1


def test_redetect_refuses_an_unknown_hash_and_passes_over_a_lost_file(fetched: tuple[Site, Photo]) -> None:
    with pytest.raises(CommandError, match="No photo"):
        told("--photo", "zz")
    Photo.objects.update(file=store.name_of("photos", "0" * 64))
    assert told() == ["New faces: 0."]


def told(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("redetect", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()
