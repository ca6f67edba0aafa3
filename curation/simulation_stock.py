"""Faces out of nothing for a simulation: photos of invented people, claims in the queue, accounts to review them.

For a scratch database only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from curation.claims import open_claims
from curation.models import Claim, Policy
from curation.policies import AGE_BOUNDS, default_policy
from curation.simulated_profile import FieldProfile, Profile, ProfileError
from ingest.models import Candidate, CrawlJob, Face, Identity, Photo
from mtf_site.roles import Role, give_role

OF_ONE = 20  # faces of each identity
AT_ONCE = 2000
ATTRIBUTES = ("race", "gender", "age")
VERDICTS = ("accept", "reject", "cannot_tell")
MOST_CODE = 9


@dataclass(frozen=True)
class Stock:
    """`faces` tells of each claim which of the simulated faces it is about."""

    policy: Policy
    people: list[User]
    adjudicator: User
    faces: dict[int, int]


def check(profile: Profile) -> None:
    """ProfileError for what the real queue does not ask."""
    names = [one.name for one in profile.fields]
    strange = next((name for name in names if name not in ("usable", *ATTRIBUTES)), None)
    if strange is not None:
        raise ProfileError(f"the real queue asks usable, race, gender and age: “{strange}” can be tried with --quick")
    if "usable" not in names:
        raise ProfileError("the real queue begins with “usable”: without that field, use --quick")
    classes = profile.field("usable").classes
    if classes[0] != "accept" or not set(classes) <= set(VERDICTS):
        raise ProfileError(f"the classes of usable in the real queue are {', '.join(VERDICTS)}, accept first")
    crowded = next((one.name for one in profile.fields if len(one.classes) > MOST_CODE), None)
    if crowded is not None:
        raise ProfileError(f"{crowded} has more than {MOST_CODE} classes")


def stock(profile: Profile, **overlap: Any) -> Stock:
    """`overlap` are fields of the policy: how many votes, or the rule."""
    policy = Policy.objects.create(version=1, **default_policy() | {"fields": _fields(profile)} | overlap)
    admin = User.objects.create(username="simulation")
    _open(profile.faces, admin)
    claims = Claim.objects.order_by("photo_id").values_list("pk", flat=True)
    faces = {claim: face for face, claim in enumerate(claims)}
    people = [_account(f"reviewer{n}", Role.REVIEWER) for n in range(len(profile.annotators))]
    return Stock(policy, people, _account("adjudicator", Role.ADJUDICATOR), faces)


def _account(name: str, role: Role) -> User:
    account = User.objects.create(username=name)  # nobody signs in here: no password
    give_role(account, role)
    return account


def _fields(profile: Profile) -> list[dict[str, Any]]:
    """The policy's, with the classes of the profile; codes are their places."""
    known: dict[str, dict[str, Any]] = {row["code"]: row for row in default_policy()["fields"]}
    for one in profile.fields:
        if one.name in known:
            known[one.name] = known[one.name] | {"classes": _classes(one)}
    return list(known.values())


def _classes(field: FieldProfile) -> list[dict[str, Any]]:
    bands = {"band": 1} if field.name == "age" else {}
    return [
        {"code": code, "label": label, **({} if code in AGE_BOUNDS else bands)}
        for code, label in enumerate(field.classes, 1)
    ]


def _open(faces: int, admin: User) -> None:
    known = {"state": "approved", "approved_by": admin, "approved_at": timezone.now(), "public_figure_basis": "none"}
    names = [f"Somebody {n}" for n in range(-(-faces // OF_ONE))]
    rows = (Identity(name=name, slug=name.lower().replace(" ", "-"), **known) for name in names)
    identities = Identity.objects.bulk_create(rows)
    job = CrawlJob.objects.create(source="urls", started_by=admin, state="done", finished_at=timezone.now())
    for first in range(0, faces, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, faces))
        photos = Photo.objects.bulk_create(_photos(numbers))
        Face.objects.bulk_create(_face(photo) for photo in photos)
        of = ((identities[n // OF_ONE], photo) for n, photo in zip(numbers, photos, strict=True))
        Candidate.objects.bulk_create(_candidate(job, person, photo) for person, photo in of)
    opened = open_claims()
    if opened != faces:
        raise RuntimeError(f"{opened} claims were opened for {faces} faces")


def _photos(numbers: range) -> Iterator[Photo]:
    size = {"size": 90_000, "mime": "image/jpeg", "width": 1200, "height": 900}
    for number in numbers:
        key = sha256(f"simulated photo {number}".encode()).hexdigest()
        yield Photo(sha256=key, file=f"simulated/{key}", preview_sha256=key, **size)


def _face(photo: Photo) -> Face:
    place = {"x": 300, "y": 200, "width": 300, "height": 300}
    return Face(photo=photo, crop_sha256=photo.sha256, crop_side=480, quality={"sharpness": 90.0}, **place)


def _candidate(job: CrawlJob, identity: Identity, photo: Photo) -> Candidate:
    url = f"https://simulated.example.org/{photo.sha256}.jpg"
    done = {"state": "done", "finished_at": timezone.now(), "proof": "proved", "licence": "CC-BY-4.0"}
    key = sha256(url.encode()).hexdigest()
    return Candidate(job=job, identity=identity, photo=photo, source="urls", image_url=url, url_key=key, **done)
