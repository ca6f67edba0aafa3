"""One vote "under age / unsafe" or "licence problem" takes a face away from everybody until someone decides."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.claims import beside
from curation.models import Annotation, Quarantine, Slot, Why
from curation.models.votes import MOST_NUMBERS, MOST_VOTES
from curation.settling import lock_photo, settle
from ingest.models import Face

IN_FORCE = ("", Quarantine.Decision.KEPT_OUT)


def put_in_quarantine(alarm: Annotation) -> None:
    """A licence is the photo's: then every face of the photo goes."""
    face = alarm.claim.face
    faces = Face.objects.filter(photo=face.photo_id) if alarm.reason == Quarantine.Kind.LICENCE else [face]
    Quarantine.objects.bulk_create(
        Quarantine(face=face, claim=alarm.claim, annotation=alarm, kind=alarm.reason) for face in faces
    )


def lift_for(alarm: Annotation) -> None:
    """The reviewer took the alarm back. What an adjudicator has decided stays."""
    alarm.quarantines.filter(decision="").update(
        decision=Quarantine.Decision.WITHDRAWN, decided_by=alarm.reviewer_id, decided_at=timezone.now()
    )


def bars_picture(sha256: str, *, of: str) -> bool:
    """Whether a picture shows a face that is out of circulation; `of` says which of its hashes is meant: "crop" of the
    face, or "preview" of the photo."""
    name = "face__crop_sha256" if of == "crop" else "face__photo__preview_sha256"
    return Quarantine.objects.filter(decision__in=IN_FORCE, **{name: sha256}).exists()


def open_quarantines() -> QuerySet[Quarantine]:
    """One row a matter to decide, by its first alarm, the oldest first."""
    earlier = Quarantine.objects.filter(decision="", kind=OuterRef("kind"), pk__lt=OuterRef("pk"))
    same_face = earlier.filter(face=OuterRef("face"))
    same_photo = earlier.filter(kind=Quarantine.Kind.LICENCE, face__photo=OuterRef("face__photo"))
    return Quarantine.objects.filter(~Exists(same_face), ~Exists(same_photo), decision="").order_by("opened_at", "id")


def matter(quarantine: Quarantine) -> QuerySet[Quarantine]:
    """What is decided together with it: alarms of its kind about the face, or about a licence: the whole photo."""
    alarms = Quarantine.objects.filter(kind=quarantine.kind, decision__in=IN_FORCE)
    if quarantine.kind == Quarantine.Kind.LICENCE:
        return alarms.filter(face__photo=quarantine.face.photo_id)
    return alarms.filter(face=quarantine.face_id)


def decide(quarantine: Quarantine, *, seen: str, adjudicator: User, release: bool, note: str) -> bool:
    """Decides the matter, or lets back in what had been kept out. Nobody decides on an alarm of their own.

    Released, the alarm's slot is set aside and another asked in its stead, so that k reviewers judge the face.
    False, and nothing is changed, where its decision is no longer the one that the adjudicator has `seen`.
    """
    with transaction.atomic():
        photo = lock_photo(quarantine.face.photo_id)
        quarantine.refresh_from_db(fields=["decision"])
        if photo is None or quarantine.decision != seen:
            return False
        alarms = matter(quarantine).select_related("annotation")
        if any(alarm.annotation.reviewer_id == adjudicator.pk for alarm in alarms):
            raise PermissionDenied(_("You raised this alarm yourself: another adjudicator must decide."))
        if release:
            for alarm in alarms:
                _ask_another(alarm.annotation)
        decision = Quarantine.Decision.RELEASED if release else Quarantine.Decision.KEPT_OUT
        alarms.update(decision=decision, decided_by=adjudicator, decided_at=timezone.now(), note=note)
        settle(photo)
    return True


def _ask_another(alarm: Annotation) -> None:
    slot = Slot.objects.filter(annotation=alarm, purpose="vote").first()
    if slot is None:
        return
    slot.purpose = Slot.Purpose.SET_ASIDE
    slot.save(update_fields=["purpose"])
    add_slot(slot)


def add_slot(like: Slot) -> Slot | None:
    """One vote more for the same question of the same claim; None where it has all that a question may have."""
    same = Slot.objects.filter(claim=like.claim_id, question=like.question, round=like.round)
    same = same.exclude(purpose=Slot.Purpose.GOLD)  # has numbers of its own
    number = same.aggregate(n=Max("number"))["n"] + 1
    if number > MOST_NUMBERS or same.filter(purpose=Slot.Purpose.VOTE).count() >= MOST_VOTES:
        return None
    return Slot.objects.create(
        claim_id=like.claim_id,
        question=like.question,
        number=number,
        asks=like.asks,
        why=Why.ASKED_AGAIN,
        **beside(like),
    )
