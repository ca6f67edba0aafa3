"""The texts of a release, rendered once, when it is frozen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from curation.agreement import Agreement, Figure, Pair
from curation.release.naming import AGREEMENT, CLASSES, PARTS, README, TASKS
from curation.release.records import Vocabulary
from ingest.licences import licence_name, licence_url

Classes = Mapping[str, list[dict[str, Any]]]

ABOUT = """# Multi-Task Faces, release {version}

{faces} face images of {people} public figures, each judged by several people, with labels for four tasks:
identity, race, gender and age. Frozen on {day}, selection `{selection}`.

## Labels are perceived

Race, gender and age are what reviewers perceived in the picture, agreed or adjudicated; they are not statements
about the person, and not self-described. Age is the age in the picture. "cannot tell" is an answer; an empty field
was not settled. An image without a settled class of a task is in `images/` and not in that task's tree.

## Intended use

Models of race are for measuring bias, not for deployment: inferring the race of individuals from their faces is
forbidden in the European Union (AI Act, Art. 5(1)(g)), and race is special-category data (GDPR, Art. 9). Do not use
this data to recognise, watch or profile people. When a person asks to be erased, releases that hold them are
withdrawn: look for a newer release before you begin, and delete withdrawn ones.

## What is where

- `images/<id>.jpg`: every image once: a square crop, encoded once, without metadata.
- `identity/`, `race/`, `gender/`, `age/`: one tree a task, `<task>/<part>/<class>/<id>.jpg` with the parts `train`,
  `val` and `test`, as torchvision's ImageFolder reads it. Every part holds every class folder, empty ones too: load
  with `ImageFolder(..., allow_empty=True)`, so that a class has the same number in every part.
  They are hard links to `images/` where the file system has them, else copies.
- `classes.json`: the classes of each task and their folders; of age also the finer classes that each holds, where
  reviewers were asked in such.
- `metadata.csv`: one row an image: labels, the class of age as it was asked (`age_class`), split of each task, source,
  creator, licence, every vote by pseudonym, and how each field was settled (`majority`; `posterior`: answers
  weighed by how reliable their reviewers are; `adjudication`; `disputed`, `open`: not settled).
- `agreement.json`: how far reviewers agreed, by field and by pair, before adjudication, with intervals of 95 %.
- `MANIFEST.sha256`: the sha256 of every other file.

## Splits

An image's part comes from a hash, so that nobody moves when others come or go: about 70 % train, 15 % val, 15 % test,
on average only. For identity the hash is of the photo: a person may be in all parts, the crops of one photo are in
one. For race, gender and age it is of the person: nobody is in two parts. A photo with several people stands in the
part of one of them; the others are then left out of these three trees.

## Counts

| task | classes | train | val | test |
|---|--:|--:|--:|--:|
{tasks}

| race, gender or age | class | images |
|---|---|--:|
{classes}

## Licences

Each image has its own licence and creator: see `metadata.csv`. Each was cropped from the photo at `source_page`.
Name the creator and the licence wherever you show an image, and pass share-alike images on under the same licence.

| licence | images |
|---|--:|
{licences}

## Verify

    sha256sum --check --quiet MANIFEST.sha256
    python manage.py verify_release . --digest sha256:…

The digest is the sha256 of `MANIFEST.sha256`; compare it with the one that the makers publish.
"""


@dataclass(frozen=True)
class Facts:
    """What the texts tell of a release. `places` counts images by (task, part, class folder)."""

    version: str
    selection: str
    frozen_on: date
    faces: int
    places: Mapping[tuple[str, ...], int]
    licences: Mapping[str, int]
    classes: Classes
    agreement: Mapping[str, Agreement]


def render(facts: Facts, words: Vocabulary) -> dict[str, str]:
    """Text by path."""
    return {
        README: _readme(facts),
        AGREEMENT: _json({field: _agreement(found, words) for field, found in facts.agreement.items()}),
        CLASSES: _json(facts.classes),
    }


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _agreement(found: Agreement, words: Vocabulary) -> dict[str, Any]:
    named = [(sorted(map(words.annotator, (pair.a, pair.b))), pair) for pair in found.pairs]
    pairs = sorted(named, key=lambda one: one[0])
    together = found.percent_agreement
    counts = {"items": together.n, "comparisons": found.comparisons, "pairs": [_pair(*one) for one in pairs]}
    chance_corrected = [
        ("fleiss_kappa", found.fleiss_kappa),
        ("krippendorff_alpha", found.krippendorff_alpha),
        ("gwet_ac1", found.gwet_ac1),
    ]
    return counts | {
        key: value
        for name, figure in [("agreement", together), *chance_corrected]
        for key, value in _figure(name, figure).items()
    }


def _pair(annotators: list[str], pair: Pair) -> dict[str, Any]:
    who = {"annotators": annotators, "n": pair.n}
    return who | _figure("agreement", pair.percent) | _figure("cohens_kappa", pair.kappa)


def _figure(name: str, figure: Figure) -> dict[str, Any]:
    if figure.value is None:
        return {name: None, f"{name}_not_estimable": figure.reason}
    told: dict[str, Any] = {name: round(figure.value, 6)}
    if figure.low is not None and figure.high is not None:
        told[f"{name}_interval_95"] = [round(figure.low, 6), round(figure.high, 6)]
    return told


def _readme(facts: Facts) -> str:
    return ABOUT.format(
        version=facts.version,
        selection=facts.selection,
        day=facts.frozen_on.isoformat(),
        faces=f"{facts.faces:,}",
        people=f"{len(facts.classes['identity']):,}",
        tasks="\n".join(_task_row(facts, task) for task in TASKS),
        classes="\n".join(_class_rows(facts)),
        licences="\n".join(_licence_row(spdx, n) for spdx, n in sorted(facts.licences.items())),
    )


def _task_row(facts: Facts, task: str) -> str:
    counts = [sum(n for (t, p, _), n in facts.places.items() if (t, p) == (task, part)) for part in PARTS]
    return f"| {task} | {len(facts.classes[task]):,} | " + " | ".join(f"{n:,}" for n in counts) + " |"


def _class_rows(facts: Facts) -> list[str]:
    return [
        f"| {task} | {known['label']} | {sum(facts.places.get((task, part, known['folder']), 0) for part in PARTS):,} |"
        for task in TASKS[1:]
        for known in facts.classes[task]
    ]


def _licence_row(spdx: str, count: int) -> str:
    address = licence_url(spdx)
    name = licence_name(spdx)
    return f"| {f'[{name}]({address})' if address else name} | {count:,} |"
