"""The words of a release: labels by code, folders of classes, pseudonyms of annotators."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from curation.models import Slot
from curation.policies import activated, age_bands, age_classes, class_labels
from curation.policy_maps import Maps, maps_in_force
from curation.release.errors import ReleaseRefused
from curation.release.naming import ATTRIBUTES, class_folder
from ingest.attributes import AGE, GENDER, RACE

LABELS: Mapping[str, Mapping[int, str]] = {"race": RACE, "gender": GENDER, "age": AGE}
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Vocabulary:
    """Labels by field and code; pseudonyms by reviewer, drawn anew each time: they hold within a release, and
    nothing that is kept leads back. `bands` says of the classes of age in which of the task's classes each stands;
    `maps` how earlier answers are read.
    """

    labels: Mapping[str, Mapping[str, str]]
    pseudonyms: Mapping[int, str]
    bands: Mapping[str, int] = field(default_factory=dict)
    maps: Maps = field(default_factory=dict)

    def label(self, name: str, code: str) -> str:
        return self.labels[name][code] if code else ""

    def task_label(self, name: str, code: str) -> str:
        """The class in the task's tree: of the finer classes of age their band."""
        band = self.bands.get(code) if name == "age" else None
        return AGE[band] if band else self.label(name, code)

    def annotator(self, reviewer: int) -> str:
        if reviewer not in self.pseudonyms:
            raise ReleaseRefused(_("Somebody new answered while the release was frozen: run the command again."))
        return self.pseudonyms[reviewer]


def vocabulary() -> Vocabulary:
    """The data set's own labels; a class that only policies know has that of the newest. Codes mean one thing for
    good, so an answer given under a policy that has been replaced keeps its class."""
    labels: dict[str, dict[str, str]] = {name: {} for name in LABELS}
    bands: dict[str, int] = {str(code): code for code in AGE}
    finer: set[str] = set()
    for policy in activated().order_by("version"):
        for name, known in class_labels(policy).items():
            labels[name] |= known
        bands |= {str(code): band for code, band in age_bands(policy).items()}
        finer = {str(row["code"]) for row in age_classes(policy) if "band" in row}
    for name, own in LABELS.items():
        taken = finer if name == "age" else set()
        labels[name] |= {str(code): label for code, label in own.items() if str(code) not in taken}
    answered = Slot.objects.filter(purpose="vote", annotation__isnull=False)
    people = [pk for pk in answered.order_by().values_list("reviewer", flat=True).distinct() if pk]
    return Vocabulary(labels, _pseudonyms(people), bands, maps_in_force())


def _pseudonyms(people: list[int]) -> dict[int, str]:
    """In a random order that nobody can draw again: of one that was reckoned from small numbers as primary keys are,
    whoever guesses them has the names."""
    order = secrets.SystemRandom().sample(people, len(people))
    return {pk: f"annotator-{n:02d}" for n, pk in enumerate(order, 1)}


def class_folders(words: Vocabulary) -> dict[str, list[dict[str, Any]]]:
    """Of the three attributes: code, label and folder of each class. ReleaseRefused where two would share one."""
    classes: dict[str, list[dict[str, Any]]] = {name: _classes(words, name) for name in ATTRIBUTES[:2]}
    classes["age"] = _age_classes(words)
    for name, known in classes.items():
        folders = [one["folder"] for one in known]
        if "" in folders or len(set(folders)) < len(folders):
            labels = ", ".join(one["label"] for one in known)
            raise ReleaseRefused(
                _("The classes of %(name)s do not have a folder name of their own each: %(labels)s.")
                % {"name": name, "labels": labels}
            )
    return classes


def _classes(words: Vocabulary, name: str) -> list[dict[str, Any]]:
    known = sorted((code, label) for code, label in words.labels[name].items() if code != "0")
    return [{"code": code, "label": label, "folder": class_folder(label)} for code, label in known]


def _age_classes(words: Vocabulary) -> list[dict[str, Any]]:
    """Young and old, with the finer classes that each holds. ReleaseRefused for one of which no policy says where."""
    finer = {code: label for code, label in sorted(words.labels["age"].items()) if code != "0"}
    for code, label in finer.items():
        if code not in words.bands:
            raise ReleaseRefused(
                _("The age class %(code)s, “%(label)s”, counts as neither young nor old in any policy.")
                % {"code": code, "label": label}
            )
    classes: list[dict[str, Any]] = []
    for band, label in AGE.items():
        held = [{"code": code, "label": name} for code, name in finer.items() if words.bands[code] == band]
        holds = {"holds": held} if any(one["code"] != str(band) for one in held) else {}
        classes.append({"code": str(band), "label": label, "folder": class_folder(label), **holds})
    return classes
