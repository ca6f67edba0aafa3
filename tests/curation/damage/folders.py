"""A release folder to damage, what the verifier tells of it, and damage that several classes begin with."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curation.release.verify import verify

Told = tuple[str, str]  # kind, path
Damage = Callable[[Path], Told]


def told(folder: Path, digest: str | None = None) -> set[Told]:
    return {(problem.kind, problem.path) for problem in verify(folder, digest=digest).problems}


def digest(folder: Path) -> str:
    return f"sha256:{hashlib.sha256((folder / 'MANIFEST.sha256').read_bytes()).hexdigest()}"


def an_image(folder: Path, number: int = 0) -> Path:
    return sorted((folder / "images").iterdir())[number]


def a_shard(folder: Path, kind: str) -> Path:
    return sorted(folder.glob(f"*/*.{kind}"))[0]


def inside(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder))


def replace(path: Path, data: bytes) -> None:
    """In all its hard links: they are one file."""
    with open(path, "r+b") as file:
        file.write(data)
        file.truncate()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


# ---- Damage that several classes begin with


def flip_a_byte(folder: Path) -> Told:
    data = bytearray(an_image(folder).read_bytes())
    data[len(data) // 2] ^= 1
    replace(an_image(folder), bytes(data))
    return "bytes", inside(folder, an_image(folder))


def swap_two_images(folder: Path) -> Told:
    one, two = an_image(folder, 0), an_image(folder, 1)
    first, second = one.read_bytes(), two.read_bytes()
    replace(one, second)
    replace(two, first)
    return "bytes", inside(folder, two)


def edit_a_label(folder: Path) -> Told:
    edit(folder / "metadata.csv", ",Asian (Indian),", ",White,")
    return "bytes", "metadata.csv"


def comment_in_an_image(folder: Path) -> Told:
    data = an_image(folder).read_bytes()
    replace(an_image(folder), data[:2] + b"\xff\xfe\x00\x06home" + data[2:])
    return "metadata-left", inside(folder, an_image(folder))


def remove_a_paper(folder: Path) -> str:
    """In words, what is told of it."""
    (folder / "README.md").unlink()
    return "README.md: missing"
