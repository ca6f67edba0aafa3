"""Faces in pictures on disk: no database, one line a picture."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingest.detect import Found, find_faces
from ingest.detectors import DEFAULT_DETECTOR, REGISTRY, DetectedFace, Detector, get_detector
from ingest.detectors.haar import has_haar
from ingest.pictures import MAX_BYTES, PictureRefused
from mtf_site.printing import printable

Line = dict[str, Any]


class Command(BaseCommand):
    help = "Find the faces in pictures and folders of pictures; needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a picture, or a folder to walk")
        parser.add_argument("--detector", choices=sorted(REGISTRY), default=DEFAULT_DETECTOR)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        detector = _detector(options["detector"])
        read = 0
        paths = list(_pictures(options["paths"]))
        for path in tqdm(paths, unit="picture", disable=not sys.stderr.isatty()):
            line = describe(path, detector)
            read += line["error"] is None
            self.stdout.write(json.dumps(line) if options["json"] else printable(_readable(line)))
        if not read:
            raise CommandError("Not one picture could be read.")


def describe(path: Path, detector: Detector) -> Line:
    try:
        return _line(path, detector, found=find_faces(_read(path), detector))
    except PictureRefused as refusal:
        return _line(path, detector, error=f"{refusal.code}: {refusal}")
    except OSError as error:
        return _line(path, detector, error=f"unreadable: {error.strerror or error}")


def _read(path: Path) -> bytes:
    """No more than it takes to see that a file is too large; a pipe or a device would never end."""
    if path.exists() and not path.is_file():
        raise PictureRefused("not_a_file", "neither a file nor a folder")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _detector(name: str) -> Detector:
    problem = has_haar()
    if problem:
        raise CommandError(problem)
    return get_detector(name)


def _line(path: Path, detector: Detector, found: Found | None = None, error: str | None = None) -> Line:
    return {
        "path": str(path),
        "width": found.info.width if found else None,
        "height": found.info.height if found else None,
        "faces": [_face(face, detector) for face in found.faces] if found else [],
        "error": error,
    }


def _face(face: DetectedFace, detector: Detector) -> Line:
    box = face.box
    place = {"x": box.x, "y": box.y, "w": box.w, "h": box.h}
    return {**place, "score": face.score, "weights": dict(face.weights), "eyes": face.eyes, "detector": detector.name}


def _readable(line: Line) -> str:
    if line["error"]:
        return f"{line['path']}: {line['error']}"
    faces = ", ".join("{w}x{h} at {x},{y}".format(**face) for face in line["faces"])
    return f"{line['path']}: {line['width']}x{line['height']}, {faces or 'no face'}"


def _pictures(paths: Iterable[str]) -> Iterator[Path]:
    """Files as given, folders walked in the order of their names, hidden files left out."""
    for path in map(Path, paths):
        yield from _walk(path) if path.is_dir() else [path]


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(files) if not name.startswith("."))
