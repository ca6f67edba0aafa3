"""Pictures like no other, in any number, and a web server of its own process that hands them out."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image

from demo.drawing import encode, portrait
from demo.people import PEOPLE

Sizes = tuple[tuple[tuple[int, int], float], ...]  # (width, height) and their share
AS_CAMERAS_MAKE_THEM: Sizes = (((480, 600), 0.25), ((1200, 1500), 0.35), ((2400, 3000), 0.30), ((3000, 4000), 0.10))
MOSTLY_SMALL: Sizes = (((480, 600), 0.90), ((1200, 1500), 0.07), ((3000, 4000), 0.03))
DRAWN = 24
FIELD = 6  # shades across a picture, by which two pictures of one original differ
PAGE = b'<!doctype html><title>A picture</title><a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a>'


def prepare(folder: Path, count: int, sizes: Sizes, faces: Path | None) -> None:
    """Writes those of `count` JPEGs that are missing: drawn portraits in these sizes and, where there are any, as
    many real ones in theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = sorted(str(path) for path in faces.glob("people/*/*.jpg")) if faces else []
    with ProcessPoolExecutor(2) as pool:
        for number in pool.map(partial(_write, folder, sizes, photos), range(count), chunksize=20):
            print(f"\r{number + 1:,} pictures", end="", file=sys.stderr)
    print(file=sys.stderr)


def _write(folder: Path, sizes: Sizes, photos: Sequence[str], number: int) -> int:
    path, rng = folder / f"{number}.jpg", np.random.default_rng(number)
    if path.exists():
        return number
    if photos and number % 2:
        original = Image.open(photos[int(rng.integers(len(photos)))]).convert("RGB")
    else:
        chosen = int(rng.choice(len(sizes), p=[share for _size, share in sizes]))
        original = _drawn(int(rng.integers(DRAWN))).resize(sizes[chosen][0])
    path.write_bytes(encode(_shaded(original, rng)))
    return number


@cache
def _drawn(seed: int) -> Image.Image:
    return portrait(PEOPLE[seed % len(PEOPLE)], 5000 + seed, size=(480, 600))


def _shaded(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Lit from elsewhere, and a part of it: another photograph, as far as hashes can tell."""
    cut = rng.uniform(0, 0.12, 4) * (*image.size, *image.size)
    image = image.crop((int(cut[0]), int(cut[1]), image.width - int(cut[2]), image.height - int(cut[3])))
    shades = Image.fromarray(rng.integers(110, 256, (FIELD, FIELD), dtype=np.uint8))
    light = np.asarray(shades.resize(image.size, Image.Resampling.BICUBIC), dtype=np.uint16)
    return Image.fromarray((np.asarray(image, dtype=np.uint16) * light[..., None] >> 8).astype(np.uint8))


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self.path.startswith("/page/"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """host:port; /N.jpg is a picture, /page/N its page under CC BY."""
    command = [sys.executable, "-m", "bench._pictures"]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, env={"FOLDER": str(folder), "PATH": ""},
                          stdout=subprocess.PIPE, text=True) as server:  # fmt: skip
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _serve() -> None:
    import os  # only this process of its own reads the environment

    os.chdir(os.environ["FOLDER"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve()
