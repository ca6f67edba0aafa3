"""Files that may be thrown away at any time: each is made again from the database. Nothing here is ever the truth."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


def path_of(name: str) -> Path:
    """Of this database, in a folder that no other user can read."""
    folder = Path(settings.VAR_DIR) / "scratch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{connection.settings_dict['NAME']}-{name}"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write to: what was written stands at `path` when the block ends, and not before."""
    draft = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits until no other process of this machine is inside with the same path."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
