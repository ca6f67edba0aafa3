"""Facts of a small release, without a database, and a folder that holds what they tell of."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from curation.agreement import agreement
from curation.release import papers
from curation.release.naming import ATTRIBUTES, TASKS, class_folder, image_file, image_id, json_columns, label_column
from curation.release.papers import Facts, Parent, PolicyFacts, Told, attribution, count
from curation.release.papers.text import as_json
from ingest import crops
from ingest.licences import licence_url
from tests.curation.releases import picture
from tests.curation.sheets import ANSWERS

FIELDS = ("usable", *ATTRIBUTES)
LABELS = {"race": ("Asian (Indian)", "Black"), "gender": ("female", "male"), "age": ("young", "old")}
PARTS = (("train", "train"), ("val", "train"), ("test", "val"), ("train", "test"), ("train", ""))
LICENCES = ("CC-BY-4.0", "CC-BY-SA-3.0-DE", "CC0-1.0", "LicenseRef-US-Gov-Work", "LicenseRef-CC-BY-2.0-FR")


def columns_of(selection: str) -> tuple[str, ...]:
    labels = [label_column(selection, task) for task in ATTRIBUTES]
    return (
        *("id", "sha256", "file", "identity", "identity_slug", *labels, "age_class_code", "age_class"),
        *(f"soft_{task}" for task in ATTRIBUTES),
        *("label_origin", "review_state", "split_identity", "split_attributes", "photo_id", "duplicate_group"),
        *("source", "source_page", "image_url", "creator", "licence", "licence_url", "licence_seen_on"),
        *("modification", "date_taken", "date_retrieved"),
        *(f"votes_{name}" for name in FIELDS),
        *(f"consensus_{name}" for name in FIELDS),
    )


def crop(number: int) -> bytes:
    return crops.encode(picture(number))


def row(number: int, selection: str = "curated", **changes: str) -> dict[str, str]:
    """Image `number`: every third person has the same name; each fifth has no race, each fourth no date."""
    sha256 = hashlib.sha256(crop(number)).hexdigest()
    name, licence = image_id(sha256), LICENCES[number % len(LICENCES)]
    said = {task: labels[number % len(labels)] for task, labels in LABELS.items()}
    told = {label_column(selection, task): label for task, label in said.items()}
    if number % 5 == 4:
        told[label_column(selection, "race")] = ""
    known = dict.fromkeys(columns_of(selection), "") | told
    return known | {
        "id": name, "sha256": sha256, "file": image_file(name),
        "identity": f"Ada Marlow {number % 3}", "identity_slug": f"ada-marlow-{number % 3}",
        "age_class_code": "1" if number % 2 else "", "age_class": "young" if number % 2 else "",
        "soft_race": "Black:0.9000;Asian (Indian):0.1000", "label_origin": "perceived", "review_state": "accepted",
        "split_identity": PARTS[number % 5][0], "split_attributes": PARTS[number % 5][1],
        "photo_id": f"{number // 2:020x}", "duplicate_group": "g" * 20 if number < 2 else "",
        "source": "commons" if number % 2 else "openverse", "source_page": f"https://example.org/p/{number}",
        "image_url": f"https://example.org/i/{number}.jpg", "creator": f"N° {number}, “A, B”",
        "licence": licence, "licence_url": licence_url(licence), "licence_seen_on": "2026-11-20",
        "modification": "cropped", "date_taken": "" if number % 4 == 0 else f"20{10 + number}-05-06",
        "date_retrieved": f"2026-11-{10 + number:02d}",
        "votes_usable": "annotator-01=accept;annotator-02=accept", "consensus_usable": "majority",
        "votes_race": "annotator-01=Black", "consensus_race": "disputed" if number % 5 == 4 else "adjudication",
        "consensus_gender": "majority", "consensus_age": "posterior",
    } | changes  # fmt: skip


def rows(images: int = 10, selection: str = "curated", **changes: str) -> list[dict[str, str]]:
    return sorted((row(number, selection, **changes) for number in range(images)), key=lambda one: one["id"])


def classes(tasks: tuple[str, ...] = TASKS) -> dict[str, list[dict[str, Any]]]:
    people = [{"folder": f"ada-marlow-{n}", "label": f"Ada Marlow {n}"} for n in range(3)]
    attributes = {
        task: [
            {"code": str(code), "label": label, "folder": class_folder(label)} for code, label in enumerate(labels, 1)
        ]
        for task, labels in LABELS.items()
    }
    return {task: known for task, known in ({"identity": people} | attributes).items() if task in tasks}


def made(
    known: list[dict[str, str]], formats: tuple[str, ...], selection: str, tasks: tuple[str, ...]
) -> dict[str, bytes]:
    """The files that are neither image nor paper."""
    out = io.StringIO()
    table = csv.DictWriter(out, columns_of(selection), lineterminator="\n")
    table.writeheader()
    table.writerows(known)
    found = {
        "metadata.csv": out.getvalue().encode(),
        attribution.CSV: attribution.head() + b"".join(map(attribution.csv_row, known)),
        attribution.MARKDOWN: attribution.ABOUT.encode() + b"".join(map(attribution.markdown_row, known)),
    }
    if "parquet" in formats:
        found |= dict(shards(known, tasks, selection))
    return found


def shards(known: list[dict[str, str]], tasks: tuple[str, ...], selection: str) -> Iterator[tuple[str, bytes]]:
    import pyarrow as pa
    from pyarrow import parquet as pq

    by_sha = {hashlib.sha256(crop(n)).hexdigest(): crop(n) for n in range(len(known))}
    parts = sorted({(one["split_identity"], one["split_attributes"]) for one in known})
    for pair in parts:
        here = [one for one in known if (one["split_identity"], one["split_attributes"]) == pair]
        table: dict[str, list[Any]] = {
            "image": [{"bytes": by_sha[one["sha256"]], "path": f"{one['id']}.jpg"} for one in here]
        }
        table |= {f"label_{task}": [None] * len(here) for task in tasks}
        table |= {name: [one[name] for one in here] for name in columns_of(selection)}
        out = io.BytesIO()
        pq.write_table(pa.table(table), out)
        yield (
            f"parquet/identity-{pair[0] or 'none'}--attributes-{pair[1] or 'none'}-00000-of-00001.parquet",
            out.getvalue(),
        )


def facts(images: int = 10, **changes: Any) -> Facts:
    """Of `rows(images)`, or of the rows given."""
    selection, tasks = changes.get("selection", "curated"), changes.get("tasks", TASKS)
    formats, known = changes.get("formats", ("imagefolder",)), changes.pop("known", None)
    known = rows(images, selection) if known is None else known
    files = made(known, formats, selection, tasks)
    told: dict[str, Any] = {
        "version": "1.2.0",
        "selection": selection,
        "frozen_on": date(2026, 11, 29),
        "tasks": tasks,
        "formats": formats,
        "columns": columns_of(selection),
        "classes": classes(tasks),
        "counted": count(known, selection=selection, tasks=tasks, classes=classes(tasks)),
        "answers": ANSWERS,
        "files": {p: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for p, data in files.items()},
        "agreement": {"usable": agreed(), "race": agreed()},
        "annotators": 2,
        "annotators_told": (Told("Gender", {"female": 9}, ("male", "not said")),),
        "policies": (PolicyFacts(1, 2, 2, 2, 4),),
        "parent": Parent("1.1.0", f"sha256:{'a' * 64}"),
        "held_back": {"licence_unproved": 3},
    }
    return Facts(**(told | changes))


def agreed(people: tuple[int, ...] = (7, 9)) -> Any:
    """On twelve images that all of them judged."""
    votes = 12 * len(people)
    items = [n // len(people) for n in range(votes)]
    return agreement(items, people * 12, [int(n % 3 == 0 or n == 7) for n in range(votes)])


def write(folder: Path, known: Facts, images: int = 10) -> dict[str, str]:
    """Papers, made files and images, as an export writes them."""
    papers_ = papers.render(known)
    told = rows(images, known.selection)
    files = made(told, known.formats, known.selection, known.tasks)
    pictures = {hashlib.sha256(crop(n)).hexdigest(): crop(n) for n in range(images)}
    if "imagefolder" in known.formats:
        files |= {one["file"]: pictures[one["sha256"]] for one in told}
        files |= dict(trees(told, known, pictures))
    for path, data in (files | {path: text.encode() for path, text in papers_.items()}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return papers_


def trees(told: list[dict[str, str]], known: Facts, pictures: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    lines: dict[str, bytes] = {}
    for task in known.tasks:
        part_column = "split_identity" if task == "identity" else "split_attributes"
        label = "identity" if task == "identity" else label_column(known.selection, task)
        for one in told:
            folder = {k["label"]: k["folder"] for k in known.classes[task]}.get(one[label])
            if one[part_column] and folder:
                place = f"{task}/{one[part_column]}"
                yield f"{place}/{folder}/{one['id']}.jpg", pictures[one["sha256"]]
                told_line = (
                    as_json(
                        {name: one[name] for name in json_columns(one)} | {"file_name": f"{folder}/{one['id']}.jpg"}
                    ).replace("\n", "")
                    + "\n"
                )
                lines[f"{place}/metadata.jsonl"] = lines.get(f"{place}/metadata.jsonl", b"") + told_line.encode()
    yield from lines.items()
