"""Every name in the folder against the manifest: both in the order of their bytes, so neither is held in memory."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from curation.release import manifest
from curation.release.naming import MANIFEST, SIGNATURE, image_id
from curation.release.output import FILE_MODE, FOLDER_MODE
from curation.release.verify import bounded
from curation.release.verify.findings import (
    EXTRA,
    FOLDER,
    ID,
    LINK,
    MISSING,
    MODE,
    ORDER,
    OUTSIDE,
    SHARED,
    STRANGE,
    UNREADABLE,
    Findings,
    Unreadable,
)
from curation.release.verify.work import Crew, File

DEEPEST = 6  # folders; ours have three


@dataclass(frozen=True, slots=True)
class Found:
    path: str
    status: os.stat_result


@dataclass
class Names:
    """What lies in the folder, as it is walked. `links` knows files with several names by their inode: what the
    manifest says of the first one (32 bytes), and how many names are to come (4 bytes)."""

    folder: Path
    findings: Findings
    folders: set[str] = field(default_factory=set)
    files: int = 0
    in_trees: int = 0
    links: dict[int, bytes] = field(default_factory=dict)

    def walk(self, parent: str = "", depth: int = 0) -> Iterator[Found]:
        """Regular files in the order of the bytes of their paths. Links are told and not followed."""
        for raw in self._entries(parent):
            name = os.fsdecode(raw.removesuffix(b"/"))
            path = parent + name
            if raw.endswith(b"/"):
                self._folder(path)
                if depth < DEEPEST:
                    yield from self.walk(f"{path}/", depth + 1)
                else:
                    self.findings.add(FOLDER, path, "lies deeper than any folder of a release")
            elif status := self._status(path):
                self.in_trees += name.endswith(".jpg") and parent != "images/"
                yield Found(path, status)

    def _entries(self, parent: str) -> list[bytes]:
        """As they stand in sorted paths: `a-b` before `a/x`, so folders end with a slash."""
        try:
            with os.scandir(self.folder / parent) as entries:
                return sorted(os.fsencode(e.name) + b"/" * e.is_dir(follow_symlinks=False) for e in entries)
        except OSError as error:
            if not parent:
                raise
            self.findings.add(UNREADABLE, parent.rstrip("/"), f"cannot be read ({error.strerror})")
            return []

    def _folder(self, path: str) -> None:
        self.folders.add(path)
        self._mode(path, os.lstat(self.folder / path), FOLDER_MODE)

    def _status(self, path: str) -> os.stat_result | None:
        status = os.lstat(self.folder / path)
        if stat.S_ISLNK(status.st_mode):
            self.findings.add(LINK, path, "is a link")
        elif not stat.S_ISREG(status.st_mode):
            self.findings.add(STRANGE, path, "is neither a file nor a folder")
        else:
            self._mode(path, status, FILE_MODE)
            return status
        return None

    def _mode(self, path: str, status: os.stat_result, wanted: int) -> None:
        if (mode := stat.S_IMODE(status.st_mode)) != wanted:
            self.findings.add(MODE, path, f"its mode is {mode:04o}, not {wanted:04o}")


def listed(folder: Path) -> Iterator[tuple[str, str]]:
    """(path, sha256) as the manifest has them. ManifestError."""
    return manifest.parsed(bounded.lines(folder, MANIFEST))


def compare(names: Names, crew: Crew) -> None:
    """Hands every file that is listed and there to the crew."""
    known, there = listed(names.folder), names.walk()
    line, found = next(known, None), next(there, None)
    while line or found:
        if found is None or (line and os.fsencode(line[0]) < os.fsencode(found.path)):
            _missing(names, line)
            line = next(known, None)
        elif line is None or os.fsencode(found.path) < os.fsencode(line[0]):
            _extra(names, found)
            found = next(there, None)
        else:
            _both(names, found, line[1], crew)
            line, found = next(known, None), next(there, None)
    _names_elsewhere(names)


def compare_or_tell(names: Names, crew: Crew) -> bool:
    """Whether the manifest could be read to its end."""
    try:
        compare(names, crew)
    except (manifest.ManifestError, Unreadable) as error:
        said = str(error).removeprefix(f"{MANIFEST}: ")
        names.findings.add(OUTSIDE if "outside" in said else ORDER, MANIFEST, said)
        return False
    return True


def _missing(names: Names, line: tuple[str, str] | None) -> None:
    if line and not os.path.lexists(names.folder / line[0]):  # else it was told that it is no file
        names.findings.add(MISSING, line[0], "missing")


def _extra(names: Names, found: Found) -> None:
    if found.path not in (MANIFEST, SIGNATURE):
        names.findings.add(EXTRA, found.path, f"extra, not in {MANIFEST}")
    else:
        names.files += 1


def _both(names: Names, found: Found, sha256: str, crew: Crew) -> None:
    names.files += 1
    _folder, _, name = found.path.rpartition("/")
    is_image = name.endswith(".jpg")
    if is_image and image_id(sha256) != name.removesuffix(".jpg"):
        names.findings.add(ID, found.path, f"is not named for the bytes that {MANIFEST} says it has")
    if not _is_known_by_another_name(names, found, sha256):
        path = _first_name(names, found, name)
        is_picture = is_image and path.startswith("images/")
        crew.take(File(names.folder, path, sha256, is_picture, found.status.st_size))


def _first_name(names: Names, found: Found, name: str) -> str:
    """Of a file with several names, which is met in a tree before, the one in images/."""
    path = f"images/{name}"
    if found.status.st_nlink == 1 or not os.path.lexists(names.folder / path):
        return found.path
    return path if os.path.samestat(os.lstat(names.folder / path), found.status) else found.path


def _is_known_by_another_name(names: Names, found: Found, sha256: str) -> bool:
    """Links to one file are read once, unless the manifest says of them that they differ."""
    if found.status.st_nlink == 1:
        return False
    node = _node(found.status)
    known = names.links.pop(node, None)
    said = known[:32] if known else bytes.fromhex(sha256)
    left = (int.from_bytes(known[32:]) if known else found.status.st_nlink) - 1
    if left:
        names.links[node] = said + left.to_bytes(4)
    return known is not None and said.hex() == sha256


def _node(status: os.stat_result) -> int:
    return status.st_dev << 64 | status.st_ino


def _names_elsewhere(names: Names) -> None:
    """No damage by itself, as a backup of hard links may be meant; whoever writes there writes here, though."""
    for found in Names(names.folder, Findings()).walk() if names.links else ():
        if known := names.links.pop(_node(found.status), None):
            left = int.from_bytes(known[32:])
            names.findings.note(SHARED, found.path, f"has {left} more names outside this folder (hard links)")


def check_folders(names: Names, wanted: set[str]) -> None:
    for path in sorted(wanted - names.folders):
        names.findings.add(FOLDER, path, "folder missing")
    for path in sorted(names.folders - wanted):
        names.findings.add(FOLDER, path, "folder of no class")
