import errno
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from curation.models import Release, ReleaseFace
from curation.policies import current_policy
from curation.release import manifest
from curation.release.errors import ReleaseRefused
from curation.release.naming import image_id
from curation.release.output import new_folder
from curation.release.writing import write
from ingest import store
from tests import factories
from tests.conftest import REPO
from tests.curation import releases as r

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "release"


def test_written_manifest_is_the_frozen_digest_and_sha256sum_agrees(folder: Path) -> None:
    r.few_people()
    release = r.written(folder)
    listing = (folder / "MANIFEST.sha256").read_bytes()
    assert manifest.digest([listing]) == release.digest
    subprocess.run(["sha256sum", "--check", "--quiet", "MANIFEST.sha256"], cwd=folder, check=True)
    listed = dict(manifest.parsed(listing.splitlines(keepends=True)))
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert listed.keys() | {"MANIFEST.sha256"} == there


def test_written_images_are_the_crops_once_and_hard_links(folder: Path) -> None:
    r.few_people()
    r.written(folder)
    for face in ReleaseFace.objects.all():
        image = folder / "images" / f"{face.image_id}.jpg"
        assert image.read_bytes() == store.read(store.name_of("crops", face.crop_sha256))
        assert image.stat().st_nlink == 1 + len(face.record["places"])
        assert all((folder / place / image.name).samefile(image) for place in face.record["places"])


def test_written_parts_hold_every_class_folder_of_their_task(folder: Path) -> None:
    ada = factories.identity("Ada Marlow", slug="ada-marlow")
    for _ in range(3):  # so that she is in all parts
        r.accepted(ada)
    r.written(folder)
    for part in ("train", "val", "test"):
        assert folders(folder / "identity" / part) == {"ada-marlow"}
        races = folders(folder / "race" / part)
        assert races == {"asian_chinese_korean", "asian_indian", "black", "white"}
        assert folders(folder / "gender" / part) == {"female", "male"}
        assert folders(folder / "age" / part) == {"young", "old"}
    assert {known["folder"] for known in json.loads((folder / "classes.json").read_text())["race"]} == races


def folders(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_written_again_is_the_same_tree(folder: Path, tmp_path: Path) -> None:
    r.few_people()
    release = r.written(folder)
    second = tmp_path / "second"
    second.mkdir()
    write(release, second, r.ignore)
    assert r.tree(folder) == r.tree(second)


def test_what_0_4_froze_is_written_as_it_was(folder: Path) -> None:
    """Its papers held the first line of metadata.csv, and nothing was told of the rows but that file."""
    columns = ("id", "perceived_race", "split_race")
    one = r.accepted(factories.identity())
    name, crop = image_id(one.face.crop_sha256), store.read(store.name_of("crops", one.face.crop_sha256))
    classes: dict[str, list[dict[str, str]]] = {"identity": [], "race": [{"folder": "black"}], "gender": [], "age": []}
    files = {
        "README.md": b"# as it was\n",
        "classes.json": json.dumps(classes).encode(),
        "metadata.csv": f"id,perceived_race,split_race\n{name},Black,val\n".encode(),
        f"images/{name}.jpg": crop,
        f"race/val/black/{name}.jpg": crop,
    }
    listing = "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    texts = {path: files[path].decode() for path in ("README.md", "classes.json")}
    release = Release.objects.create(
        version="0.9.0",
        layout=0,
        policy=current_policy(),
        papers=texts | {"metadata.csv": ",".join(columns) + "\n"},
        digest=manifest.digest([listing.encode()]),
        faces_count=1,
        frozen_at=timezone.now(),
    )
    row = {"columns": dict(zip(columns, (name, "Black", "val"), strict=True)), "places": ["race/val/black"]}
    ReleaseFace.objects.create(
        release=release, face=one.face, claim=one, image_id=name, crop_sha256=one.face.crop_sha256, record=row
    )
    folder.mkdir()
    write(release, folder, r.ignore)
    there = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert there == files | {"MANIFEST.sha256": listing.encode()}


def test_written_modes_do_not_hang_on_the_umask(folder: Path) -> None:
    r.few_people()
    before = os.umask(0o077)
    try:
        r.written(folder)
    finally:
        os.umask(before)
    assert {mode for mode, _data in r.tree(folder).values()} == {0o644, 0o755}


def test_written_without_hard_links_is_the_same_by_copies(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(first: str, second: str) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    r.few_people()
    release = r.written(folder)
    second = tmp_path / "second"
    second.mkdir()
    copies = sum(len(face.record["places"]) for face in release.faces.all())
    monkeypatch.setattr(os, "link", impossible)
    written = write(release, second, r.ignore)
    assert (written.images, written.copies) == (9, copies)
    assert r.tree(folder) == r.tree(second)


def test_a_crop_that_is_gone_stops_the_writing(tmp_path: Path) -> None:
    made = r.few_people()
    release = r.frozen()
    os.unlink(tmp_path / "media" / store.name_of("crops", made[0].face.crop_sha256))
    (tmp_path / "out").mkdir()
    with pytest.raises(ReleaseRefused, match="not in the storage"):
        write(release, tmp_path / "out", r.ignore)


def test_what_would_differ_from_the_frozen_digest_is_refused(tmp_path: Path) -> None:
    r.few_people()
    release = r.frozen()
    release.papers["README.md"] += "one word more"
    (tmp_path / "out").mkdir()
    with pytest.raises(ReleaseRefused, match=r"would come out as sha256:.*, not as sha256:"):
        write(release, tmp_path / "out", r.ignore)


# ---- The folder that appears whole or not at all


def test_new_folder_appears_only_at_the_end(folder: Path) -> None:
    with new_folder(folder) as partial:
        (partial / "a").write_text("a")
        assert not folder.exists()
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert not partial.exists()


def test_new_folder_takes_the_place_of_an_empty_one(folder: Path) -> None:
    folder.mkdir()
    with new_folder(folder) as partial:
        (partial / "a").write_text("a")
    assert (folder / "a").read_text() == "a"


def test_new_folder_makes_the_folders_above(folder: Path) -> None:
    with new_folder(folder / "releases" / "1.0.0") as partial:
        (partial / "a").write_text("a")
    assert [path.name for path in (folder / "releases").iterdir()] == ["1.0.0"]


def test_new_folder_leaves_nothing_when_it_fails(folder: Path) -> None:
    with pytest.raises(FileExistsError), new_folder(folder) as partial:
        shutil.copytree(REPO / "curation" / "release", partial)
    assert list(folder.parent.glob(f"*{folder.name}*")) == []


def test_new_folder_clears_what_a_killed_run_left(folder: Path) -> None:
    left = folder.parent / f".{folder.name}.partial"
    (left / "images").mkdir(parents=True)
    (left / "README.md").write_text("half")
    with new_folder(folder):
        assert not list(left.iterdir())
    assert not list(folder.iterdir())


def test_new_folder_excludes_a_second_run(folder: Path) -> None:
    with new_folder(folder):
        with pytest.raises(ReleaseRefused, match="Another run"), new_folder(folder):
            pytest.fail("two runs wrote at once")
        assert (folder.parent / f".{folder.name}.partial").is_dir()


def test_new_folder_refuses_places_that_are_not_free(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine").write_text("mine")
    (folder.parent / "file").write_text("")
    (folder.parent / "link").symlink_to(folder)
    for target, why in [
        (folder, "not empty"),
        (folder.parent / "file", "not a folder"),
        (folder.parent / "link", "not a folder"),
        (folder.parent / "file" / "no" / "such", "not a folder"),
    ]:
        with pytest.raises(ReleaseRefused, match=why), new_folder(target):
            pytest.fail(f"{target} was taken")
    assert (folder / "mine").read_text() == "mine"
