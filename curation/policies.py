"""The policy in force, and the one that a new installation starts with."""

from typing import Any

from django.utils import timezone

from curation.models import Policy
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
AGE_BOUNDS = {1: "18–49", 2: "50+"}
GUIDELINE = """Accept a crop when it shows the named person, the face is complete, sharp enough to judge, and photographed rather than drawn or generated.

Compare with the accepted faces and with the whole source photo. When several people are in the photo, judge only the marked face.

Reject with the reason that comes first: the wrong person before a blurred picture. Cannot tell is an honest answer; skip only what you would rather leave to others.

For race, gender and age answer what a careful stranger would perceive in this picture, not what you know about the person. Age is the age in the picture.

Under age or unsafe, and licence or source problem, take a face out of circulation at once: use them whenever in doubt."""  # noqa: E501


def current_policy() -> Policy:
    """The newest activated policy; the default one is made where there is none yet."""
    policy = Policy.objects.filter(activated_at__isnull=False).order_by("-version").first()
    return policy or Policy.objects.get_or_create(version=1, defaults=default_policy())[0]


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
