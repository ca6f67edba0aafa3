"""Today's detectors and thresholds on photos from before: faces stay as they are, new ones are added."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from tqdm import tqdm

from ingest.detection import look_at, new_faces, redetect
from ingest.models import Photo
from ingest.pictures import PictureRefused


class Command(BaseCommand):
    help = "Look for faces again in photos that are here; a face that is known never changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photo", nargs="+", metavar="SHA256", help="these photos only; a hash may be cut short")
        parser.add_argument("--dry-run", action="store_true", help="say what would be new, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        photos = _photos(options["photo"])
        added = 0
        for photo in tqdm(photos.iterator(), total=photos.count(), unit="photo", disable=not sys.stderr.isatty()):
            try:
                new = new_faces(look_at(photo)) if options["dry_run"] else redetect(photo)
            except (PictureRefused, FileNotFoundError) as error:
                self.stderr.write(f"{photo.sha256}: {error}")
                continue
            added += new
            if new:
                self.stdout.write(f"{photo.sha256}: {new} new")
        self.stdout.write(f"New faces{', were this no dry run' if options['dry_run'] else ''}: {added:,}.")


def _photos(wanted: list[str] | None) -> QuerySet[Photo]:
    if wanted is None:
        return Photo.objects.order_by("pk")
    ids = set()
    for start in wanted:
        found = list(Photo.objects.filter(sha256__startswith=start.lower()).values_list("pk", flat=True)[:2])
        if len(found) != 1:
            raise CommandError(
                f"{'No photo' if not found else 'More than one photo'} has a hash that begins {start!r}."
            )
        ids.update(found)
    return Photo.objects.filter(pk__in=ids).order_by("pk")
