"""Pictures from a local folder: one sub-folder per identity, named for it ("Ada_Lovelace")."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar

from ingest.licences import licence_url, read_licence
from ingest.network import GuardedSession
from ingest.sentences import Sentence
from ingest.sources.base import Hit, Query, SourceError

# By name only: the guarded decoder finds out whether a file is what it says, and states its reason.
PICTURE_SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp"),
    *(".tif", ".tiff", ".avif", ".heic", ".heif", ".jp2", ".ppm"),
}


@dataclass(frozen=True)
class FolderHit:
    identity_name: str
    path: Path


@dataclass(frozen=True)
class IgnoredFile:
    path: Path
    reason: str  # "not a picture" | "leads out of the folder" | "not in a folder of an identity"


@dataclass(frozen=True)
class FolderScan:
    hits: tuple[FolderHit, ...]  # sorted by folder, then by file name
    ignored: tuple[IgnoredFile, ...]

    @property
    def identity_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hit.identity_name for hit in self.hits))


@dataclass(frozen=True)
class FolderSource:
    """Parameters: `root`; `licence` (SPDX id or licence URL) and `creator`, said of every picture."""

    name: ClassVar[str] = "folder"
    label: ClassVar[str] = Sentence("Local folder")
    about: ClassVar[str] = Sentence(
        "Files on the server, a folder for each person, under a licence that you vouch for."
    )
    searches: ClassVar[bool] = False
    heeds_robots: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ("root",)

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        top = _top(query.parameters.get("root", ""))
        licence = _stated_licence(query.parameters.get("licence", ""))
        wanted = {name.casefold() for name in (query.identity_name, *query.aliases)}
        folders = [path for path in sorted(top.iterdir()) if _identity_name(path.name).casefold() in wanted]
        mine = (path for folder in folders for path in sorted(_files(folder)) if not _reason_to_ignore(path, top))
        for rank, path in enumerate(islice(mine, query.limit), start=1):
            yield Hit(
                image_url=path.as_uri(),
                title=path.name,
                creator=query.parameters.get("creator", ""),
                licence_url=licence_url(licence) if licence else "",
                rank=rank,
                query=_identity_name(path.parent.name),
                evidence={"licence": licence} if licence else {},
            )


def _stated_licence(text: str) -> str:
    try:
        return read_licence(text) if text else ""
    except ValueError as error:
        raise SourceError(str(error)) from error


def scan_folder(root: str | Path) -> FolderScan:
    """Every picture of every identity's folder; SourceError when there is none at all."""
    top = _top(root)
    hits: list[FolderHit] = []
    ignored: list[IgnoredFile] = []
    for path in sorted(_files(top)):
        if reason := _reason_to_ignore(path, top):
            ignored.append(IgnoredFile(path, reason))
        else:
            hits.append(FolderHit(_identity_name(path.parent.name), path))
    if not hits:
        raise SourceError(
            Sentence("The folder %(root)r holds no pictures in sub-folders named for people.", root=str(root))
        )
    return FolderScan(tuple(hits), tuple(ignored))


def _top(root: str | Path) -> Path:
    if not str(root) or not Path(root).is_dir():
        raise SourceError(Sentence("There is no folder %(root)r.", root=str(root)))
    return Path(root).resolve()


def _files(top: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders; such a link is looked at like a file, and ignored.
    for folder, names, files in os.walk(top):
        links = [name for name in names if Path(folder, name).is_symlink()]
        yield from (Path(folder, name) for name in (*files, *links))


def _reason_to_ignore(path: Path, top: Path) -> str:
    if not path.resolve().is_relative_to(top):
        return "leads out of the folder"
    if not path.is_file() or path.suffix.lower() not in PICTURE_SUFFIXES or path.name.startswith("."):
        return "not a picture"
    if path.parent.parent != top:
        return "not in a folder of an identity"
    return ""


def _identity_name(folder_name: str) -> str:
    return " ".join(folder_name.replace("_", " ").split())
