"""manage.py rebuild_consensus: makes claim states and consensus anew from all votes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from tqdm import tqdm

from curation.models import Claim
from curation.settling import lock_photo, settle
from ingest.models import Photo


class Command(BaseCommand):
    help = "Settle every photo with claims anew. Nothing should change; says how many claims did."

    def handle(self, **_: Any) -> None:
        photos = Photo.objects.filter(claims__isnull=False).distinct().order_by("id").values_list("pk", flat=True)
        ids = list(photos)
        changed = sum(_settle(photo) for photo in tqdm(ids, unit="photo", disable=None))
        self.stdout.write(f"{len(ids)} photos settled, {changed} claims changed their state")


def _settle(photo_id: int) -> int:
    """How many claims of the photo changed their state, new ones included."""
    with transaction.atomic():
        photo = lock_photo(photo_id)
        if photo is None:
            return 0
        before = _states(photo)
        settle(photo)
        return len(_states(photo) - before)


def _states(photo: Photo) -> set[tuple[int, str]]:
    return set(Claim.objects.filter(photo=photo).values_list("pk", "state"))
