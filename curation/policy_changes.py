"""What a version of the policy changes of another, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from curation.models import GuidelinePicture, Policy
from curation.overlap_words import in_words

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """`was` and `now` are empty where a thing is new or gone."""

    what: str
    was: str = ""
    now: str = ""


@dataclass(frozen=True)
class ClassChange:
    """One class of a field of the older policy, and what the newer one has under its code: None where it is gone."""

    field: str
    field_label: str
    code: int
    label: str
    now: str | None

    @property
    def changed(self) -> bool:
        return self.now != self.label


@dataclass(frozen=True)
class Carried:
    """What was done with the earlier answers of one class: `now` is its class since, None where it is asked anew."""

    field_label: str
    label: str
    now: str | None


def carried(policy: Policy) -> list[Carried]:
    """The map that was chosen when the policy was put in force; classes that stayed what they were are left out."""
    if policy.parent is None:
        return []
    rows = [row for row in class_changes(policy.parent, policy) if str(row.code) in policy.carry.get(row.field, {})]
    found = [Carried(row.field_label, row.label, _carried_to(policy, row)) for row in rows]
    return [one for one in found if one.now != one.label]


def _carried_to(policy: Policy, row: ClassChange) -> str | None:
    code = policy.carry[row.field][str(row.code)]
    classes = {str(known["code"]): str(known["label"]) for known in _field(policy, row.field)["classes"]}
    return None if code is None else classes.get(code, code)


def changes(old: Policy, new: Policy) -> list[Change]:
    return [
        *_votes(old, new),
        *_switches(old, new),
        *_reasons(old, new),
        *(change for field in new.fields for change in _classes(_field(old, field["code"]), field)),
        *_guideline(old, new),
        *_pictures(list(old.pictures.all()), list(new.pictures.all())),
    ]


def class_changes(old: Policy, new: Policy) -> list[ClassChange]:
    """Every class of the fields in which something of a class is another; nothing of the other fields."""
    found: list[ClassChange] = []
    for field in old.fields:
        labels = {row["code"]: row["label"] for row in _field(new, field["code"])["classes"]}
        rows = [
            ClassChange(field["code"], field["label"], row["code"], row["label"], labels.get(row["code"]))
            for row in field["classes"]
        ]
        if any(row.changed for row in rows) or set(labels) - {row.code for row in rows}:
            found += rows
    return found


def _field(policy: Policy, code: str) -> dict[str, Any]:
    return next((field for field in policy.fields if field["code"] == code), {"label": "", "classes": []})


def _votes(old: Policy, new: Policy) -> Iterator[Change]:
    names = {
        "usable": _("Answers wanted to “the right person, and a usable face?”"),
        "attributes": _("Answers wanted to race, gender and age"),
    }
    for question, what in names.items():
        ruled = old.rule(question) or new.rule(question)
        was, now = (in_words(one, question) if ruled else str(one.votes(question)) for one in (old, new))
        if was != now:
            yield Change(what, was, now)


def _switches(old: Policy, new: Policy) -> Iterator[Change]:
    ways = {True: _("asked blind"), False: _("shown with what is claimed")}
    for field in new.fields:
        was, now = field["code"] in old.blind_fields, field["code"] in new.blind_fields
        if was != now:
            yield Change(field["label"], ways[was], ways[now])
    runs = {True: _("one field in a run over many faces"), False: _("all of a face, then the next face")}
    if old.field_runs != new.field_runs:
        yield Change(_("Attributes are asked"), runs[old.field_runs], runs[new.field_runs])


def _reasons(old: Policy, new: Policy) -> Iterator[Change]:
    before = {row["code"]: f"{row['key']} {row['label']}" for row in old.reasons}
    after = {row["code"]: f"{row['key']} {row['label']}" for row in new.reasons}
    yield from _rows(_("Reason %s"), before, after)


def _classes(old: Row, new: Row) -> Iterator[Change]:
    if old["label"] != new["label"]:
        yield Change(_("Name of a field"), old["label"], new["label"])
    before, after = ({str(row["code"]): _class(row) for row in field["classes"]} for field in (old, new))
    yield from _rows(new["label"] + _(", class %s"), before, after)


def _class(row: Row) -> str:
    bands = {1: _("counts as young"), 2: _("counts as old")}
    return f"{row['label']} ({bands[row['band']]})" if row.get("band") in bands else str(row["label"])


def _rows(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for code in [*before, *(code for code in after if code not in before)]:
        was, now = before.get(code, ""), after.get(code, "")
        if was != now:
            yield Change(what % code, was, now)
    if list(before) != list(after) and sorted(before) == sorted(after):
        yield Change(what.partition("%s")[0].strip(" ,") + _(": another order"), ", ".join(before), ", ".join(after))


def _guideline(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = paragraphs(old.guideline), paragraphs(new.guideline)
    for text in before:
        if text not in after:
            yield Change(_("Guideline, taken out"), was=text)
    for text in after:
        if text not in before:
            yield Change(_("Guideline, new"), now=text)


def paragraphs(text: str) -> list[str]:
    return [part for block in text.replace("\r\n", "\n").split("\n\n") if (part := block.strip())]


def _pictures(old: Sequence[GuidelinePicture], new: Sequence[GuidelinePicture]) -> Iterator[Change]:
    before = {one.sha256: f"{one.get_kind_display()}: {one.caption}" for one in old}
    after = {one.sha256: f"{one.get_kind_display()}: {one.caption}" for one in new}
    for sha256 in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(sha256, ""), after.get(sha256, "")
        if was != now:
            yield Change(_("Picture in the guideline"), was, now)
