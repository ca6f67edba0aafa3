"""The smallest valid objects."""

import hashlib
import itertools
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from ingest.models import Candidate, CrawlJob, Face, Identity, LicenceEvidence, Photo
from mtf_site.roles import Role, give_role

_numbers = itertools.count(1)


def number() -> int:
    return next(_numbers)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def user(*roles: Role, username: str = "") -> User:
    account = User.objects.create_user(username or f"user{number()}", email="u@example.org", password="a-long-password")
    for role in roles:
        give_role(account, role)
    return account


def reviewer() -> User:
    return user(Role.REVIEWER)


def reviewers(count: int) -> list[User]:
    return [reviewer() for _ in range(count)]


def identity(name: str = "", **fields: Any) -> Identity:
    name = name or f"Person {number()}"
    approved: dict[str, Any] = {
        "slug": f"{name.lower().replace(' ', '-')}-{number()}",
        "state": Identity.State.APPROVED,
        "approved_by": fields.pop("approved_by", None) or user(Role.ADMIN),
        "approved_at": timezone.now(),
        "public_figure_basis": "elected to public office",
    }
    return Identity.objects.create(name=name, **(approved | fields))


def job(identities: Iterable[Identity] = (), **fields: Any) -> CrawlJob:
    order = CrawlJob.objects.create(**({"source": "urls", "started_by": user(Role.ADMIN)} | fields))
    order.identities.set(identities)
    return order


def photo(**fields: Any) -> Photo:
    sha256 = fields.pop("sha256", None) or digest(f"photo {number()}")
    known = {
        "file": f"photos/{sha256[:2]}/{sha256}.jpg",
        "size": 1000,
        "mime": "image/jpeg",
        "width": 1200,
        "height": 900,
        "preview_sha256": digest(f"preview {sha256}"),
    }
    return Photo.objects.create(sha256=sha256, **(known | fields))


def candidate(shows: Identity, of: Photo, *, proof: str = "proved", **fields: Any) -> Candidate:
    """A candidate that has come all the way, its licence CC BY 4.0 shown by the source page."""
    url = f"https://photos.example.org/{number()}.jpg"
    known = {
        "job": fields.pop("job", None) or job([shows]),
        "source": "urls",
        "image_url": url,
        "url_key": digest(url),
        "page_url": url.removesuffix(".jpg"),
        "creator": "J. Okafor",
        "state": Candidate.State.DONE,
        "proof": proof,
        "licence": "CC-BY-4.0",
        "finished_at": timezone.now(),
    }
    made = Candidate.objects.create(identity=shows, photo=of, **(known | fields))
    LicenceEvidence.objects.create(
        candidate=made,
        kind=LicenceEvidence.Kind.PAGE,
        says=made.licence,
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        seen_at_url=made.page_url,
    )
    return made


def face(in_photo: Photo | None = None, **fields: Any) -> Face:
    n = number()
    known = {"x": n, "y": 10, "width": 200, "height": 200, "crop_sha256": digest(f"crop {n}"), "crop_side": 320}
    return Face.objects.create(photo=in_photo or photo(), **(known | fields))
