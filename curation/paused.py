"""Who is not asked a question for now; what an admin or the evidence does about it is in `pauses`."""

from django.contrib.auth.models import User

from curation.models import Pause


def is_paused(reviewer: User, question: str) -> bool:
    return pause_of(reviewer, question) is not None


def pause_of(reviewer: User, question: str) -> Pause | None:
    return Pause.objects.filter(reviewer=reviewer, question=question, ended_at=None).first()
