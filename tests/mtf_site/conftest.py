import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mtf_site.services_helpers import Client, assert_gone, eventually, nothing_is_left, tell


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a table `kept` in it, to copy: making one takes a second."""
    var = tmp_path_factory.mktemp("made") / "var"
    with Client(var) as client:
        client.joined()
        tell(var, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('before')")
    eventually(lambda: nothing_is_left(var), "the first servers stay")
    return var


@pytest.fixture
def var(tmp_path: Path, made: Path) -> Iterator[Path]:
    copy = tmp_path / "var"
    shutil.copytree(made, copy)
    yield copy
    assert_gone(copy)


@pytest.fixture
def new_var(tmp_path: Path) -> Iterator[Path]:
    var = tmp_path / "new"
    yield var
    assert_gone(var)
