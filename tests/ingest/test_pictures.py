"""The guarded decoder on pictures made here; the odd files of MTF_FACES are in test_detect_faces_command."""

import io
import struct
import threading
import warnings
import zlib
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image, ImageCms

from ingest.pictures import Limits, PictureRefused, full, inspect, reduced

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 160, 30), (30, 30, 220), (240, 240, 240)
TURN_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def four_corners(width: int = 120, height: int = 80) -> Image.Image:
    """Red, green over blue, white: no two ways to turn it look alike."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(WHITE, (width // 2, height // 2, width, height))
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: object = 1, taken: str | None = None) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    if taken is not None:
        tags.get_ifd(0x8769)[0x9003] = taken
    return tags.tobytes()


def colour(image: Image.Image, right: float, down: float) -> tuple[int, ...]:
    pixel = image.getpixel((int(image.width * right), int(image.height * down)))
    assert isinstance(pixel, tuple)
    return pixel


def assert_upright(image: Image.Image) -> None:
    wanted = {(0.25, 0.25): RED, (0.75, 0.25): GREEN, (0.25, 0.75): BLUE, (0.75, 0.75): WHITE}
    for (right, down), expected in wanted.items():
        assert colour(image, right, down) == pytest.approx(expected, abs=6)


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(PictureRefused) as refused:
        reduced(data, 1_000_000, limits or Limits())
    assert str(refused.value).endswith(".")
    return refused.value.code


def png_header(width: int, height: int) -> bytes:
    """A picture that promises so much and holds next to nothing."""
    chunks = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_every_format_gives_the_same_upright_picture(kind: str) -> None:
    data = encoded(four_corners(), kind)
    info = inspect(data)
    assert (info.width, info.height, info.mime) == (120, 80, f"image/{kind.lower()}")
    assert_upright(full(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_orientation_is_applied_and_told_by_the_header(kind: str, orientation: int) -> None:
    data = encoded(four_corners().transpose(TURN_BACK[orientation]), kind, exif=exif(orientation))
    assert (inspect(data).width, inspect(data).height) == (120, 80)
    assert_upright(full(data))
    assert_upright(Image.fromarray(reduced(data, 2400).rgb))


@pytest.mark.parametrize("orientation", [0, 9, 60000])
def test_nonsense_orientation_is_ignored(orientation: int) -> None:
    assert_upright(full(encoded(four_corners(), "JPEG", exif=exif(orientation))))


def test_broken_exif_is_ignored() -> None:
    data = encoded(four_corners(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffrubbish")
    assert inspect(data).taken_at is None
    assert_upright(full(data))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014:03:02 14:17:39", datetime(2014, 3, 2, 14, 17, 39)),
        ("0000:00:00 00:00:00", None),
        ("1700:01:01 00:00:00", None),
        ("2014-03-02", None),
        pytest.param(f"{datetime.now() + timedelta(days=400):%Y:%m:%d %H:%M:%S}", None, id="in the future"),
        (None, None),
    ],
)
def test_taken_at_is_the_date_of_the_original_or_nothing(text: str | None, expected: datetime | None) -> None:
    assert inspect(encoded(four_corners(), "JPEG", exif=exif(1, text))).taken_at == expected


def test_first_frame_of_a_moving_picture_is_read() -> None:
    frames = [Image.new("RGB", (40, 40), BLUE)]
    for kind in ("GIF", "MPO", "PNG", "WEBP"):
        data = encoded(Image.new("RGB", (40, 40), RED), kind, save_all=True, append_images=frames)
        assert colour(full(data), 0.5, 0.5) == pytest.approx(RED, abs=6)
        assert inspect(data).mime.startswith("image/")


@pytest.mark.parametrize(
    ("image", "kind", "expected"),
    [
        (Image.new("L", (40, 40), 90), "PNG", (90, 90, 90)),
        (Image.new("1", (40, 40), 1), "PNG", (255, 255, 255)),
        (four_corners().quantize(16), "PNG", RED),
        (Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("YCbCr", (40, 40), (128, 128, 128)), "TIFF", (128, 128, 128)),
        (Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG", (128, 128, 128)),
        (Image.new("RGBA", (40, 40), (255, 0, 0, 255)), "PNG", (255, 0, 0)),
        (Image.new("LA", (40, 40), (0, 0)), "PNG", (128, 128, 128)),
        (Image.fromarray(np.full((40, 40), 32896, np.uint16)), "PNG", (128, 128, 128)),
        (Image.fromarray(np.full((40, 40), 32896, np.uint16)), "TIFF", (128, 128, 128)),
    ],
)
def test_every_mode_becomes_rgb(image: Image.Image, kind: str, expected: tuple[int, ...]) -> None:
    decoded = full(encoded(image, kind))
    assert decoded.mode == "RGB"
    assert colour(decoded, 0.1, 0.1) == pytest.approx(expected, abs=6)


def test_float_picture_is_spread_over_the_greys_it_has() -> None:
    ramp = np.tile(np.linspace(-1, 1, 64, dtype=np.float32), (64, 1))
    decoded = np.asarray(full(encoded(Image.fromarray(ramp), "TIFF")))
    assert (int(decoded.min()), int(decoded.max())) == (0, 255)


def test_transparent_colour_of_a_palette_is_laid_on_grey() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    assert colour(full(encoded(image, "PNG", transparency=0)), 0.5, 0.5) == (128, 128, 128)


def swapped_profile() -> bytes:
    """sRGB with the primaries red and blue exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp!", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmp!", b"bXYZ", 1)


def test_embedded_profile_is_converted_to_srgb() -> None:
    data = encoded(Image.new("RGB", (40, 40), (255, 0, 0)), "PNG", icc_profile=swapped_profile())
    assert colour(full(data), 0.5, 0.5) == pytest.approx((0, 0, 255), abs=3)
    assert reduced(data, 1_000_000).rgb[20, 20] == pytest.approx((0, 0, 255), abs=3)


@pytest.mark.parametrize("profile", [b"nonsense", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()])
def test_profile_that_is_broken_or_does_not_fit_is_ignored(profile: bytes) -> None:
    assert_upright(full(encoded(four_corners(), "PNG", icc_profile=profile)))


def test_decoded_picture_carries_no_metadata() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = full(encoded(four_corners(), "JPEG", exif=exif(6), icc_profile=profile, comment=b"secret"))
    assert picture.info == {}
    assert dict(picture.getexif()) == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_reduced_is_small_true_and_tells_its_scale(kind: str) -> None:
    small = reduced(encoded(four_corners(2400, 1600), kind), 60_000)
    assert small.rgb.shape == (200, 300, 3)
    assert small.scale == pytest.approx(8)
    assert (small.info.width, small.info.height) == (2400, 1600)
    assert_upright(Image.fromarray(small.rgb))


def test_reduced_never_enlarges() -> None:
    small = reduced(encoded(four_corners()), 1_000_000)
    assert small.rgb.shape == (80, 120, 3)
    assert small.scale == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_picture"),
        (b"<!doctype html><title>no</title>", "not_a_picture"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_format"),
        (b"8BPS" + bytes(100), "unsupported_format"),
        (b"BLP2" + bytes(100), "unsupported_format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported_format"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "unsupported_format"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "broken_picture"),
        (b"\x89PNG\r\n\x1a\n", "broken_picture"),
        (encoded(four_corners(), "JPEG")[:-300], "broken_picture"),
        (encoded(four_corners(), "PNG")[:-60], "broken_picture"),
        (encoded(Image.effect_noise((90, 90), 60), "WEBP")[:-300], "broken_picture"),
        (encoded(Image.new("L", (31, 400))), "too_small"),
        (png_header(50_000, 50_000), "too_many_pixels"),
        (png_header(11_000, 9_500), "too_many_pixels"),
        (b"\xff\xd8\xff" + b"\xff\xda\x00\x08" * 101, "too_slow"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_code(data: bytes, code: str) -> None:
    assert refusal(data) == code
    with pytest.raises(PictureRefused):
        full(data)


def test_each_limit_can_be_set() -> None:
    data = encoded(four_corners())
    assert refusal(data, Limits(max_bytes=len(data) - 1)) == "too_many_bytes"
    assert refusal(data, Limits(max_pixels=120 * 80 - 1)) == "too_many_pixels"
    assert refusal(data, Limits(min_side=81)) == "too_small"
    assert refusal(data, Limits(max_seconds=-1)) == "too_slow"
    exact = Limits(max_bytes=len(data), max_pixels=120 * 80, min_side=80)
    assert reduced(data, 1_000_000, exact).rgb.shape == (80, 120, 3)


def test_warning_filters_are_the_same_after_threads_decoded_at_once() -> None:
    data = encoded(four_corners(900, 600), "JPEG")
    before = list(warnings.filters)
    threads = [threading.Thread(target=reduced, args=(data, 10_000)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before
