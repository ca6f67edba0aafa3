"""The numbers of classes, as torchvision's ImageFolder counts them: folders in order, from nought."""

from collections.abc import Mapping
from dataclasses import dataclass

from curation.release.frozen import Frozen
from curation.release.naming import label_column


@dataclass(frozen=True)
class ClassLabel:
    """Of one task: `names` are its class folders; `numbers` go by what `column` of metadata.csv says."""

    name: str
    column: str
    names: tuple[str, ...]
    numbers: Mapping[str, int]

    def of(self, columns: Mapping[str, str]) -> int | None:
        """None for an image without a class: nobody settled it, or it cannot be told."""
        return self.numbers.get(columns[self.column])


def class_labels(frozen: Frozen) -> list[ClassLabel]:
    return [_of_task(frozen, task) for task in frozen.tasks]


def _of_task(frozen: Frozen, task: str) -> ClassLabel:
    names = tuple(sorted(one["folder"] for one in frozen.classes[task]))
    if task == "identity":  # two people may share a name, and none a folder
        column, said = "identity_slug", {name: name for name in names}
    else:
        column = label_column(frozen.selection, task)
        said = {one["label"]: one["folder"] for one in frozen.classes[task]}
    return ClassLabel(f"label_{task}", column, names, {text: names.index(folder) for text, folder in said.items()})
