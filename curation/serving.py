"""What a reviewer's browser receives (docs/review-protocol.md): faces to judge, and how far the day has come."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation import queue
from curation.items import crop_url, describe, face_as_asked, face_with_person, faces_with_person, items
from curation.models import Annotation, Policy, Quarantine, Slot
from curation.models.claims import Question
from curation.paused import is_paused
from curation.policies import for_browser
from curation.progress import Waiting
from curation.quarantine import IN_FORCE

__all__ = [
    "answered_today", "batch", "crop_url", "describe", "face_as_asked", "face_with_person", "faces_with_person", "news",
    "recent",
]  # fmt: skip

BATCH = 10
RECENT = 10
Json = dict[str, Any]


def batch(*, reviewer: User, question: str, policy: Policy) -> Json:
    """What a page begins with."""
    return news(reviewer=reviewer, question=question, policy=policy, want=BATCH, have=(), tell=True)


def news(
    *, reviewer: User, question: str, policy: Policy, want: int, have: Collection[int], tell: bool = False
) -> Json:
    """What one call brings: faces, and, where it is asked for, how far the day has come and what the policy says."""
    slots = queue.lease(reviewer=reviewer, question=question, want=want, have=have) if want else []
    shown: Json = {
        "user": reviewer.pk,
        "question": question,
        "items": items(slots, question, policy),
        "empty": None,
        "policy": {"version": policy.version},
    }
    nothing = want > 0 and not slots and not have
    if not (tell or nothing):
        return shown
    waiting = queue.waiting(reviewer=reviewer, question=question)
    if nothing:
        shown["empty"] = _paused(question) if is_paused(reviewer, question) else _why_empty(waiting, question)
    told = {"progress": progress(reviewer, waiting), "recent": recent(reviewer, policy), "policy": for_browser(policy)}
    return shown | told


def progress(reviewer: User, waiting: Waiting) -> Json:
    """`waiting_more` where more wait than are counted."""
    return {"today": answered_today(reviewer), "waiting": waiting.mine, "waiting_more": waiting.capped}


# ---- The last ten, and the reviewer's day


def recent(reviewer: User, policy: Policy) -> list[Json]:
    rows = Annotation.objects.filter(reviewer=reviewer, superseded_by=None, carried_from=None)
    rows = rows.exclude(verdict="withdrawn").exclude(mode="adjudication").select_related("claim__face")
    barred = Quarantine.objects.filter(face=OuterRef("claim__face"), decision__in=IN_FORCE)
    rows = rows.annotate(barred=Exists(barred))
    keys = {reason["code"]: reason["key"] for reason in policy.reasons}
    return [_mark(row, keys) for row in rows.order_by("-received_at")[:RECENT]]


def _mark(row: Annotation, keys: dict[str, str]) -> Json:
    mark, tone = {
        "accept": ("✓", "good"),
        "reject": (f"✗ {keys.get(row.reason, '')}".strip(), "bad"),
        "relabel": ("✎", "change"),
        "cannot_tell": ("?", "neutral"),
        "quarantine": ("!", "warn"),
        "attributes": ("✓", "good"),
    }[row.verdict]
    return {
        "id": str(row.pk),
        "claim": row.claim_id,
        "question": row.question,
        "crop": "" if row.barred else crop_url(row.claim.face),  # type: ignore[attr-defined]  # annotated
        "mark": mark,
        "tone": tone,
        "label": row.get_verdict_display(),
    }


def answered_today(reviewer: User) -> int:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Annotation.objects.filter(reviewer=reviewer, received_at__gte=start, carried_from=None, superseded_by=None)
    return rows.exclude(verdict="withdrawn").exclude(mode="adjudication").count()


# ---- Why there is nothing


def _paused(question: str) -> Json:
    text = _("You are not asked this question for now. Nothing that you answered is lost.")
    action = {"label": _("See why, and what to do"), "url": reverse("paused", args=[question])}
    return _empty("paused", _("A pause"), text, action)


def _why_empty(waiting: Waiting, question: str) -> Json:
    """In the order of what a reviewer can do about it."""
    if waiting.limited and not waiting.total and waiting.elsewhere:
        text = _("Every face of the identities that you work on has the answers it needs. Ask an admin for more.")
        return _empty("limited", _("Your identities are finished"), text, _other(question))
    if waiting.leased_by_others > 0:
        count = waiting.leased_by_others
        text = ngettext(
            "%d face is just being answered by another reviewer. If they leave it, it comes to you.",
            "%d faces are just being answered by other reviewers. What they leave comes to you.",
            count,
        )
        return _empty("leased", _("Others are at the last ones"), text % count)
    if waiting.skipped:
        count = waiting.skipped
        text = ngettext(
            "You have answered everything except %d face that you skipped.",
            "You have answered everything except %d faces that you skipped.",
            count,
        )
        action = {"label": _("Show me what I skipped"), "url": reverse("review-unskip", args=[question])}
        return _empty("skipped", _("Only what you skipped is left"), text % count, action)
    if waiting.answered:
        text = ngettext(
            "%d face still wants a second opinion, which must be someone else’s.",
            "%d faces still want a second opinion, which must be someone else’s.",
            waiting.answered,
        )
        return _empty("answered", _("You have answered all there is"), text % waiting.answered, _other(question))
    return _nothing_asked(question)


def _nothing_asked(question: str) -> Json:
    if Slot.objects.filter(question=question).exists():
        text = _("Every face has all the answers it needs. New ones appear here by themselves.")
        return _empty("done", _("Everything is answered"), text, _other(question))
    if question == Question.ATTRIBUTES:
        text = _("Race, gender and age are asked once reviewers agree that a face is usable.")
        return _empty("none", _("No face is accepted yet"), text, _other(question))
    text = _("Faces appear here as soon as a crawl job has found some. An admin starts one under “Crawl jobs”.")
    return _empty("none", _("No faces yet"), text)


def _empty(code: str, title: str, text: str, action: Json | None = None) -> Json:
    return {"code": code, "title": title, "text": text, "action": action}


def _other(question: str) -> Json:
    """The other question, where there may be work left."""
    if question == Question.USABLE:
        return {"label": _("Go on with attributes"), "url": reverse("attributes")}
    return {"label": _("Go on with new faces"), "url": reverse("review")}
