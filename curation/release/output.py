"""A folder that appears whole or not at all."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curation.release.errors import ReleaseRefused

FILE_MODE, FOLDER_MODE = 0o644, 0o755
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ADVICE = "Free some space there, or take another folder, and run the command again. Nothing was left there."


def check_target(target: Path) -> None:
    """ReleaseRefused unless a new folder may be put at this absolute path."""
    if os.path.lexists(target) and (target.is_symlink() or not target.is_dir()):
        raise ReleaseRefused(f"{target} is not a folder.")
    if target.is_dir() and any(target.iterdir()):
        raise ReleaseRefused(f"{target} is not empty: a release is written into a new folder.")
    above = next(folder for folder in target.parents if os.path.lexists(folder))
    if not above.is_dir():
        raise ReleaseRefused(f"{above} is not a folder.")
    if not os.access(above, os.W_OK | os.X_OK):
        raise ReleaseRefused(f"{above} is not writable.")


def said_of(error: OSError, target: Path) -> str:
    """What to tell people of a folder that could not be written."""
    if error.errno in NO_ROOM:
        return f"{target} cannot be written: {error.strerror}. {ADVICE}"
    return f"{error.strerror or error}: {error.filename or target}. Nothing was left there."


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` to write into, put in its place at the end; gone if anything fails.

    What a killed run left there is cleared away by the next one. Two runs for one target exclude each other.
    """
    check_target(target)
    partial = target.parent / f".{target.name}.partial"
    partial.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _lock(descriptor, partial, target)
        _empty(partial)
        try:
            yield partial
            partial.chmod(FOLDER_MODE)
            sync(partial)
            partial.rename(target)  # takes the place of an empty folder, and fails for any other
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync(target.parent)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, partial: Path, target: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        still_there = os.path.samestat(os.fstat(descriptor), partial.stat())  # else it was just renamed: it is whole
    except (BlockingIOError, FileNotFoundError):
        still_there = False
    if not still_there:
        raise ReleaseRefused(f"Another run is writing {target} just now.")


def _empty(folder: Path) -> None:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def sync(folder: Path) -> None:
    """Puts the names in a folder onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
