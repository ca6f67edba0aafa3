"""What the bits of perceptual hashes are worth, on the real photographs of MTF_FACES: one JSON object a line.

True near-duplicates are made of each photograph; any two photographs are taken to be different ones, though some
frames of one film are not.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from PIL import Image, ImageEnhance
from tqdm import tqdm

from ingest.boxes import Box, iou
from ingest.crops import crop
from ingest.detect import find_faces
from ingest.detectors import get_detector
from ingest.hashes import Apart, bits_apart, is_copy, perceptual_hash
from ingest.pictures import PictureRefused, full, reduced

DEFAULT_FACES = Path(__file__).resolve().parent.parent.parent / "shared" / "faces"
PREVIEW_PIXELS = 1280 * 1280
SHARES = 10_000
SAME_PLACE, SAME_FACE = 0.5, 0.3
SETTINGS = [(4, 4), (6, 4), (8, 4), (8, 6), (8, 8), (10, 6), (10, 8), (10, 10)]

Made = Callable[[Image.Image], Image.Image]
COPIES: dict[str, Made] = {
    "JPEG of quality 50": lambda image: image,
    "cut by 5 % at two sides": lambda image: _cut(image, 0.05, 0.05, 1, 1),
    "cut by 5 % all around": lambda image: _cut(image, 0.025, 0.025, 0.975, 0.975),
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS),
    "15 % brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


@dataclass(frozen=True)
class Seen:
    """A face: whose, its photo's hash, its crop's hash, and its place as ten-thousandths of the photo."""

    who: str
    photo: int | None
    crop: int | None
    place: Box


def main() -> None:
    root = Path(os.environ.get("MTF_FACES") or DEFAULT_FACES) / "people"
    if not root.is_dir():
        sys.exit(f"bench.duplicates: no photographs in {root.parent}: set MTF_FACES to their folder.")
    paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
    seen, copies = [], {name: list[Apart]() for name in COPIES}
    for path in tqdm(paths, unit="photo", disable=not sys.stderr.isatty()):
        faces = _look(path.read_bytes(), path.parent.name)
        seen += faces
        for name, pairs in copies.items():
            pairs += _pairs(faces, _copies(path, name))
    for line in _figures(seen, copies):
        print(json.dumps(line))


def _look(data: bytes, who: str) -> list[Seen]:
    try:
        whole, image = reduced(data, PREVIEW_PIXELS), full(data)
    except PictureRefused:
        return []
    photo = perceptual_hash(Image.fromarray(whole.rgb))
    boxes = [face.box for face in find_faces(data, get_detector()).faces]
    return [Seen(who, photo, perceptual_hash(crop(image, box).image), _place(box, image)) for box in boxes]


def _place(box: Box, image: Image.Image) -> Box:
    across, down = SHARES / image.width, SHARES / image.height
    return Box(round(box.x * across), round(box.y * down), round(box.w * across), round(box.h * down))


def _copies(path: Path, name: str) -> list[Seen]:
    try:
        image = COPIES[name](full(path.read_bytes()))
    except PictureRefused:
        return []
    out = io.BytesIO()
    image.save(out, "JPEG", quality=50 if "quality" in name else 92)
    faces = _look(out.getvalue(), path.parent.name)
    if name != "mirrored":
        return faces
    return [replace(face, place=_mirrored(face.place)) for face in faces]


def _mirrored(place: Box) -> Box:
    return Box(SHARES - place.x - place.w, place.y, place.w, place.h)


def _cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    w, h = image.size
    return image.crop((int(w * left), int(h * top), int(w * right), int(h * bottom)))


def _pairs(faces: list[Seen], others: list[Seen]) -> Iterator[Apart]:
    """Each face with itself in the copy, where the detector found it there."""
    for face in faces:
        own = max(others, key=lambda other: iou(face.place, other.place), default=None)
        if own is not None and iou(face.place, own.place) >= SAME_FACE:
            yield _apart(face, own)


def _apart(one: Seen, other: Seen) -> Apart:
    same_place = iou(one.place, other.place) >= SAME_PLACE
    photos, crops = bits_apart(one.photo, other.photo), bits_apart(one.crop, other.crop)
    return Apart(photos, crops, same_place, one.who == other.who)


def _figures(seen: list[Seen], copies: dict[str, list[Apart]]) -> Iterator[dict[str, object]]:
    pairs = [_apart(one, other) for one, other in combinations(seen, 2)]
    yield {"bench": "duplicates: faces", "n": len(seen)}
    for bits in SETTINGS:
        yield {
            "bench": f"duplicates: photos within {bits[0]} bits, crops within {bits[1]}",
            "missed": {name: _share([not is_copy(pair, *bits) for pair in made]) for name, made in copies.items()},
            "taken_of_one_person": _share([is_copy(pair, *bits) for pair in pairs if pair.one_person]),
            "taken_of_strangers": _share([is_copy(pair, *bits) for pair in pairs if not pair.one_person]),
        }


def _share(holds: list[bool]) -> str:
    return f"{sum(holds)}/{len(holds)}"


if __name__ == "__main__":
    main()
