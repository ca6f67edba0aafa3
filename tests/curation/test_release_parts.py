"""The pure parts of a release: names, splits, JPEG segments, manifests."""

import io

import pytest
from PIL import Image, ImageCms

from curation.release import manifest
from curation.release.errors import ReleaseRefused
from curation.release.jpeg import foreign_segments
from curation.release.naming import check_version, class_folder, image_id
from ingest import crops
from tests.curation.releases import picture

ONE, TWO = "a" * 64, "b" * 64


@pytest.mark.parametrize("version", ["1.0.0", "0.10.3", "12.0.345"])
def test_version_of_three_numbers_is_one(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize(
    "version", ["", "1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0 ", "1.0.٣", "1.0." + "9" * 20]
)
def test_version_of_another_form_is_refused(version: str) -> None:
    with pytest.raises(ReleaseRefused, match="three numbers"):
        check_version(version)


def test_image_id_is_opaque_and_stays() -> None:
    assert image_id(ONE) == image_id(ONE) != image_id(TWO)
    assert len(image_id(ONE)) == 20
    assert image_id(ONE) not in ONE


@pytest.mark.parametrize(
    ("label", "folder"),
    [("Asian (Chinese/Korean)", "asian_chinese_korean"), ("Asian (Indian)", "asian_indian"), ("White", "white")],
)
def test_class_folder_is_a_safe_name(label: str, folder: str) -> None:
    assert class_folder(label) == folder


def jpeg(**options: object) -> bytes:
    out = io.BytesIO()
    picture(1).save(out, "JPEG", **options)
    return out.getvalue()


@pytest.mark.parametrize("data", [crops.encode(picture(1)), jpeg(progressive=True), jpeg(restart_marker_blocks=2)])
def test_jpeg_of_pixels_alone_carries_nothing(data: bytes) -> None:
    assert foreign_segments(data) == []


def exif() -> Image.Exif:
    known = Image.Exif()
    known[0x010E] = "where and when"
    return known


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (jpeg(comment=b"hello"), ["a comment"]),
        (jpeg(exif=exif()), ["APP1"]),
        (jpeg(icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()), ["APP2"]),
        (jpeg() + b"tail", ["4 bytes after the end"]),
        (jpeg(comment=b"hello", progressive=True, exif=exif()), ["APP1", "a comment"]),
    ],
)
def test_jpeg_with_more_than_pixels_is_told_of(data: bytes, found: list[str]) -> None:
    assert sorted(foreign_segments(data)) == found


@pytest.mark.parametrize("data", [b"", b"GIF89a", jpeg()[:2], jpeg()[:200], jpeg()[:-2]])
def test_jpeg_that_is_cut_off_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="JPEG"):
        foreign_segments(data)


def test_manifest_reads_what_it_writes() -> None:
    files = [("README.md", ONE), ("images/x.jpg", TWO)]
    data = b"".join(manifest.lines(files))
    assert data == f"{ONE}  README.md\n{TWO}  images/x.jpg\n".encode()
    assert list(manifest.parsed(data.splitlines(keepends=True))) == files


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f"{ONE}  ../README.md", "outside"),
        (f"{ONE}  /etc/passwd", "outside"),
        (f"{ONE}  images//x.jpg", "outside"),
        (f"{ONE} README.md", "not a sha256 and a path"),
        (f"{ONE[1:]}  README.md", "not a sha256 and a path"),
        (f"{ONE}  a b", "not a sha256 and a path"),
        (f"{ONE}  B\n{ONE}  A", "out of order"),
        (f"{ONE}  A\n{ONE}  A", "there twice"),
    ],
)
def test_manifest_with_a_line_that_we_would_not_write_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(manifest.ManifestError, match=complaint):
        list(manifest.parsed(line.encode().splitlines(keepends=True)))
