"""The libraries that people load releases with, kept offline and to themselves."""

import importlib
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Generic, TypeVar

import pytest

T = TypeVar("T")
MLCROISSANT = [  # marks for tests that read with it
    pytest.mark.usefixtures("croissant_cache"),
    # It leaves the files open that it took out of archives.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <_io:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Python 3.14 will, by default, filter extracted:DeprecationWarning"),
]
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
}


def hugging_face(home: str) -> Any:
    """The module `datasets`, which reads its environment when it is first imported."""
    os.environ |= OFFLINE | {"HF_HOME": home}
    return importlib.import_module("datasets")


def unpack_into(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """mlcroissant reads CROISSANT_CACHE once, when it is imported."""
    path = importlib.import_module("etils.epath").Path(folder)
    monkeypatch.setattr("mlcroissant._src.operation_graph.operations.extract.EXTRACT_PATH", path)


def croissant(folder: Path, caplog: pytest.LogCaptureFixture) -> Any:
    """mlcroissant's data set of a release, without a word of complaint."""
    import mlcroissant  # heavy: only here

    with caplog.at_level(logging.WARNING):
        found = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    issues = found.metadata.ctx.issues
    assert (issues.errors, issues.warnings, caplog.messages) == (set(), set(), [])
    return found


TORCH = f"torch {version('torch')}" if find_spec("torch") else "a stand-in for torch"


@contextmanager
def torch() -> Iterator[None]:
    """torch and torchvision to import from: the real ones where torch is installed. It is too large for every test run,
    so elsewhere it is torchvision's own reader of folders, with stand-ins for the little that it and holders need of
    the rest: pictures stay pictures."""
    if find_spec("torch"):
        yield
        return
    found = find_spec("torchvision")
    assert found is not None, "torchvision is not installed: make install"
    (where,) = found.submodule_search_locations or [""]
    sys.modules |= _stand_ins(where)
    try:
        folder = importlib.import_module("torchvision.datasets.folder")
        by_pillow = partial(folder.ImageFolder, loader=folder.pil_loader)
        vars(sys.modules["torchvision.datasets"]).update(ImageFolder=by_pillow, folder=folder)
        yield
    finally:  # and not all that was imported meanwhile
        for name in [name for name in sys.modules if name.split(".")[0] in ("torch", "torchvision")]:
            del sys.modules[name]


def _stand_ins(where: str) -> dict[str, ModuleType]:
    made: dict[str, ModuleType] = {}

    def module(name: str, path: str = "", **holds: object) -> ModuleType:
        made[name] = ModuleType(name)
        vars(made[name]).update(holds, **({"__path__": [path]} if path else {}))
        return made[name]

    data = module("torch.utils.data", Dataset=Dataset, DataLoader=DataLoader)
    module("torch", "-", utils=module("torch.utils", "-", data=data))
    same = SimpleNamespace(Compose=lambda _steps: as_it_is, Resize=tuple, ToTensor=tuple)
    module("torchvision", where, transforms=same)
    module("torchvision.utils", _log_api_usage_once=as_it_is)
    module("torchvision.datasets", f"{where}/datasets")
    return made


def as_it_is(one: T) -> T:
    return one


class Dataset(Generic[T]):
    """From torch's, ImageFolder inherits a name and nothing else."""


@dataclass
class DataLoader:
    """Batches of rows, in their order."""

    rows: Iterable[Any]
    batch_size: int
    num_workers: int = 0

    def __iter__(self) -> Iterator[Any]:
        for batch in batched(self.rows, self.batch_size):
            first = batch[0]
            keys = first if isinstance(first, dict) else range(len(first))
            columns = {key: [row[key] for row in batch] for key in keys}
            yield columns if isinstance(first, dict) else list(columns.values())


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    of = iter(rows)
    while batch := list(islice(of, size)):
        yield batch
