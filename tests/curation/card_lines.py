"""Runs the lines of a data card for `datasets` and for torch in a release's folder, as a process of its own.

It is told the task, and tells its numbers as each block that makes `batches` loads them, a line of JSON each.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.curation import clients

BLOCK = re.compile(r"^(?: {4}.*\n)+", re.MULTILINE)


def main(task: str) -> None:
    known: dict[str, Any] = {}
    for lines in blocks(Path("README.md").read_text()):
        run(lines, known)
        if "batches" in known:
            numbers = [number for batch in known.pop("batches") for number in labels(batch, task)]
            sys.stdout.write(json.dumps(sorted(numbers)) + "\n")


def blocks(card: str) -> list[str]:
    """All before those for mlcroissant."""
    told = card.split("## Load\n")[1].split("With `mlcroissant`")[0]
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in BLOCK.findall(told)]


def run(lines: str, known: dict[str, Any]) -> None:
    """Imports of torch come first: of a stand-in, `datasets` and `webdataset` are to see nothing. Only torchvision's
    folders get workers: the other lines have lambdas, and these want to be forked, which not every system does."""
    workers = ", num_workers=2" if "ImageFolder" in lines else ""
    with clients.torch():
        exec("\n".join(line for line in lines.splitlines() if line.startswith("from torch")), known)  # noqa: S102
    rest = "\n".join(line for line in lines.splitlines() if not line.startswith("from torch"))
    exec(rest.replace("batch_size=64", f"batch_size=4{workers}"), known)  # noqa: S102


def labels(batch: Any, task: str) -> list[int]:
    pictures, numbers = (batch["image"], batch[f"label_{task}"]) if isinstance(batch, dict) else batch
    assert len(pictures) == len(numbers)
    return [int(number) for number in numbers]


if __name__ == "__main__":
    main(sys.argv[1])
