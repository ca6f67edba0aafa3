"""What adjudicators answered to a reviewer's flags, until the reviewer has seen it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils import timezone

from curation.models import Flag, Quarantine
from curation.quarantine import IN_FORCE
from curation.serving import crop_url

SHOWN = 5  # one after the other


def unseen_replies(reviewer: User) -> list[dict[str, Any]]:
    """The oldest first; a face that is out of circulation is told of without its picture."""
    barred = Exists(Quarantine.objects.filter(face=OuterRef("claim__face"), decision__in=IN_FORCE))
    flags = Flag.objects.filter(reviewer=reviewer, answer_seen_at=None).exclude(answer="").annotate(barred=barred)
    rows = flags.select_related("claim__face").order_by("created_at", "id")[:SHOWN]
    return [
        {"id": flag.pk, "answer": flag.answer, "crop": "" if flag.barred else crop_url(flag.claim.face)}
        for flag in rows
    ]


def mark_seen(reviewer: User, pk: UUID) -> bool:
    """False where the flag is not the reviewer's, or has no answer."""
    flags = Flag.objects.filter(pk=pk, reviewer=reviewer).exclude(answer="")
    flags.filter(answer_seen_at=None).update(answer_seen_at=timezone.now())
    return flags.exists()
