"""Images that releases held and that were erased: told by their hashes in every later release."""

import csv
import io
from pathlib import Path

from django.db.models.functions import Collate

from curation.models import RevokedImage

FILE, SCRIPT = "REVOKED.csv", "remove_revoked.py"
COLUMNS = ("sha256", "image_id", "revoked_on", "releases")


def lines() -> list[str]:
    """Of REVOKED.csv, each with its end, in the order of the hashes; the header alone where nothing was erased."""
    rows = RevokedImage.objects.order_by(Collate("crop_sha256", "C"))
    told = ((one.crop_sha256, one.image_id, one.revoked_on.isoformat(), ";".join(one.releases)) for one in rows)
    return [_line(COLUMNS), *(_line(row) for row in told)]


def _line(values: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def script() -> str:
    """The text of the script for holders of old copies, which goes into every release as it is."""
    return Path(__file__).with_name(SCRIPT).read_text(encoding="utf-8")
