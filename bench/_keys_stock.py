"""The collection that bench.keys judges: drawn faces, and the people who judge them."""

import uuid

from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from curation.annotations import record
from curation.claims import open_claims
from curation.entries import Answer
from curation.models import Claim
from curation.policies import current_policy
from demo import drawing
from demo.people import PEOPLE
from ingest import store
from ingest.models import Candidate, CrawlJob, Face, Identity, Photo
from mtf_site.roles import Role, give_role

PASSWORD = "bench-password"  # noqa: S105 - of a server that is gone in a minute
DRAWN = 30
WINDOW = 500


def stock(count: int, *, reviewers: int) -> None:
    admin = User.objects.create_user("admin", password=PASSWORD)
    for number in range(1, reviewers + 1):
        give_role(User.objects.create_user(f"reviewer{number}", password=PASSWORD), Role.REVIEWER)
    approved = {
        "state": "approved",
        "approved_by": admin,
        "approved_at": timezone.now(),
        "public_figure_basis": "bench",
    }
    people = [Identity(name=person.name, slug=person.slug, **approved) for person in PEOPLE]
    Identity.objects.bulk_create(people)
    job = CrawlJob.objects.create(
        source="urls", started_by=admin, state=CrawlJob.State.DONE, finished_at=timezone.now()
    )
    drawn = [drawing.portrait(PEOPLE[n % len(PEOPLE)], n, (800, 1000), share=0.45) for n in range(DRAWN)]
    for number in range(count):
        who = number % DRAWN % len(PEOPLE)
        _face(drawn[number % DRAWN], number, people[who], job)
    open_claims()


def _face(picture: Image.Image, number: int, person: Identity, job: CrawlJob) -> None:
    """Each copy is cut a little elsewhere, so that no two crops are the same file."""
    x, y = 130 + number // DRAWN % 8, 130 + number // DRAWN // 8
    crop = picture.crop((x, y, x + WINDOW, y + WINDOW)).resize((480, 480))
    key = f"{number:064x}"
    preview = store.put("previews", drawing.encode(picture.crop((0, 0, 800 - number // DRAWN, 1000)), quality=80))
    photo = Photo.objects.create(sha256=key, file=f"photos/{key}.jpg", size=90_000, mime="image/jpeg", width=800,
                                 height=1000, preview_sha256=preview)  # fmt: skip
    Candidate.objects.create(
        job=job, identity=person, source="urls", image_url=f"https://bench.example.org/{number}.jpg", url_key=key,
        page_url=f"https://bench.example.org/{number}", creator="A. Bench", state="done", proof="proved",
        licence="CC-BY-4.0", photo=photo, finished_at=timezone.now(),
    )  # fmt: skip
    cut = store.put("crops", drawing.encode(crop, quality=92))
    Face.objects.create(photo=photo, x=x, y=y, width=WINDOW, height=WINDOW, crop_sha256=cut, crop_side=480)


def accept(count: int) -> None:
    """So many faces settled as usable, by two people who do nothing else: they are then asked for their attributes."""
    voters = [User.objects.create_user(f"voter{number}") for number in (1, 2)]
    policy, now = current_policy(), timezone.now()
    for claim in Claim.objects.order_by("-pk").values_list("pk", flat=True)[:count]:
        for voter in voters:
            record(Answer(uuid.uuid4(), claim, "usable", "accept", now, now), reviewer=voter, policy=policy)
