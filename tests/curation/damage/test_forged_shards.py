"""Forged shards of Parquet and tar, with a manifest made anew: only contradictions tell."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from tests.curation import release_folders as f
from tests.curation.damage.folders import Damage, Told, a_shard, edit_json, inside, told

# ---- Parquet


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object], **pages: Any) -> str:
    """The first shard, with a changed row and digests that fit."""
    path = a_shard(folder, "parquet")
    table = pq.read_table(path).to_pylist()
    change(table[0])
    f.put_parquet(folder, inside(folder, path), table, **pages)
    return inside(folder, path)


def relabel_in_parquet(folder: Path) -> Told:
    return "disagree", rewritten(folder, lambda row: row.update(perceived_race="Green"))


def renumber_in_parquet(folder: Path) -> Told:
    return "disagree", rewritten(folder, lambda row: row.update(label_race=1 - row["label_race"]))


def other_bytes_in_parquet(folder: Path) -> Told:
    return "bytes", rewritten(folder, lambda row: row["image"].update(bytes=f.picture(200)))


def lead_parquet_outside(folder: Path) -> Told:
    return "outside", rewritten(folder, lambda row: row["image"].update(path="../../etc/passwd"))


def other_path_in_parquet(folder: Path) -> Told:
    return "disagree", rewritten(folder, lambda row: row["image"].update(path="somebody.jpg"))


def no_image_in_parquet(folder: Path) -> Told:
    return "row", rewritten(folder, lambda row: row["image"].update(bytes=None))


def pack_images(folder: Path) -> Told:
    return "too-large", rewritten(folder, lambda row: None, compression="zstd")


def pack_a_bomb(folder: Path) -> Told:
    path = rewritten(folder, lambda row: row.update(creator="a" * 5_000_000))
    assert (folder / path).stat().st_size < 100_000
    return "too-large", path


def name_classes_otherwise(folder: Path) -> Told:
    features = (
        f.schema().metadata[b"huggingface"].decode().replace('"asian_indian", "white"', '"white", "asian_indian"')
    )
    like = f.schema().with_metadata({"huggingface": features})
    path = a_shard(folder, "parquet")
    f.put_parquet(folder, inside(folder, path), pq.read_table(path).to_pylist(), like)
    return "disagree", inside(folder, path)


def hide_something_in_the_schema(folder: Path) -> Told:
    like = f.schema().with_metadata(f.schema().metadata | {b"author": b"somebody"})
    path = a_shard(folder, "parquet")
    f.put_parquet(folder, inside(folder, path), pq.read_table(path).to_pylist(), like)
    return "disagree", inside(folder, path)


def add_a_column_to_parquet(folder: Path) -> Told:
    path = a_shard(folder, "parquet")
    table = pq.read_table(path)
    pq.write_table(table.append_column("note", pa.array(["x"] * len(table))), path)
    return "disagree", inside(folder, path)


def say_other_digests(folder: Path) -> Told:
    path = inside(folder, a_shard(folder, "parquet"))
    edit_json(folder / "parquet" / "digests.json", **{path: {"rows": 1, "sha256": "0" * 64}})
    return "disagree", path


def lose_a_parquet_shard(folder: Path) -> Told:
    first, second = sorted(folder.glob("parquet/*-of-00002.parquet"))
    second.unlink()
    return "missing", inside(folder, first)


def cut_parquet_in_the_middle(folder: Path) -> Told:
    path = a_shard(folder, "parquet")
    data = path.read_bytes()
    path.write_bytes(data[:500] + data[1000:])
    return "truncated", inside(folder, path)


def write_no_parquet(folder: Path) -> Told:
    a_shard(folder, "parquet").write_bytes(b"PAR1")
    return "truncated", inside(folder, a_shard(folder, "parquet"))


# ---- Tar files


def retarred(folder: Path, change: Callable[[list[tuple[str, bytes]]], object]) -> str:
    path = a_shard(folder, "tar")
    table, data = f.rows()
    bucket = path.name.removesuffix("-00000.tar")
    members = f.tar_members(f.buckets(table)[bucket], data)
    change(members)
    f.put_tar(folder, inside(folder, path), members)
    return inside(folder, path)


def relabel_in_a_tar(folder: Path) -> Told:
    def change(members: list[tuple[str, bytes]]) -> None:
        members[1] = (members[1][0], members[1][1].replace(b'"perceived_race": "', b'"perceived_race": "Off-'))

    return "disagree", retarred(folder, change)


def other_bytes_in_a_tar(folder: Path) -> Told:
    def change(members: list[tuple[str, bytes]]) -> None:
        members[0] = (members[0][0], f.picture(200))

    return "bytes", retarred(folder, change)


def lead_a_tar_outside(folder: Path) -> Told:
    return "outside", retarred(folder, lambda members: members.append(("../../etc/cron.d/x", b"x")))


def lead_a_tar_to_the_root(folder: Path) -> Told:
    return "outside", retarred(folder, lambda members: members.append(("/etc/cron.d/x", b"x")))


def add_a_member(folder: Path) -> Told:
    return "strange", retarred(folder, lambda members: members.append(("readme.txt", b"x")))


def lose_an_image_of_a_tar(folder: Path) -> Told:
    return "missing", retarred(folder, lambda members: members.__delitem__(slice(0, 2))).removesuffix("-00000.tar")


def lose_a_json_of_a_tar(folder: Path) -> Told:
    return "strange", retarred(folder, lambda members: members.pop(1))


def tell_an_owner(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    data = bytearray(path.read_bytes())
    data[265:269] = b"root"
    path.write_bytes(data)
    return "strange", inside(folder, path)


def put_something_behind_a_tar(folder: Path) -> Told:
    with open(a_shard(folder, "tar"), "ab") as file:
        file.write(b"x" * 512)
    return "strange", inside(folder, a_shard(folder, "tar"))


def cut_a_tar_between_members(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    path.write_bytes(path.read_bytes()[:512])
    return "truncated", inside(folder, path)


def name_a_shard_otherwise(folder: Path) -> Told:
    path = a_shard(folder, "tar")
    path.rename(path.with_name("identity-train--attributes-all-00000.tar"))
    return "extra", "webdataset/identity-train--attributes-all-00000.tar"


FORGERIES: list[Damage] = [
    relabel_in_parquet,
    renumber_in_parquet,
    other_bytes_in_parquet,
    lead_parquet_outside,
    other_path_in_parquet,
    no_image_in_parquet,
    pack_images,
    pack_a_bomb,
    name_classes_otherwise,
    hide_something_in_the_schema,
    add_a_column_to_parquet,
    say_other_digests,
    lose_a_parquet_shard,
    cut_parquet_in_the_middle,
    write_no_parquet,
    relabel_in_a_tar,
    other_bytes_in_a_tar,
    lead_a_tar_outside,
    lead_a_tar_to_the_root,
    add_a_member,
    lose_an_image_of_a_tar,
    lose_a_json_of_a_tar,
    tell_an_owner,
    put_something_behind_a_tar,
    cut_a_tar_between_members,
    name_a_shard_otherwise,
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_a_forgery_whose_hashes_fit_is_told(folder: Path, forgery: Damage) -> None:
    expected = forgery(folder)
    f.seal(folder)
    assert expected in told(folder)
