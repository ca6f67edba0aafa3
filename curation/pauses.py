"""A reviewer is asked a question no longer, for now: by the evidence, or by an admin. Nothing they answered changes."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curation import queue
from curation.models import Pause, PersonEvent
from curation.people import PersonRefused, record

ENOUGH = 0.8  # of the practice faces as they are known, to go on after a pause


def in_force() -> QuerySet[Pause]:
    """The newest first."""
    return Pause.objects.filter(ended_at=None).select_related("reviewer", "paused_by").order_by("-paused_at", "-pk")


def of(reviewer: User) -> QuerySet[Pause]:
    return Pause.objects.filter(reviewer=reviewer).select_related("paused_by", "ended_by").order_by("-pk")


@transaction.atomic
def pause_for(reviewer_id: int, question: str, *, evidence: Mapping[str, Any]) -> Pause | None:
    """By what was found; None where they are paused already."""
    reviewer = User.objects.select_for_update(no_key=True).get(pk=reviewer_id)
    if Pause.objects.filter(reviewer=reviewer, question=question, ended_at=None).exists():
        return None
    made = Pause.objects.create(reviewer=reviewer, question=question, evidence=dict(evidence))
    queue.release(reviewer=reviewer, question=question)
    return made


@transaction.atomic
def pause(reviewer: User, *, question: str, reason: str, by: User) -> Pause:
    reviewer = User.objects.select_for_update(no_key=True).get(pk=reviewer.pk)
    if Pause.objects.filter(reviewer=reviewer, question=question, ended_at=None).exists():
        raise PersonRefused(_("This person is paused already."))
    made = Pause.objects.create(reviewer=reviewer, question=question, reason=reason, paused_by=by)
    queue.release(reviewer=reviewer, question=question)
    record(reviewer, PersonEvent.Kind.PAUSED, by=by, detail=str(made.get_question_display()), reason=reason)
    return made


@transaction.atomic
def lift(one: Pause, *, reason: str, by: User) -> None:
    """They are served again, and what was found against them begins anew."""
    end = {"ended": Pause.Ended.LIFTED, "ended_at": timezone.now(), "ended_by": by, "end_reason": reason}
    if not Pause.objects.filter(pk=one.pk, ended_at=None).update(**end):
        raise PersonRefused(_("This pause has ended already."))
    record(one.reviewer, PersonEvent.Kind.RESUMED, by=by, detail=str(one.get_question_display()), reason=reason)


def pass_practice(reviewer: User, question: str, *, agreeing: int, total: int) -> bool:
    """Ends the pause of that question where enough was answered as it is known; of attributes each field counts."""
    if not total or agreeing < ENOUGH * total:
        return False
    end = {"ended": Pause.Ended.PRACTISED, "ended_at": timezone.now()}
    return bool(Pause.objects.filter(reviewer=reviewer, question=question, ended_at=None).update(**end))
