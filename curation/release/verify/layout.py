"""What a release says of itself: release.json and classes.json, the frame in which its rows are read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.release.naming import ATTRIBUTES, CLASSES, LABELLED, PARTS, TASKS, image_file, label_column, split_column
from curation.release.orders import FORMATS
from curation.release.verify import bounded
from curation.release.verify.findings import UNREADABLE, Unreadable

RELEASE = "release.json"
CANNOT_TELL = "cannot tell"
NO_CLASS = ("", CANNOT_TELL)

Row = Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """`folders` are the class folders of each task by what its column says: the label, or the slug of a person."""

    told: Mapping[str, Any]
    version: str
    selection: str
    tasks: tuple[str, ...]
    formats: tuple[str, ...]
    columns: tuple[str, ...]
    folders: Mapping[str, Mapping[str, str]]
    numbers: Mapping[str, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        """Classes are counted as torchvision's ImageFolder does: the folders in order, from nought."""
        counted = {task: {f: n for n, f in enumerate(sorted(self.folders[task].values()))} for task in self.folders}
        object.__setattr__(self, "numbers", counted)

    def column(self, task: str) -> str:
        return "identity_slug" if task == "identity" else label_column(self.selection, task)

    def label(self, task: str, row: Row) -> str:
        """ "" for none."""
        said = row[self.column(task)]
        return "" if task in ATTRIBUTES and said in NO_CLASS else said

    def places(self, row: Row) -> Iterator[tuple[str, str, str]]:
        """(task, part, class folder) where the image of a row stands; a class that is not known has no place."""
        for task in self.tasks:
            part, folder = row[split_column(task)], self.folders[task].get(self.label(task, row))
            if part and folder:
                yield task, part, folder

    def class_numbers(self, row: Row) -> dict[str, int | None]:
        """By `label_<task>`."""
        folders = {task: self.folders[task].get(self.label(task, row), "") for task in self.tasks}
        return {f"label_{task}": self.numbers[task].get(folder) for task, folder in folders.items()}

    def file(self, row: Row) -> str:
        return image_file(row["id"]) if "imagefolder" in self.formats else ""


def read(folder: Path) -> Layout:
    """Unreadable where it says nothing that rows could be read by."""
    told, classes = bounded.json_of(folder, RELEASE), bounded.json_of(folder, CLASSES)
    if not isinstance(told, dict):
        raise Unreadable(UNREADABLE, RELEASE, "is not an object")
    if told.get("schema") != 1:
        raise Unreadable(UNREADABLE, RELEASE, f"its schema is {told.get('schema')!r}, and only 1 is known here")
    selection = told.get("selection")
    if selection not in LABELLED or not isinstance(told.get("version"), str):
        raise Unreadable(UNREADABLE, RELEASE, "has no version or no selection that is known here")
    tasks, formats = _names(told, "tasks", TASKS), _names(told, "formats", FORMATS)
    columns = _names(told, "columns", None)
    folders = {task: _folders(classes, task) for task in TASKS if task in tasks or _is_told(classes, task)}
    return Layout(told, told["version"], selection, tasks, formats, columns, folders)


def _is_told(classes: Any, task: str) -> bool:
    return isinstance(classes, dict) and task in classes


def _names(told: Mapping[str, Any], key: str, known: Sequence[str] | None) -> tuple[str, ...]:
    names = told.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Unreadable(UNREADABLE, RELEASE, f"its {key} are not a list of names")
    if len(set(names)) < len(names) or (known is not None and not set(names) <= set(known)):
        raise Unreadable(UNREADABLE, RELEASE, f"its {key} are not some of those that are known here")
    return tuple(names)


def _folders(classes: Any, task: str) -> dict[str, str]:
    try:
        key = "folder" if task == "identity" else "label"
        known = {one[key]: one["folder"] for one in classes[task]}
        texts = [*known, *known.values()]
        whole = len(known) == len(classes[task]) == len(set(known.values())) and all(isinstance(t, str) for t in texts)
    except (TypeError, KeyError, AttributeError):
        whole, known = False, {}
    if not whole or not all(map(is_plain, known.values())):
        raise Unreadable(UNREADABLE, CLASSES, f"its classes of {task} are not labels with a plain folder each")
    return known


def is_plain(name: str) -> bool:
    """Of a file or folder that leads nowhere else."""
    return bool(name) and name not in (".", "..") and "/" not in name and "\0" not in name


def folders(layout: Layout) -> set[str]:
    """Every folder of the release."""
    known = {"LICENSES", "reports", *(name for name in ("parquet", "webdataset") if name in layout.formats)}
    if "imagefolder" not in layout.formats:
        return known
    for task in layout.tasks:
        known |= {task, *(f"{task}/{part}" for part in PARTS)}
        known |= {f"{task}/{part}/{name}" for part in PARTS for name in layout.folders[task].values()}
    return known | {"images"}
