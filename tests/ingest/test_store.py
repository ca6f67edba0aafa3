import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import storages
from pytest_django import Settings

from ingest import store


def files(tmp_path: Path) -> list[str]:
    return sorted(str(path.relative_to(tmp_path / "media")) for path in (tmp_path / "media").rglob("*.*"))


def test_same_bytes_are_written_once_under_their_hash(tmp_path: Path) -> None:
    sha256 = store.put("photos", b"picture", ".png")
    assert store.put("photos", b"picture", ".png") == sha256 == store.digest(b"picture")
    assert files(tmp_path) == [f"photos/{sha256[:2]}/{sha256}.png"]
    assert store.read(store.name_of("photos", sha256, ".png")) == b"picture"


def test_a_writer_that_comes_second_leaves_no_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = store.put("crops", b"crop")
    monkeypatch.setattr(storages["default"], "exists", lambda name: False)
    monkeypatch.setattr(storages["default"], "get_available_name", lambda name, **_: f"{name}.other")
    assert store.put("crops", b"crop") == sha256
    assert files(tmp_path) == [store.name_of("crops", sha256)]


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        done.append("sync " + Path(os.readlink(f"/proc/self/fd/{descriptor}")).name.partition(".")[0])
        sync(descriptor)

    def renamed(old: Any, new: Any) -> None:
        done.append("rename " + Path(new).name.partition(".")[0])
        rename(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    sha256 = store.put("crops", b"crop")
    assert done == [f"sync {sha256}", f"rename {sha256}", f"sync {sha256[:2]}", "sync crops"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_content_of_a_hash_is_read_from_any_storage(settings: Settings, elsewhere: bool) -> None:
    if elsewhere:
        memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        settings.STORAGES = settings.STORAGES | {"default": memory}
    sha256 = store.put("crops", b"crop")
    assert store.content("crops", sha256) == b"crop"
    for unknown in ("0" * 64, "../" + sha256):
        with pytest.raises((FileNotFoundError, SuspiciousFileOperation)):
            store.content("crops", unknown)
