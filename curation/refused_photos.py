"""Photos whose licence a person refused: nobody is asked about their faces, unless another source came all the way."""

from django.db.models import Exists, OuterRef, QuerySet

from ingest.evidence import DECIDED
from ingest.models import Candidate, Photo

# The same as a condition on the row `k`, which has a photo_id.
IS_REFUSED = f"""(
    EXISTS (SELECT FROM ingest_candidate d WHERE d.photo_id = k.photo_id AND d.refusal = '{DECIDED}')
    AND NOT EXISTS (SELECT FROM ingest_candidate d WHERE d.photo_id = k.photo_id AND d.state = 'done'))
"""  # noqa: S608  constants


def decided_against() -> QuerySet[Photo]:
    """Photos that a person refused, whatever came of them since."""
    return Photo.objects.filter(pk__in=Candidate.objects.filter(refusal=DECIDED).values("photo"))


def refused_photos() -> QuerySet[Photo]:
    return decided_against().filter(~came_all_the_way())


def came_all_the_way() -> Exists:
    return Exists(Candidate.objects.filter(photo=OuterRef("pk"), state=Candidate.State.DONE))
