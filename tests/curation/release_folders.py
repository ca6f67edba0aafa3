"""Release folders built by hand, of the first layout and of today's: nothing of the writers under test is used."""

import csv
import hashlib
import io
import json
import os
import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image
from pyarrow import parquet as pq

from curation.release import manifest, sheet
from curation.release.naming import ATTRIBUTES, image_id
from ingest import crops

TASKS = ("identity", "race", "gender", "age")
PARTS = ("train", "val", "test")
PEOPLE = ("ada-marlow", "bo-lindqvist", "chidi-eze", "dewi-anggraini", "eva-roth", "femi-ade")
LABELS = {"race": ("Asian (Indian)", "White"), "gender": ("Female", "Male"), "age": ("Young", "Old")}
FOLDERS = {"Asian (Indian)": "asian_indian"}
COLUMNS = (
    *("id", "sha256", "file", "identity", "identity_slug", "perceived_race", "perceived_gender", "perceived_age"),
    *("age_class_code", "age_class", "soft_race", "soft_gender", "soft_age", "label_origin", "review_state"),
    *("split_identity", "split_attributes", "photo_id", "duplicate_group", "source", "source_page", "image_url"),
    *("creator", "licence", "licence_url", "licence_seen_on", "modification", "date_taken", "date_retrieved"),
    *("votes_usable", "votes_race", "votes_gender", "votes_age"),
    *("consensus_usable", "consensus_race", "consensus_gender", "consensus_age"),
)
DATES = ("licence_seen_on", "date_taken", "date_retrieved")
CREDITS = ("id", "creator", "licence", "licence_url", "modification")
ALL = ("imagefolder", "parquet", "webdataset")

Row = dict[str, str]


@cache
def picture(seed: int) -> bytes:
    """A small crop like no other."""
    shades = Image.linear_gradient("L").resize((48, 48))
    bands = [shades.point(lambda v, c=c: (v + c) % 256) for c in (seed * 37 % 256, seed * 91 % 256, seed)]
    return crops.encode(Image.merge("RGB", bands))


@cache
def numbered(seed: int) -> tuple[str, str]:
    sha256 = hashlib.sha256(picture(seed)).hexdigest()
    return sha256, image_id(sha256)


def folder_of(label: str) -> str:
    return FOLDERS.get(label, label.lower())


def rows() -> tuple[list[Row], dict[str, bytes]]:
    """Eighteen images of six people: everybody in each part of the one split, and in one of the other. And the bytes
    by id."""
    made, data = [], {}
    for seed in range(len(PEOPLE) * 3):
        sha256, name = numbered(seed)
        made.append(_row(seed, sha256, name))
        data[name] = picture(seed)
    return sorted(made, key=lambda row: row["id"]), data


def _row(seed: int, sha256: str, name: str) -> Row:
    who, which = divmod(seed, 3)
    odd = (who + which) % 2
    race, gender, age = LABELS["race"][who % 2], LABELS["gender"][who % 2], LABELS["age"][odd]
    known = {
        **{"id": name, "sha256": sha256, "file": f"images/{name}.jpg", "review_state": "accepted"},
        **{"identity": PEOPLE[who].replace("-", " ").title(), "identity_slug": PEOPLE[who]},
        **{"perceived_race": race, "perceived_gender": gender, "perceived_age": age, "soft_race": f"{race}:1.0000"},
        **{"label_origin": "perceived", "split_identity": PARTS[which], "split_attributes": PARTS[who // 2]},
        **{"photo_id": hashlib.sha256(f"photo {seed}".encode()).hexdigest()[:20]},
        **{"source": "commons", "source_page": f"https://example.org/{seed}", "creator": "Jo, “the lens”"},
        **{"licence": "CC-BY-4.0", "licence_url": "https://creativecommons.org/licenses/by/4.0/"},
        **{"votes_race": f"annotator-01={race};annotator-02={race}", "consensus_race": "majority"},
    }
    return dict.fromkeys(COLUMNS, "") | known


def id_of(data: bytes) -> str:
    return image_id(hashlib.sha256(data).hexdigest())


def row_of(data: bytes) -> Row:
    """One more image of the first person."""
    return _row(0, hashlib.sha256(data).hexdigest(), id_of(data)) | {"photo_id": "cd" * 10}


def classes() -> dict[str, list[dict[str, Any]]]:
    known: dict[str, list[dict[str, Any]]] = {
        "identity": [{"folder": slug, "label": slug.replace("-", " ").title()} for slug in PEOPLE]
    }
    for task, labels in LABELS.items():
        known[task] = [{"code": n, "label": one, "folder": folder_of(one)} for n, one in enumerate(labels, 1)]
    return known


def build(
    folder: Path, formats: Iterable[str] = ALL, *, made: tuple[list[Row], dict[str, bytes]] | None = None
) -> Path:
    """A whole release of today's layout."""
    formats = tuple(formats)
    table, data = made or rows()
    if "imagefolder" not in formats:
        table = [row | {"file": ""} for row in table]
    _papers(folder, table, formats)
    if "imagefolder" in formats:
        _image_folders(folder, table, data)
    if "parquet" in formats:
        write_parquet(folder, table, data)
    if "webdataset" in formats:
        write_tars(folder, table, data)
    _put(folder, "croissant.json", _json(croissant(folder)))
    seal(folder)
    return folder


def seal(folder: Path) -> str:
    """Modes and manifest, as they would be; also by a forger, whose hashes then fit. Its digest."""
    (folder / "MANIFEST.sha256").unlink(missing_ok=True)
    known = {}
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        elif path.is_file() and not path.is_symlink():
            path.chmod(0o644)
            known[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    listing = b"".join(manifest.lines(sorted(known.items())))
    _put(folder, "MANIFEST.sha256", listing)
    return manifest.digest([listing])


def _put(folder: Path, path: str, data: bytes | str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data.encode() if isinstance(data, str) else data)
    (folder / path).chmod(0o644)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def csv_text(columns: Iterable[str], table: Iterable[Mapping[str, str]]) -> str:
    text, columns = io.StringIO(), list(columns)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in table)
    return text.getvalue()


def _papers(folder: Path, table: list[Row], formats: tuple[str, ...]) -> None:
    told = {
        **{"version": "1.0.0", "selection": "curated", "frozen_on": "2026-01-02", "tasks": list(TASKS), "schema": 1},
        **{"formats": list(formats), "images": len(table), "people": len(PEOPLE), "parent": None, "policies": []},
        **{"held_back": {}, "accepted": [], "columns": list(COLUMNS)},
    }
    _put(folder, "release.json", _json(told))
    _put(folder, "classes.json", _json(classes()))
    _put(folder, "metadata.csv", csv_text(COLUMNS, table))
    _put(folder, "ATTRIBUTION.csv", csv_text(CREDITS, table))
    _put(folder, "REVOKED.csv", f"sha256\n{'0' * 64}\n")
    _put(folder, "CHANGES.json", _json({"parent": None}))
    _put(folder, "LICENSES/CC-BY-4.0.txt", "Creative Commons Attribution 4.0")
    _put(folder, "DATASHEET.md", datasheet())
    _put(folder, "CITATION.cff", 'cff-version: "1.2.0"\nversion: "1.0.0"\n')
    _put(folder, "reports/splits.json", _json(splits(table)))
    texts = ("README.md", "ATTRIBUTION.md", "remove_revoked.py", "CHANGES.md")
    reports = ("agreement.json", "agreement.md", "balance.md", "splits.md")
    _put(folder, "reports/balance.json", _json(balance(table)))
    for name in (*texts, *(f"reports/{one}" for one in (*reports, "annotators.json", "balance-race.svg"))):
        _put(folder, name, _json({}) if name.endswith(".json") else f"About {name}.\n")


def datasheet() -> str:
    asked = [one for section in sheet.SECTIONS if section.code in sheet.DATASHEET for one in section.questions]
    told = [f"### {one.text}\n\n*{one.more}*\n\n> Nothing.\n" for one in asked]
    return "\n".join(["# Datasheet\n", *told, "## Lawful basis\n\nNone.\n"])


def splits(table: list[Row]) -> dict[str, Any]:
    def told(column: str) -> dict[str, Any]:
        sizes = {part: {"images": sum(row[column] == part for row in table)} for part in PARTS}
        return {"column": column, "all": sizes}

    return {"splits": {"shared": told("split_identity"), "disjoint": told("split_attributes")}}


def balance(table: list[Row]) -> dict[str, Any]:
    def counted(column: str) -> dict[str, dict[str, int]]:
        known: dict[str, set[str]] = {}
        for row in table:
            known.setdefault(row[column], set()).add(row["identity_slug"])
        return {
            label: {"images": sum(row[column] == label for row in table), "people": len(people)}
            for label, people in known.items()
        }

    labels = {task: counted(f"perceived_{task}") for task in LABELS}
    cells = Counter(tuple(row[f"perceived_{task}"] for task in ATTRIBUTES) for row in table)
    told = [dict(zip(ATTRIBUTES, cell, strict=True)) | {"images": count} for cell, count in sorted(cells.items())]
    whole = {"images": len(table), "people": len(PEOPLE)}
    return whole | {"labels": labels, "licences": counted("licence"), "cells": told}


def croissant(folder: Path) -> dict[str, Any]:
    named = [path for path in sorted(folder.rglob("*")) if path.name == "metadata.csv" or path.suffix == ".parquet"]
    files = [
        {"contentUrl": str(path.relative_to(folder)), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in named
    ]
    return {"version": "1.0.0", "distribution": [*files, {"includes": "images/*.jpg"}]}


# ---- Formats


def places(row: Row) -> list[tuple[str, str, str]]:
    known = [("identity", row["split_identity"], row["identity_slug"])]
    known += [(t, row["split_attributes"], folder_of(row[f"perceived_{t}"])) for t in LABELS]
    return [place for place in known if place[1] and place[2] != "cannot tell"]


def _image_folders(folder: Path, table: list[Row], data: Mapping[str, bytes]) -> None:
    known = {"identity": PEOPLE} | {task: tuple(map(folder_of, labels)) for task, labels in LABELS.items()}
    for task in TASKS:
        for part in PARTS:
            for name in known[task]:
                (folder / task / part / name).mkdir(parents=True)
            lines = [json_line(row, task, part) for row in table if (task, part) in {p[:2] for p in places(row)}]
            _put(folder, f"{task}/{part}/metadata.jsonl", "".join(lines))
    for row in table:
        first = f"images/{row['id']}.jpg"
        _put(folder, first, data[row["id"]])
        for place in places(row):
            os.link(folder / first, folder.joinpath(*place) / f"{row['id']}.jpg")


def json_line(row: Row, task: str, part: str) -> str:
    (name,) = [name for t, p, name in places(row) if (t, p) == (task, part)]
    told = {column: text for column, text in row.items() if column not in DATES}
    return json.dumps(told | {"file_name": f"{name}/{row['id']}.jpg"}, sort_keys=True, ensure_ascii=False) + "\n"


def numbers(row: Row) -> dict[str, int | None]:
    known: dict[str, int | None] = {"label_identity": PEOPLE.index(row["identity_slug"])}
    for task, labels in LABELS.items():
        names, name = sorted(map(folder_of, labels)), folder_of(row[f"perceived_{task}"])
        known[f"label_{task}"] = names.index(name) if name in names else None
    return known


def buckets(table: list[Row]) -> dict[str, list[Row]]:
    known: dict[str, list[Row]] = {}
    for row in table:
        name = f"identity-{row['split_identity'] or 'none'}--attributes-{row['split_attributes'] or 'none'}"
        known.setdefault(name, []).append(row)
    return known


def schema() -> Any:
    names = {"identity": list(PEOPLE)} | {task: sorted(map(folder_of, labels)) for task, labels in LABELS.items()}
    labels = {f"label_{task}": {"names": names[task], "_type": "ClassLabel"} for task in TASKS}
    texts = {name: {"dtype": "string", "_type": "Value"} for name in COLUMNS}
    features = {"image": {"_type": "Image"}} | labels | texts
    fields = [("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))]
    fields += [(f"label_{task}", pa.int64()) for task in TASKS] + [(name, pa.string()) for name in COLUMNS]
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def parquet_row(row: Row, data: bytes) -> dict[str, Any]:
    return {"image": {"bytes": data, "path": f"{row['id']}.jpg"}, **numbers(row), **row}


def put_parquet(folder: Path, path: str, told: list[dict[str, Any]], like: Any = None, **pages: Any) -> None:
    """And its line in digests.json."""
    (folder / "parquet").mkdir(exist_ok=True)
    like = like or schema()
    packed = dict.fromkeys((*(f"label_{t}" for t in TASKS), *COLUMNS), "zstd")
    known = {"compression": packed | {"image.bytes": "none", "image.path": "zstd"}, "use_dictionary": list(COLUMNS)}
    with pq.ParquetWriter(folder / path, like, **(known | pages)) as writer:
        for row in told:  # a row group each
            writer.write_table(pa.Table.from_pylist([row], like))
    hashed = hashlib.sha256()
    for row in told:
        image = {"bytes": hashlib.sha256(row["image"]["bytes"] or b"").hexdigest(), "path": row["image"]["path"]}
        hashed.update((json.dumps(row | {"image": image}, sort_keys=True, ensure_ascii=False) + "\n").encode())
    digests = folder / "parquet" / "digests.json"
    known = json.loads(digests.read_text()) if digests.exists() else {}
    _put(folder, "parquet/digests.json", _json(known | {path: {"rows": len(told), "sha256": hashed.hexdigest()}}))


def write_parquet(folder: Path, table: list[Row], data: Mapping[str, bytes]) -> None:
    for bucket, members in buckets(table).items():
        # The first bucket has several shards, the others have one.
        cuts = [members] if (folder / "parquet").is_dir() else [members[:1], members[1:]]
        for number, cut in enumerate(cuts):
            path = f"parquet/{bucket}-{number:05d}-of-{len(cuts):05d}.parquet"
            put_parquet(folder, path, [parquet_row(row, data[row["id"]]) for row in cut])


def put_tar(folder: Path, path: str, members: Iterable[tuple[str, bytes]]) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    with tarfile.open(folder / path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))


def tar_members(members: Iterable[Row], data: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    found = []
    for row in members:
        told = {name: -1 if number is None else number for name, number in numbers(row).items()}
        line = json.dumps(row | told, sort_keys=True, ensure_ascii=False) + "\n"
        found += [(f"{row['id']}.jpg", data[row["id"]]), (f"{row['id']}.json", line.encode())]
    return found


def write_tars(folder: Path, table: list[Row], data: Mapping[str, bytes]) -> None:
    for bucket, members in buckets(table).items():
        put_tar(folder, f"webdataset/{bucket}-00000.tar", tar_members(members, data))


# ---- The first layout


def build_first(folder: Path) -> str:
    """A release as the first ones were. Its digest."""
    table, data = rows()
    old = [_as_then(row) for row in table]
    _image_folders(folder, table, data)
    for path in folder.rglob("metadata.jsonl"):
        path.unlink()
    _put(folder, "classes.json", _json(classes()))
    _put(folder, "metadata.csv", csv_text(old[0], old))
    _put(folder, "README.md", "A release.\n")
    _put(folder, "agreement.json", "{}\n")
    return seal(folder)


def _as_then(row: Row) -> Row:
    new = ("split_attributes", "photo_id", "duplicate_group", "label_origin", "review_state")
    kept = {name: text for name, text in row.items() if name not in new and not name.startswith("soft_")}
    return kept | {f"split_{task}": row["split_attributes"] for task in LABELS}
