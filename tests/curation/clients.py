"""The libraries that people load releases with, kept offline and to themselves."""

import importlib
import os
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Generic, TypeVar
from unittest.mock import patch

T = TypeVar("T")
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
