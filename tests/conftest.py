import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

REPO = Path(__file__).resolve().parent.parent

# The same examples on every run: a failure comes from the change at hand. HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis_settings.register_profile("repeatable", derandomize=True)
hypothesis_settings.register_profile("search", max_examples=2000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def real_faces() -> Path:
    """The folder of real photographs; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("MTF_FACES") or REPO.parent / "shared" / "faces")
    if not (folder / "people").is_dir():
        pytest.skip(f"no real photographs at MTF_FACES ({folder})")
    return folder


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    """Every test writes its pictures into a folder of its own."""
    storages = dict(settings.STORAGES)
    storages["default"] = {**storages["default"], "OPTIONS": {"location": tmp_path / "media"}}
    settings.STORAGES = storages


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The language of a page that a test asked for stays that of its thread."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for what another asked of a host: ports come again."""
    monkeypatch.setattr("ingest.access.KEYS", f"mtf:test:{uuid.uuid4().hex}")
