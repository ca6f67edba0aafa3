"""A whole release, built once."""

import subprocess
from pathlib import Path

import pytest

from tests.curation import release_folders as f


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return f.build(tmp_path_factory.mktemp("releases") / "whole")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy with hard links of its own."""
    subprocess.run(["cp", "--archive", str(whole), str(tmp_path / "release")], check=True)
    return tmp_path / "release"
