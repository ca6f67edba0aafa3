"""The policy in force, and the one that a new installation starts with."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Policy
from curation.rows import same
from ingest.attributes import AGE, GENDER, RACE

QUARANTINE_REASONS = ("under_age", "licence")
REASONS = (
    ("wrong_person", "1", "wrong person"),
    ("not_a_face", "2", "not a face"),
    ("too_small", "3", "too small or blurred"),
    ("occluded", "4", "occluded"),
    ("bad_crop", "5", "bad crop"),
    ("not_a_photo", "6", "drawing, statue, mask, generated"),
    ("several_faces", "7", "several faces in the crop"),
    ("duplicate", "8", "duplicate"),
    ("other", "9", "other …"),
)
QUALITY_REASONS = ("too_small", "occluded", "bad_crop")  # a near-duplicate may be better
LONGEST_CODE = 30  # what an annotation's reason can hold
AGE_BOUNDS = {1: "18–49", 2: "50+"}
GUIDELINE = "\n\n".join(
    (
        "Accept a crop when it shows the named person, the face is complete, sharp enough to judge, and "
        "photographed rather than drawn or generated.",
        "Compare with the accepted faces and with the whole source photo. When several people are in the "
        "photo, judge only the marked face.",
        "Reject with the reason that comes first: the wrong person before a blurred picture. Cannot tell is "
        "an honest answer; skip only what you would rather leave to others.",
        "For race, gender and age answer what a careful stranger would perceive in this picture, not what you "
        "know about the person. Age is the age in the picture.",
        "Under age or unsafe, and licence or source problem, take a face out of circulation at once: use them "
        "whenever in doubt.",
    )
)


IN_FORCE = "SELECT id, activated_at FROM curation_policy WHERE activated_at IS NOT NULL ORDER BY version DESC LIMIT 1"
_known: dict[tuple[Any, datetime], Policy] = {}  # an activated policy never changes: a trigger sees to it
_used: dict[int, Policy] = {}  # by id, all that answers were given under since the process began


def current_policy() -> Policy:
    """The newest activated policy; the default one is made where there is none yet. Asked for in every call."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE)
        key = cursor.fetchone()
    if key is None:
        made = Policy.objects.get_or_create(version=1, defaults=default_policy())[0]
        return same(_used.setdefault(made.pk, made))
    return policy_of_row(key)


def policy_of_row(key: tuple[int, datetime]) -> Policy:
    """The same, where the row of `IN_FORCE` was just read."""
    if key not in _known:
        _known.clear()
        _known[key] = _used[key[0]] = Policy.objects.get(pk=key[0])
    return same(_known[key])


def used(ids: Collection[int]) -> Mapping[int, Policy]:
    """Policies under which answers were given, by id; no query for those that this process met before."""
    missing = [pk for pk in ids if pk not in _used]
    if missing:
        _used.update(Policy.objects.filter(activated_at__isnull=False).in_bulk(missing))
    return {pk: _used[pk] for pk in ids if pk in _used}


def activated() -> QuerySet[Policy]:
    """The newest, which is the one in force, first."""
    return Policy.objects.filter(activated_at__isnull=False).order_by("-version")


def for_browser(policy: Policy) -> dict[str, Any]:
    """What the reviewer's screens need of a policy (docs/review-protocol.md)."""
    return {
        "version": policy.version,
        "reasons": policy.reasons,
        "fields": policy.fields,
        "blind_fields": policy.blind_fields,
        "field_runs": policy.field_runs,
        "guideline": policy.guideline,
        "pictures": [
            {"url": reverse("guideline-picture", args=[one.sha256]), "kind": one.kind, "caption": one.caption}
            for one in policy.pictures.all()
        ],
    }


def default_policy() -> dict[str, Any]:
    return {
        "blind_fields": ["race", "gender", "age"],
        "reasons": [{"code": code, "key": key, "label": label} for code, key, label in REASONS],
        "fields": [
            _field("race", "Perceived race", RACE),
            _field("gender", "Perceived gender", GENDER),
            _field("age", "Age in this picture", {code: f"{label}, {AGE_BOUNDS[code]}" for code, label in AGE.items()}),
        ],
        "guideline": GUIDELINE,
        "activated_at": timezone.now(),
    }


def _field(code: str, label: str, classes: dict[int, str]) -> dict[str, Any]:
    return {"code": code, "label": label, "classes": [{"code": n, "label": name} for n, name in classes.items()]}


def reason_codes(policy: Policy) -> set[str]:
    return {reason["code"] for reason in policy.reasons}


def class_codes(policy: Policy) -> dict[str, set[int]]:
    """Field → the codes one may answer, 0 (cannot tell) included."""
    return {field["code"]: {0, *(item["code"] for item in field["classes"])} for field in policy.fields}


def class_labels(policy: Policy) -> dict[str, dict[str, str]]:
    """Field → code as text → label, as consensus stores the codes."""
    named = {f["code"]: {str(c["code"]): str(c["label"]) for c in f["classes"]} for f in policy.fields}
    return {field: {"0": "cannot tell", **labels} for field, labels in named.items()}


def label_of(policy: Policy, field: str, code: int, otherwise: str) -> str:
    """As the policy names the class; `otherwise` where it has none of that code."""
    return class_labels(policy).get(field, {}).get(str(code), otherwise)


def age_bands(policy: Policy) -> dict[int, int]:
    """The code of each class of age → the band (1 young, 2 old) that it stands in at export."""
    return {row["code"]: band for row in age_classes(policy) if (band := band_of(row))}


def age_classes(policy: Policy) -> list[dict[str, Any]]:
    return next((field["classes"] for field in policy.fields if field["code"] == "age"), [])


def band_of(row: Mapping[str, Any]) -> int | None:
    """None where a class of age says nothing of it."""
    band = row.get("band") or row["code"]
    return band if band in AGE else None


# ---- What a policy must look like: ValueError, in a sentence, where it does not

REASON_CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
MUST_STAY = ("wrong_person", "other")
FIELDS = ("race", "gender", "age")


def check_reasons(reasons: Any) -> None:
    _check_rows(reasons, {"code": str, "key": str, "label": str})
    keys = [reason["key"] for reason in reasons]
    if len(set(keys)) < len(keys) or not all(key in list("123456789") for key in keys):
        raise ValueError(_("Each reason wants a key of its own, 1 to 9."))
    if not all(1 <= len(reason["code"]) <= LONGEST_CODE for reason in reasons):
        raise ValueError(_("The code of a reason has 1 to %d characters.") % LONGEST_CODE)
    if set(MUST_STAY) - {reason["code"] for reason in reasons}:
        raise ValueError(_("The reasons “wrong_person” and “other” must stay."))


def check_fields(fields: Any) -> None:
    _check_rows(fields, {"code": str, "label": str, "classes": list})
    for field in fields:
        _check_rows(field["classes"], {"code": int, "label": str}, {"band": int})
        if not all(1 <= row["code"] <= 9 for row in field["classes"]):
            raise ValueError(_("The codes of classes are 1 to 9; 0 is “cannot tell”."))
    if [field["code"] for field in fields] != list(FIELDS):
        raise ValueError(_("The fields are race, gender and age."))
    for row in fields[-1]["classes"]:
        if band_of(row) is None:
            words = _("The age class %(code)s, “%(label)s”, must say whether it counts as young or old in a release.")
            raise ValueError(words % row)


def _check_rows(rows: Any, keys: dict[str, type], optional: Mapping[str, type] = {}) -> None:
    if not isinstance(rows, list) or not rows:
        raise ValueError(_("This must be a list, and not an empty one."))
    types = {**keys, **optional}
    for row in rows:
        right = isinstance(row, dict) and set(keys) <= set(row) <= set(types)
        if not right or any(type(value) is not types[name] for name, value in row.items()):
            raise ValueError(_("Each row needs exactly: %s.") % ", ".join(keys))
    codes = [row["code"] for row in rows]
    if len(set(codes)) < len(codes):
        raise ValueError(_("Two rows share a code."))
