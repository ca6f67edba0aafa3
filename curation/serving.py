"""What a reviewer's browser receives (docs/review-protocol.md). Nothing here tells one purpose from another."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation import queue
from curation.models import Annotation, Claim, Policy, Slot
from curation.models.claims import Question
from curation.quarantine import IN_FORCE
from ingest.licences import attribution_line, licence_name, licence_url
from ingest.models import Candidate, Face, Identity

BATCH = 10
REFERENCES = 6
RECENT = 10
Json = dict[str, Any]


def batch(*, reviewer: User, question: str, policy: Policy, want: int = BATCH, have: Collection[int] = ()) -> Json:
    slots = queue.lease(reviewer=reviewer, question=question, want=want, have=have)
    items = _items([slot.claim for slot in slots], question)
    waiting = queue.waiting(reviewer=reviewer, question=question)
    nothing = want > 0 and not items and not have
    return {
        "user": reviewer.pk,
        "question": question,
        "items": items,
        "empty": _why_empty(waiting, question) if nothing else None,
        "progress": {"today": answered_today(reviewer), "waiting": waiting.mine},
        "recent": recent(reviewer, policy),
        "policy": {
            "version": policy.version,
            "reasons": policy.reasons,
            "fields": policy.fields,
            "guideline": policy.guideline,
        },
    }


def face_with_person(claim: Claim) -> Json:
    """One face as the first question shows it: with its source, and the person it should be."""
    return _items([claim], Question.USABLE)[0]


def faces_with_person(claims: Sequence[Claim]) -> list[Json]:
    return _items(claims, Question.USABLE)


def crop_url(face: Face) -> str:
    return reverse("crop", args=[face.crop_sha256])


# ---- Items


def _items(claims: Sequence[Claim], question: str) -> list[Json]:
    photos = {claim.photo_id for claim in claims}
    boxes, found = _faces(photos), _candidates(photos)
    people, copies = (_people(claims), _duplicates(claims)) if question == Question.USABLE else ({}, {})
    return [
        {
            "claim": claim.pk,
            "question": question,
            "crop": crop_url(claim.face),
            "identity": people.get(claim.pk),
            "duplicates": copies.get(claim.pk, []),
            "source": _source(claim, question, boxes[claim.photo_id], found[claim.photo_id]),
        }
        for claim in claims
    ]


def _faces(photos: Collection[int]) -> dict[int, list[Face]]:
    rows: dict[int, list[Face]] = defaultdict(list)
    for face in Face.objects.filter(photo__in=photos).order_by("id"):
        rows[face.photo_id].append(face)
    return rows


def _candidates(photos: Collection[int]) -> dict[int, list[Candidate]]:
    rows: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in Candidate.objects.filter(photo__in=photos, state=Candidate.State.DONE).order_by("id"):
        rows[candidate.photo_id or 0].append(candidate)
    return rows


def _source(claim: Claim, question: str, faces: list[Face], candidates: list[Candidate]) -> Json:
    photo = claim.photo
    best = _best(claim, candidates)
    return {
        "photo": reverse("photo", args=[photo.preview_sha256]),
        "width": photo.width,
        "height": photo.height,
        "boxes": [_box(face, claim) for face in faces],
        "taken": photo.taken_at.date().isoformat() if photo.taken_at else None,
        **_provenance(best if question == Question.USABLE else None),
    }


def _provenance(hit: Candidate | None) -> Json:
    """Where the photo comes from. Attributes are asked blind, and titles and addresses tell names: all empty then."""
    if hit is None:
        blind = ("site", "page_url", "creator", "licence", "licence_url", "proof", "attribution")
        return dict.fromkeys(blind, "")
    return {
        "site": _site(hit),
        "page_url": _web(hit.page_url),
        "creator": hit.creator,
        "licence": licence_name(hit.licence) if hit.licence else "",
        "licence_url": licence_url(hit.licence) if hit.licence else "",
        "proof": hit.proof,
        "attribution": attribution_line(hit.title, hit.creator, hit.page_url, hit.licence) if hit.licence else "",
    }


def _best(claim: Claim, candidates: list[Candidate]) -> Candidate | None:
    """The hit to show: one for the claimed person first, a proved one first among these."""
    return min(candidates, key=lambda c: (c.identity_id != claim.identity_id, c.proof != "proved", c.pk), default=None)


def _web(url: str) -> str:
    """Only what a browser may safely follow becomes a link."""
    return url if url.startswith(("http://", "https://")) else ""


def _box(face: Face, claim: Claim) -> Json:
    return {"x": face.x, "y": face.y, "w": face.width, "h": face.height, "this": face.pk == claim.face_id}


def _duplicates(claims: Sequence[Claim]) -> dict[int, list[Json]]:
    """The other faces of the claims' groups, found for the same identity, that may be seen, the largest first."""
    groups = {claim.face.duplicate_group_id for claim in claims} - {None}
    if not groups:
        return {}
    faces = Face.objects.filter(duplicate_group__in=groups).exclude(quarantines__decision__in=IN_FORCE)
    rows = faces.select_related("photo").order_by("-crop_side", "id")
    found = _candidates({face.photo_id for face in rows})
    return {
        claim.pk: [
            {"crop": crop_url(face), "width": face.photo.width, "site": _site(_best(claim, found[face.photo_id]))}
            for face in rows
            if _twins(face, claim.face) and face.pk != claim.face_id
            if any(hit.identity_id == claim.identity_id for hit in found[face.photo_id])
        ]
        for claim in claims
    }


def _site(hit: Candidate | None) -> str:
    return (urlsplit(hit.page_url).hostname or hit.source) if hit else ""


# ---- References


def _people(claims: Sequence[Claim]) -> dict[int, Json]:
    identities = {claim.identity_id for claim in claims}
    accepted = Claim.objects.filter(identity__in=identities, state=Claim.State.ACCEPTED)
    accepted = accepted.exclude(face__quarantines__decision__in=IN_FORCE)
    counts = dict(accepted.order_by().values_list("identity").annotate(n=Count("id")))
    crops = _reference_crops(identities, accepted)
    return {claim.pk: _person(claim, counts.get(claim.identity_id, 0), crops[claim.identity_id]) for claim in claims}


def _reference_crops(identities: Collection[int], accepted: Any) -> dict[int, list[Face]]:
    """The newest accepted faces of each identity, a few more than are shown, so that the served one can go."""
    rows: dict[int, list[Face]] = defaultdict(list)
    for identity in identities:
        newest = accepted.filter(identity=identity).select_related("face").order_by("-id")[: REFERENCES + 1]
        rows[identity] = [claim.face for claim in newest]
    return rows


def _person(claim: Claim, accepted: int, references: list[Face]) -> Json:
    identity = claim.identity
    others = [face for face in references if face.pk != claim.face_id and not _twins(face, claim.face)]
    return {
        "id": identity.pk,
        "name": identity.name,
        "about": describe(identity),
        "accepted": accepted,
        "references": [crop_url(face) for face in others[:REFERENCES]],
        "reference_picture": None if others else _reference_picture(identity),
    }


def _reference_picture(identity: Identity) -> Json | None:
    """What to compare with while there is no accepted face to show."""
    if not identity.reference_preview_sha256:
        return None
    return {
        "picture": reverse("photo", args=[identity.reference_preview_sha256]),
        "page_url": _web(identity.reference_page_url),
        "credit": identity.reference_credit,
    }


def _twins(one: Face, other: Face) -> bool:
    return one.duplicate_group_id is not None and one.duplicate_group_id == other.duplicate_group_id


def describe(identity: Identity) -> str:
    born = _("b. %(year)d") % {"year": identity.birth_date.year} if identity.birth_date else ""
    return ", ".join(part for part in (identity.about, born) if part)


# ---- The last ten, and the reviewer's day


def recent(reviewer: User, policy: Policy) -> list[Json]:
    rows = Annotation.objects.filter(reviewer=reviewer, superseded_by=None, carried_from=None)
    rows = rows.exclude(verdict="withdrawn").exclude(mode="adjudication").select_related("claim__face")
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
        "crop": crop_url(row.claim.face),
        "mark": mark,
        "tone": tone,
        "label": row.get_verdict_display(),
    }


def answered_today(reviewer: User) -> int:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Annotation.objects.filter(reviewer=reviewer, received_at__gte=start, carried_from=None, superseded_by=None)
    return rows.exclude(verdict="withdrawn").exclude(mode="adjudication").count()


# ---- Why there is nothing


def _why_empty(waiting: queue.Waiting, question: str) -> Json:
    """In the order of what a reviewer can do about it."""
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
