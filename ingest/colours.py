"""Pixels of any mode Pillow decodes to, made into RGB in sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

BACKGROUND = (128, 128, 128)
TRANSPARENT_MODES = {"RGBA", "LA", "PA", "RGBa", "La"}
# Modes the colour engine takes, with the colour space a profile must have to fit them.
PROFILED = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
# For modes of more than 8 bits: the value that is white, where the mode itself tells.
WHITE_OF_MODE = {"I;16": 65535, "I;16L": 65535, "I;16B": 65535}
BITS_PER_SAMPLE = 258


def to_srgb(image: Image.Image) -> Image.Image:
    """Mode RGB, in sRGB, transparency laid on grey, without metadata."""
    profile = image.info.get("icc_profile")
    plain = _opaque(_eight_bits(image))
    converted = _convert(plain, profile) if isinstance(profile, bytes) and profile else None
    rgb = converted or plain.convert("RGB")
    rgb.info = {}
    return rgb


def _eight_bits(image: Image.Image) -> Image.Image:
    """Wide greys scaled to 0..255: by the declared depth, else (32-bit and float) by the values found."""
    if image.mode not in WHITE_OF_MODE and image.mode not in {"I", "F"}:
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    black, white = (0.0, _white(image)) if image.mode in WHITE_OF_MODE else (values.min(), values.max())
    shades = (values - black) * (255.0 / max(float(white - black), 1e-6))
    wide = Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8))
    wide.info = dict(image.info)
    return wide


def _white(image: Image.Image) -> float:
    depth = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (16,))[0]
    return float(min(2**depth - 1, WHITE_OF_MODE[image.mode]))


def _opaque(image: Image.Image) -> Image.Image:
    """RGB, CMYK or L without transparency; a palette is resolved."""
    if image.mode in TRANSPARENT_MODES or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, BACKGROUND)
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image if image.mode in PROFILED else image.convert("RGB")


def _convert(image: Image.Image, profile: bytes) -> Image.Image | None:
    """None where the profile is broken or made for other colours: such pixels are taken as they are."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != PROFILED[image.mode]:
            return None
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
