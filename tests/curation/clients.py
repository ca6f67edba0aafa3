"""The libraries that people load releases with, kept offline and to themselves."""

import importlib
import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar
from unittest.mock import patch

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


class Dataset(Generic[T]):
    """In place of torch's, from which torchvision's ImageFolder inherits a name and nothing else."""


def image_folder() -> Any:
    """torchvision.datasets.folder, the package's own code. It is installed without torch, which is too large for every
    test run, and of which reading folders needs one empty class."""
    found = find_spec("torchvision")
    assert found is not None, "torchvision is not installed: make install"
    assert found.submodule_search_locations
    (where,) = found.submodule_search_locations
    made: dict[str, ModuleType] = {}

    def module(name: str, path: str = "", **holds: object) -> None:
        made[name] = ModuleType(name)
        vars(made[name]).update(holds, **({"__path__": [path]} if path else {}))

    module("torch", "-")
    module("torch.utils", "-")
    module("torch.utils.data", Dataset=Dataset)
    module("torchvision", where)
    module("torchvision.utils", _log_api_usage_once=lambda _obj: None)
    module("torchvision.datasets", f"{where}/datasets")
    made["torch"].utils = made["torch.utils"]  # type: ignore[attr-defined]
    made["torch.utils"].data = made["torch.utils.data"]  # type: ignore[attr-defined]
    with patch.dict(sys.modules, made):
        return importlib.import_module("torchvision.datasets.folder")
