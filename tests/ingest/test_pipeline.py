import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from ingest import discovery, store
from ingest.jobs import start_job
from ingest.models import CrawlJob, Detection, Face, LicenceEvidence, Photo
from ingest.progress import troubles
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import BY, crawl, drain, face_jpeg, forget_robots, outcomes, page, picture
from tests.ingest.test_licence_contradictions import copyrighted
from tests.servers import Reply, Site

pytestmark = pytest.mark.django_db


def test_a_picture_with_a_proved_licence_becomes_a_face_with_its_crop(site: Site) -> None:
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    candidate = job.candidates.get()
    assert (job.state, candidate.state, candidate.proof, candidate.licence) == ("done", "done", "proved", "CC-BY-4.0")
    assert candidate.finished_at is not None
    photo, face = Photo.objects.get(), Face.objects.get()
    assert store.read(photo.file) == face_jpeg(1)
    assert (photo.width, photo.height, photo.mime, photo.size) == (480, 600, "image/jpeg", len(face_jpeg(1)))
    with Image.open(Path(stored("previews", photo.preview_sha256))) as preview:
        assert preview.size == (480, 600)
    with Image.open(Path(stored("crops", face.crop_sha256))) as crop:
        assert crop.size == (face.crop_side, face.crop_side)
    assert Detection.objects.get().face == face
    assert face.quality["faces"] == 1
    assert face.quality["box"] == face.width


def stored(folder: Any, sha256: str) -> str:
    from django.core.files.storage import default_storage  # late: each test has a storage of its own

    return default_storage.path(store.name_of(folder, sha256))


def test_the_source_page_is_kept_as_evidence_with_its_hash(site: Site) -> None:
    factories.identity("Ada")
    crawl(site, ("Ada", "/ada.jpg", "/by"))
    evidence = LicenceEvidence.objects.get()
    assert (evidence.kind, evidence.says, evidence.licence_url) == ("page", "CC-BY-4.0", BY)
    assert evidence.seen_at_url == site.url("/by")
    assert evidence.snapshot_sha256 == store.digest(page(BY).body)


def test_addresses_longer_than_an_index_holds_are_evidence_too(site: Site) -> None:
    """Signed addresses of pictures are thousands of characters long, and no two are alike."""
    chance = random.Random(1)
    tail = "".join(chance.choices(string.ascii_letters + string.digits, k=4000))
    site.pages["/ada.jpg"] = picture(copyrighted("CC BY 4.0"))
    site.pages["/long"] = page(f"{BY}?{tail}")
    factories.identity("Ada")
    assert outcomes(crawl(site, ("Ada", f"/ada.jpg?{tail}", "/long"))) == [("done", "")]
    assert {one.kind for one in LicenceEvidence.objects.all()} == {"page", "embedded"}


@pytest.mark.parametrize(
    ("path", "code", "state_if_allowed"),
    [
        ("/nc", "licence_nc", "refused"),
        ("/nd", "licence_nd", "refused"),
        ("/none", "licence_unknown", "done"),
        ("/lost", "page_unreadable", "done"),
        ("", "licence_unproved", "done"),
    ],
)
def test_licence_decides_before_anything_is_fetched(site: Site, path: str, code: str, state_if_allowed: str) -> None:
    factories.identity("Ada")
    assert outcomes(crawl(site, ("Ada", "/ada.jpg", path))) == [("refused", code)]
    assert "/ada.jpg" not in [request.path for request in site.requests]
    allowed = crawl(site, ("Ada", "/ada.jpg", path), allow_unproved=True)
    if state_if_allowed == "refused":  # known from before, and not to be looked at again
        assert outcomes(allowed) == []
    else:
        assert list(allowed.candidates.values_list("state", "proof", "refusal")) == [("done", "unproved", "")]


@pytest.mark.parametrize(("status", "forbidden"), [(403, ""), (200, "User-agent: *\nDisallow: /by")])
def test_a_page_that_its_host_does_not_show_is_the_hosts_trouble_and_looked_at_again(
    site: Site, status: int, forbidden: str
) -> None:
    readable = site.pages["/by"]
    site.pages["/by"] = Reply(b"no", status=status)
    site.pages["/robots.txt"] = Reply(forbidden.encode(), content_type="text/plain")
    factories.identity("Ada")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"))
    assert outcomes(job) == [("refused", "page_unreadable")]
    (trouble,) = troubles(job)
    assert (trouble.host, trouble.code, trouble.count) == (site.host_port, "page_unreadable", 1)
    assert ("403" if status == 403 else "robots.txt") in trouble.words
    site.pages["/by"] = readable
    site.pages["/robots.txt"] = Reply(status=404)
    forget_robots()
    assert outcomes(crawl(site, ("Ada", "/ada.jpg", "/by"))) == [("done", "")]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/hills.jpg", "no_face"),
        ("/html.jpg", "not_a_picture"),
        ("/typed.jpg", "wrong_type"),
        ("/huge.png", "too_many_pixels"),
        ("/endless.jpg", "too_large"),
        ("/leads.jpg", "blocked_address"),
        ("/lost.jpg", "http_404"),
        ("http://127.0.0.1/1.jpg", "blocked_address"),
        ("http://169.254.169.254/latest/meta-data", "blocked_address"),
    ],
)
def test_what_is_no_picture_of_a_face_is_refused_on_its_row(
    site: Site, settings: Settings, path: str, code: str
) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"
    factories.identity("Ada")
    job = crawl(site, ("Ada", path, "/by"), ("Ada", "/ada.jpg", "/by"))
    assert outcomes(job) == [("refused", code), ("done", "")]
    assert job.candidates.get(refusal=code).detail
    assert job.state == "done"


def test_a_face_that_is_too_small_is_noted_and_refused(site: Site, settings: Settings) -> None:
    settings.MIN_FACE_PIXELS = 590
    factories.identity("Ada")
    assert outcomes(crawl(site, ("Ada", "/ada.jpg", "/by"))) == [("refused", "face_too_small")]
    assert Detection.objects.get().refusal == "face_too_small"
    assert not Face.objects.exists()


def test_same_bytes_again_are_a_duplicate_for_one_identity_and_one_photo_for_two(site: Site) -> None:
    factories.identity("Ada")
    factories.identity("Bo")
    job = crawl(site, ("Ada", "/ada.jpg", "/by"), ("Ada", "/again.jpg", "/by"), ("Bo", "/ada.jpg", "/by"))
    assert sorted(outcomes(job)) == [("done", ""), ("done", ""), ("refused", "exact_duplicate")]
    assert (Photo.objects.count(), Face.objects.count(), Detection.objects.count()) == (1, 1, 1)
    assert job.candidates.exclude(photo=Photo.objects.get()).count() == 0


def test_a_known_face_gets_a_new_detectors_box_and_does_not_change(site: Site, settings: Settings) -> None:
    factories.identity("Ada")
    factories.identity("Bo")
    crawl(site, ("Ada", "/ada.jpg", "/by"))
    before = Face.objects.values().get()
    Detection.objects.update(version="older")
    crawl(site, ("Bo", "/ada.jpg", "/by"))
    assert Face.objects.values().get() == before
    assert Detection.objects.filter(face_id=before["id"]).count() == 2


def folder_job(tmp_path: Path) -> CrawlJob:
    (tmp_path / "in" / "Ada").mkdir(parents=True)
    (tmp_path / "in" / "Ada" / "1.jpg").write_bytes(face_jpeg(1))
    parameters = {"root": str(tmp_path / "in"), "licence": "CC-BY-4.0", "creator": "J. Okafor"}
    return start_job(source="folder", by=factories.user(Role.ADMIN), parameters=parameters)


def test_a_folder_is_vouched_for_by_its_operator(tmp_path: Path) -> None:
    factories.identity("Ada")
    job = folder_job(tmp_path)
    drain(job)
    candidate = job.candidates.get()
    assert (candidate.state, candidate.proof, candidate.creator) == ("done", "proved", "J. Okafor")
    assert candidate.licence_evidence.values_list("kind", "says").get() == ("order", "CC-BY-4.0")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path, secret: (path.unlink(), path.symlink_to(secret)), "outside_folder"),
        (lambda path, secret: path.unlink(), "file_missing"),
        (lambda path, secret: path.write_bytes(b"x" * 2001), "too_large"),
    ],
)
def test_a_file_that_changed_since_it_was_found_is_refused(
    tmp_path: Path, settings: Settings, spoil: Callable[[Path, Path], object], code: str
) -> None:
    factories.identity("Ada")
    job = folder_job(tmp_path)
    discovery.discover(job.discoveries.get().pk, lambda pk: None)
    (tmp_path / "secret.jpg").write_bytes(face_jpeg(2))
    settings.MAX_DOWNLOAD_BYTES = 2000 if code == "too_large" else settings.MAX_DOWNLOAD_BYTES
    spoil(tmp_path / "in" / "Ada" / "1.jpg", tmp_path / "secret.jpg")
    drain(job)
    assert outcomes(job) == [("refused", code)]
