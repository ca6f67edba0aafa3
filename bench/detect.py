"""The detector beside the naive way, on the real photographs of MTF_FACES: one JSON object a line."""

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
from tqdm import tqdm

from ingest.boxes import Box, iou
from ingest.detect import find_faces
from ingest.detectors import get_detector
from ingest.pictures import PictureRefused, inspect

DEFAULT_FACES = Path(__file__).resolve().parent.parent.parent / "shared" / "faces"
SAME_PLACE = 0.4
LARGE = 4_000_000


@dataclass(frozen=True)
class Seen:
    folder: str
    pixels: int
    boxes: list[Box]
    found: list[Box]
    seconds: float  # of one processor: a busy machine changes them little


def main() -> None:
    root = Path(os.environ.get("MTF_FACES") or DEFAULT_FACES)
    if not (root / "boxes" / "BOXES.csv").is_file():
        sys.exit(f"bench.detect: no photographs in {root}: set MTF_FACES to their folder.")
    cv2.setNumThreads(1)
    seen = {"ours": _run(root, _ours()), "naive": _run(root, _naive())}
    for name, figure in FIGURES.items():
        ours, naive = (figure(seen[way]) for way in ("ours", "naive"))
        ratio = round(ours / naive, 3) if naive else None
        print(json.dumps({"bench": f"detect: {name}", "ours": ours, "naive": naive, "ratio": ratio}))


def _ours() -> Callable[[Path], list[Box]]:
    detector = get_detector()
    return lambda path: [face.box for face in find_faces(path.read_bytes(), detector).faces]


def _naive() -> Callable[[Path], list[Box]]:
    """Every pixel, one cascade, one absolute size."""
    cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))

    def find(path: Path) -> list[Box]:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            return []
        hits = cascade.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=5, minSize=(40, 40))
        return [Box(*map(int, hit)) for hit in hits]

    return find


def _run(root: Path, find: Callable[[Path], list[Box]]) -> list[Seen]:
    drawn = _drawn_boxes(root)
    paths = list(_photos(root))
    return [
        _look(root, path, drawn.get(path.relative_to(root).as_posix(), []), find)
        for path in tqdm(paths, unit="photo", disable=not sys.stderr.isatty())
    ]


def _look(root: Path, path: Path, boxes: list[Box], find: Callable[[Path], list[Box]]) -> Seen:
    info = inspect(path.read_bytes())
    start = time.process_time()
    found = find(path)
    seconds = time.process_time() - start
    return Seen(path.relative_to(root).parts[0], info.width * info.height, boxes, found, seconds)


def _photos(root: Path) -> Iterator[Path]:
    """Every whole picture of the three folders, and those that carry drawn boxes."""
    folders = (root / name for name in ("people", "nofaces", "groups", "boxes"))
    for path in (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()):
        try:
            inspect(path.read_bytes())
        except PictureRefused:
            continue
        yield path


def _drawn_boxes(root: Path) -> dict[str, list[Box]]:
    drawn: dict[str, list[Box]] = {}
    with (root / "boxes" / "BOXES.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "box":
                drawn.setdefault(row["path"], []).append(Box(*(round(float(row[side])) for side in "xywh")))
    return drawn


def _share(seen: Iterable[Seen], folder: str, holds: Callable[[int], bool]) -> float:
    counts = [len(one.found) for one in seen if one.folder == folder]
    return round(sum(map(holds, counts)) / max(1, len(counts)), 3)


def _false_faces(seen: list[Seen]) -> int:
    return sum(len(one.found) for one in seen if one.folder == "nofaces")


def _boxes_found(seen: list[Seen]) -> float:
    hits = [any(iou(box, hit) >= SAME_PLACE for hit in one.found) for one in seen for box in one.boxes]
    return round(sum(hits) / max(1, len(hits)), 3)


def _boxes_false(seen: list[Seen]) -> int:
    drawn = [one for one in seen if one.boxes]
    return sum(all(iou(box, hit) < SAME_PLACE for box in one.boxes) for one in drawn for hit in one.found)


def _milliseconds(seen: list[Seen], at_least: int = 0) -> float:
    times = [one.seconds for one in seen if one.pixels >= at_least]
    return round(1000 * sum(times) / max(1, len(times)), 1)


FIGURES: dict[str, Callable[[list[Seen]], float]] = {
    "people photos with a face": lambda seen: _share(seen, "people", lambda count: count >= 1),
    "people photos with exactly one face": lambda seen: _share(seen, "people", lambda count: count == 1),
    "photos of nobody with a false face": lambda seen: _share(seen, "nofaces", lambda count: count >= 1),
    "false faces in photos of nobody": _false_faces,
    "drawn boxes found (IoU 0.4)": _boxes_found,
    "false faces beside drawn boxes": _boxes_false,
    "processor milliseconds a photo": _milliseconds,
    "processor milliseconds a photo of 4 megapixels or more": lambda seen: _milliseconds(seen, LARGE),
}


if __name__ == "__main__":
    main()
