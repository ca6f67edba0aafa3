"""Accepted faces with real crops and votes, straight into the tables, and releases made of them."""

import io
import os
import stat
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from curation.models import Annotation, Claim, Consensus, Quarantine, Release, Slot
from curation.policies import current_policy
from curation.release import frozen as frozen_values
from curation.release import told
from curation.release.freezing import freeze
from curation.release.orders import ACCEPTABLE, order
from curation.release.writing import write
from ingest import crops, store
from ingest.models import Identity, Photo
from tests import factories
from tests.curation import sheets

YOUNG_BLACK_WOMAN = {"race": "3", "gender": "1", "age": "1"}


def picture(seed: int) -> Image.Image:
    """A small picture like no other."""
    red, green, blue = (seed * 37 % 256, seed * 91 % 256, seed // 256 % 256)
    shades = Image.linear_gradient("L").resize((48, 48))
    return Image.merge("RGB", [shades.point(lambda v, c=c: (v + c) % 256) for c in (red, green, blue)])


def put_crop(seed: int) -> str:
    return store.put("crops", crops.encode(picture(seed)))


def vote(claim: Claim, person: User, number: int = 1, *, purpose: str = "vote", **fields: Any) -> Annotation:
    """A counted answer: an annotation with a slot that points to it."""
    now = timezone.now()
    known = {"question": "usable", "verdict": "accept", "policy": current_policy(), "shown_at": now, "decided_at": now}
    annotation = Annotation.objects.create(id=uuid.uuid4(), claim=claim, reviewer=person, **(known | fields))
    slot(claim, annotation.question, number, purpose=purpose, annotation=annotation, reviewer=person)
    return annotation


def slot(claim: Claim, question: str, number: int, **fields: Any) -> Slot:
    known = {"identity": claim.identity, "block": 1, "shuffle": number, "waiting": False}
    return Slot.objects.create(claim=claim, question=question, number=number, **(known | fields))


def attribute_vote(claim: Claim, person: User, number: int = 1, **labels: int | None) -> Annotation:
    answer: dict[str, Any] = {"question": "attributes", "verdict": "attributes", **labels}
    return vote(claim, person, number, **answer)


def claim(person: Identity, photo: Photo | None = None, *, crop: str = "", state: str = "open") -> Claim:
    photo = photo or factories.photo()
    face = factories.face(photo, crop_sha256=crop) if crop else factories.face(photo)
    return Claim.objects.create(face=face, photo=photo, identity=person, origin="crawl", state=state)


def settle(claim: Claim, field: str, value: str, *, state: str = "settled", method: str = "majority") -> None:
    Consensus.objects.create(claim=claim, field=field, state=state, value=value, support=0, votes=0, method=method)


def quarantine(claim: Claim, decision: str = "") -> None:
    alarm = vote(claim, factories.reviewer(), 9, verdict="quarantine", reason="licence")
    decided = {"decided_by": factories.user(), "decided_at": timezone.now()} if decision else {}
    Quarantine.objects.create(
        face=claim.face, claim=claim, annotation=alarm, kind="licence", decision=decision, **decided
    )


def accepted(
    person: Identity,
    voters: Sequence[User] = (),
    *,
    photo: Photo | None = None,
    labels: Mapping[str, str] = YOUNG_BLACK_WOMAN,
    crop: str | None = None,
    **source: Any,
) -> Claim:
    """Ready for a release unless the arguments say otherwise; `source` changes its candidate."""
    made = claim(person, photo, crop=put_crop(factories.number()) if crop is None else crop, state="accepted")
    factories.candidate(person, made.photo, **source)
    settle(made, "usable", "accept")
    for field, value in labels.items():
        settle(made, field, value)
    for number, voter in enumerate(voters, 1):
        vote(made, voter, number)
        attribute_vote(made, voter, number, **{field: int(value) for field, value in labels.items()})
    return made


def few_people() -> list[Claim]:
    """Nine ready faces of three people, with two voters each; the release sheet is filled."""
    sheets.fill()
    voters = factories.reviewers(2)
    people = [factories.identity(name) for name in ("Ada Marlow", "Bo Lindqvist", "Chidi Eze")]
    tones = ({"race": "3"}, {"race": "1", "gender": "2"}, {"race": "2", "age": "2"})
    return [
        accepted(person, voters, labels=YOUNG_BLACK_WOMAN | tone)
        for person, tone in zip(people, tones, strict=True)
        for _ in range(3)
    ]


def ignore(_count: int) -> None:
    """Nobody watches the progress."""


def frozen(version: str = "1.0.0", **chosen: Any) -> Release:
    """Small releases have classes without images in some part: that is accepted, as is what is held back."""
    sheets.fill()
    return freeze(order(version, **({"accept": ACCEPTABLE} | chosen)), by=None, progress=ignore)


def written(folder: Path, version: str = "1.0.0", **chosen: Any) -> Release:
    """A release, frozen and written into `folder`."""
    release = frozen(version, **chosen)
    folder.mkdir()
    write(release, folder, ignore)
    return release


def text_of(release: Release, path: str) -> str:
    """What a file that is told from the rows would hold."""
    made = told.texts(frozen_values.of(release))
    files = [io.BytesIO() for _ in made.paths]
    assert list(made.tell(files)) == []
    return dict(zip(made.paths, files, strict=True))[path].getvalue().decode()


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and folder with its mode, and the files' bytes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = os.lstat(path)
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path.relative_to(folder))] = (stat.S_IMODE(status.st_mode), data)
    return found
