"""The detector beside the naive way, on the real photographs of MTF_FACES: one JSON object a line.

The naive way is OpenCV's example: full resolution, the default cascade, scale 1.1, 5 neighbours, 40 x 40 pixels.
Both see the same files in one run, one after the other, in one thread; times are of the processor, from bytes to
boxes. The detector was tuned by looking at one half of the photographs only, `half: tune`; the other, `half: report`,
is what counts; `half: all` is both together. They are split by a hash: of the person's name in `people`, so that
nobody is in both, and of the file's path elsewhere. `n` is what a figure is a share of, or counted over.
"""

import csv
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from ingest.boxes import Box, iou
from ingest.detect import find_faces
from ingest.detectors import get_detector
from ingest.pictures import PictureRefused, inspect

DEFAULT_FACES = Path(__file__).resolve().parent.parent.parent / "shared" / "faces"
SAME_PLACE = 0.4
LARGE = 4_000_000
HALVES = ("tune", "report")

Point = tuple[float, float]
Find = Callable[[bytes], list[Box]]


@dataclass(frozen=True)
class Truth:
    boxes: tuple[Box, ...] = ()
    noses: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Seen:
    folder: str
    pixels: int
    truth: Truth
    found: list[Box]
    seconds: float  # of one processor: a busy machine changes them little


@dataclass(frozen=True)
class Figure:
    value: float | None
    n: int


def main() -> None:
    root = Path(os.environ.get("MTF_FACES") or DEFAULT_FACES)
    if not (root / "boxes" / "BOXES.csv").is_file():
        sys.exit(f"bench.detect: no photographs in {root}: set MTF_FACES to their folder.")
    cv2.setNumThreads(1)
    halves = _look_at_all(root)
    for half in (*HALVES, "all"):
        parts = HALVES if half == "all" else (half,)
        for name, figure in FIGURES.items():
            ours, naive = (figure([one for part in parts for one in halves[part, way]]) for way in ("ours", "naive"))
            print(json.dumps({"bench": f"detect: {name}", "half": half, **_beside(ours, naive)}))


def half_of(path: str) -> str:
    """By the person where there is one, else by the file: the same on every machine."""
    parts = path.split("/")
    unit = parts[1] if parts[0] == "people" else path
    return HALVES[hashlib.sha256(unit.encode()).digest()[0] % 2]


def _beside(ours: Figure, naive: Figure) -> dict[str, float | None]:
    ratio = round(ours.value / naive.value, 3) if ours.value is not None and naive.value else None
    return {"ours": ours.value, "naive": naive.value, "ratio": ratio, "n": ours.n, "n_naive": naive.n}


def _look_at_all(root: Path) -> dict[tuple[str, str], list[Seen]]:
    ways = {"ours": _ours(), "naive": _naive()}
    truths = _truths(root)
    seen: dict[tuple[str, str], list[Seen]] = {(half, way): [] for half in HALVES for way in ways}
    for find in ways.values():  # loads the cascades
        find(next(_photos(root)).read_bytes())
    for path in tqdm(list(_photos(root)), unit="photo", disable=not sys.stderr.isatty()):
        name = path.relative_to(root).as_posix()
        for way, find in ways.items():
            seen[half_of(name), way].append(_look(name, path.read_bytes(), truths.get(name, Truth()), find))
    return seen


def _look(name: str, data: bytes, truth: Truth, find: Find) -> Seen:
    info = inspect(data)
    start = time.process_time()
    found = find(data)
    seconds = time.process_time() - start
    return Seen(name.split("/")[0], info.width * info.height, truth, found, seconds)


def _ours() -> Find:
    detector = get_detector()
    return lambda data: [face.box for face in find_faces(data, detector).faces]


def _naive() -> Find:
    """Every pixel, one cascade, one absolute size."""
    cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))

    def find(data: bytes) -> list[Box]:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            return []
        hits = cascade.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5, minSize=(40, 40))
        return [Box(*map(int, hit)) for hit in hits]

    return find


def _photos(root: Path) -> Iterator[Path]:
    """Every whole picture of the folders of people, of nobody and of groups, and those that carry drawn boxes."""
    folders = (root / name for name in ("people", "nofaces", "groups", "boxes"))
    for path in (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()):
        try:
            inspect(path.read_bytes())
        except PictureRefused:
            continue
        yield path


def _truths(root: Path) -> dict[str, Truth]:
    """What people drew: boxes around faces, or points on noses."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (root / "boxes" / "BOXES.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["path"], []).append(row)
    return {path: Truth(_boxes(drawn), _noses(drawn)) for path, drawn in rows.items()}


def _boxes(rows: Sequence[dict[str, str]]) -> tuple[Box, ...]:
    return tuple(Box(*(round(float(row[side])) for side in "xywh")) for row in rows if row["kind"] == "box")


def _noses(rows: Sequence[dict[str, str]]) -> tuple[Point, ...]:
    return tuple((float(row["x"]), float(row["y"])) for row in rows if row["kind"] == "nose_point")


def _share(folder: str, holds: Callable[[int], bool]) -> Callable[[list[Seen]], Figure]:
    def figure(seen: list[Seen]) -> Figure:
        counts = [len(one.found) for one in seen if one.folder == folder]
        return Figure(_ratio(sum(map(holds, counts)), len(counts)), len(counts))

    return figure


def _photos_with_false_faces(seen: list[Seen]) -> Figure:
    photos = _of_nobody(seen)
    return Figure(sum(bool(one.found) for one in photos), len(photos))


def _false_faces_a_photo(seen: list[Seen]) -> Figure:
    photos = _of_nobody(seen)
    return Figure(_ratio(sum(len(one.found) for one in photos), len(photos)), len(photos))


def _false_faces_a_megapixel(seen: list[Seen]) -> Figure:
    photos = _of_nobody(seen)
    megapixels = sum(one.pixels for one in photos) / 1_000_000
    return Figure(_ratio(sum(len(one.found) for one in photos), megapixels), len(photos))


def _of_nobody(seen: list[Seen]) -> list[Seen]:
    return [one for one in seen if one.folder == "nofaces"]


def _boxes_found(seen: list[Seen]) -> Figure:
    hits = [_hits(box, one.found) for one in seen for box in one.truth.boxes]
    return Figure(_ratio(sum(hits), len(hits)), len(hits))


def _boxes_precision(seen: list[Seen]) -> Figure:
    true = [_hits(hit, one.truth.boxes) for one in seen if one.truth.boxes for hit in one.found]
    return Figure(_ratio(sum(true), len(true)), len(true))


def _noses_found(seen: list[Seen]) -> Figure:
    hits = [any(_holds(box, nose) for box in one.found) for one in seen for nose in one.truth.noses]
    return Figure(_ratio(sum(hits), len(hits)), len(hits))


def _boxes_without_nose(seen: list[Seen]) -> Figure:
    """Boxes in photos with marked noses that hold none of them: mistakes, or faces that nobody marked."""
    misses = [
        not any(_holds(box, nose) for nose in one.truth.noses) for one in seen if one.truth.noses for box in one.found
    ]
    return Figure(sum(misses), len(misses))


def _hits(box: Box, others: Sequence[Box]) -> bool:
    return any(iou(box, other) >= SAME_PLACE for other in others)


def _holds(box: Box, point: Point) -> bool:
    return box.x <= point[0] <= box.x + box.w and box.y <= point[1] <= box.y + box.h


def _milliseconds(at_least: int) -> Callable[[list[Seen]], Figure]:
    def figure(seen: list[Seen]) -> Figure:
        times = [one.seconds for one in seen if one.pixels >= at_least]
        return Figure(_ratio(1000 * sum(times), len(times)), len(times))

    return figure


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None


FIGURES: dict[str, Callable[[list[Seen]], Figure]] = {
    "people photos with a face": _share("people", lambda count: count >= 1),
    "people photos with exactly one face": _share("people", lambda count: count == 1),
    "photos of nobody with a false face": _photos_with_false_faces,
    "false faces a photo of nobody": _false_faces_a_photo,
    "false faces a megapixel of nobody": _false_faces_a_megapixel,
    "drawn boxes found (IoU 0.4)": _boxes_found,
    "boxes in photos with drawn boxes that are right (precision)": _boxes_precision,
    "nose points found": _noses_found,
    "boxes that hold no nose point": _boxes_without_nose,
    "processor milliseconds a photo": _milliseconds(0),
    "processor milliseconds a photo of 4 megapixels or more": _milliseconds(LARGE),
}


if __name__ == "__main__":
    main()
