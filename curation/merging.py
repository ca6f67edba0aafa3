"""Two identities turn out to be one person: everything of the one goes over to the other.

What both have (a hit by the same address, a claim on the same face) cannot be the heir's twice. Of each such pair
the one that has come further goes over or stays there; the other is kept by the merged identity, where it counts
no more: a merged identity's claims are closed by `curation.settling`, and no new one is opened for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.claims import CLAIMS_LOCK
from curation.models import Annotation, Claim, Profile, Slot
from curation.settling import lock_photo, settle
from ingest.identities import IdentityRefused
from ingest.identity_changes import end_discoveries, note, tidy_aliases
from ingest.models import Candidate, Discovery, Identity, IdentityEvent, Photo
from ingest.tombstones import is_tombstoned

Row = TypeVar("Row", Candidate, Claim)
Pair = tuple[Row, Row]  # the merged identity's, the heir's
FURTHEST = (Candidate.State.DONE, Candidate.State.HELD, *reversed(Candidate.PENDING), Candidate.State.REFUSED)


@dataclass(frozen=True)
class Preview:
    """What a merge would do. `together` are photos in which both are accepted: then they are two people."""

    candidates: int
    candidates_in_both: int
    claims: int
    claims_in_both: int
    accepted: int
    discoveries: int
    together: tuple[Photo, ...]


class MergeRefused(IdentityRefused):
    """`photos` are those in which both were accepted."""

    def __init__(self, message: str, photos: Sequence[Photo] = ()) -> None:
        super().__init__(message)
        self.photos = tuple(photos)


def preview(*, loser: Identity, heir: Identity) -> Preview:
    candidates, claims = Candidate.objects.filter(identity=loser), Claim.objects.filter(identity=loser)
    return Preview(
        candidates=candidates.count(),
        candidates_in_both=len(_candidate_pairs(loser, heir)),
        claims=claims.count(),
        claims_in_both=len(_claim_pairs(loser, heir)),
        accepted=claims.filter(state=Claim.State.ACCEPTED).count(),
        discoveries=Discovery.objects.filter(identity=loser, state=Discovery.State.WAITING).count(),
        together=tuple(_together(loser, heir)),
    )


def check(*, loser: Identity, heir: Identity) -> None:
    """Raises MergeRefused where these two can never be merged this way."""
    if loser.pk == heir.pk:
        raise MergeRefused(_("An identity cannot be merged into itself."))
    if loser.state == Identity.State.MERGED:
        raise MergeRefused(_("%(name)s was merged already.") % {"name": loser.name})
    if heir.state == Identity.State.MERGED:
        raise MergeRefused(_("%(name)s was merged itself; choose the one that took it over.") % {"name": heir.name})
    if heir.state != Identity.State.APPROVED:
        raise MergeRefused(
            _("%(name)s is %(state)s; only an approved identity can take over.")
            % {"name": heir.name, "state": heir.get_state_display()}
        )
    if is_tombstoned(loser) or is_tombstoned(heir):
        raise MergeRefused(_("One of the two was erased."))


@transaction.atomic
def merge(*, loser: Identity, heir: Identity, by: User, why: str) -> None:
    """Raises MergeRefused. Locks photos first, in the order of their ids, as whoever answers locks its one."""
    if not why.strip():
        raise MergeRefused(_("Say why these two are one person."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMS_LOCK])  # no claim is opened meanwhile
    photos = [photo for pk in _photos_of(loser) if (photo := lock_photo(pk))]
    loser, heir = _locked(loser, heir)
    check(loser=loser, heir=heir)
    _check_photos(loser, heir, photos)
    _write_identities(loser, heir)
    _move_candidates(loser, heir)
    _move_claims(loser, heir)
    _move_limits(loser, heir)
    for photo in photos:
        settle(photo)
    end_discoveries(loser, f"{loser.name} was merged into {heir.name}.")
    note(loser, IdentityEvent.Kind.MERGED, by=by, why=f"into {heir.name}: {why.strip()}")
    note(heir, IdentityEvent.Kind.ABSORBED, by=by, why=f"{loser.name}: {why.strip()}")


def _photos_of(loser: Identity) -> list[int]:
    """Where a claim, or a vote on another's claim, speaks of this identity."""
    claimed = Claim.objects.filter(identity=loser).values_list("photo")
    named = Annotation.objects.filter(relabel_to=loser).values_list("claim__photo")
    return sorted(pk for (pk,) in claimed.union(named))


def _locked(loser: Identity, heir: Identity) -> tuple[Identity, Identity]:
    """Against new rows that would name either of them, too."""
    pks = {loser.pk, heir.pk}
    both = {one.pk: one for one in Identity.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    if both.keys() != pks:
        raise MergeRefused(_("One of the two is no longer there."))
    return both[loser.pk], both[heir.pk]


def _check_photos(loser: Identity, heir: Identity, locked: Iterable[Photo]) -> None:
    if set(_photos_of(loser)) - {photo.pk for photo in locked}:
        raise MergeRefused(_("Somebody was just naming this identity in another photo. Try again."))
    if together := list(_together(loser, heir)):
        raise MergeRefused(_("Both are accepted in the same photo, so they are two people."), together)


def _together(loser: Identity, heir: Identity) -> Iterable[Photo]:
    accepted = Claim.objects.filter(photo=OuterRef("pk"), state=Claim.State.ACCEPTED)
    both = Exists(accepted.filter(identity=loser)) & Exists(accepted.filter(identity=heir))
    return Photo.objects.filter(both).order_by("pk")


def _write_identities(loser: Identity, heir: Identity) -> None:
    heir.aliases = tidy_aliases([*heir.aliases, loser.name, *loser.aliases], heir.name)
    heir.save(update_fields=["aliases"])
    loser.state, loser.merged_into = Identity.State.MERGED, heir
    loser.save(update_fields=["state", "merged_into"])
    Identity.objects.filter(merged_into=loser).update(merged_into=heir)  # no chains


# ---- What goes over


def _move_candidates(loser: Identity, heir: Identity) -> None:
    pairs = _candidate_pairs(loser, heir)
    _hand_over(Candidate, loser, heir, pairs, _is_further)
    left = Candidate.objects.filter(identity=loser, state__in=[*Candidate.PENDING, Candidate.State.HELD])
    refused = {"state": Candidate.State.REFUSED, "refusal": "identity_merged", "detail": "", "claimed_until": None}
    left.update(**refused, finished_at=timezone.now())


def _move_claims(loser: Identity, heir: Identity) -> None:
    """With their slots, which are looked up by identity."""
    _hand_over(Claim, loser, heir, _claim_pairs(loser, heir), _weighs_more)
    for left, taken in ((loser, heir), (heir, loser)):
        Slot.objects.filter(identity=left, claim__identity=taken).update(identity=taken)


def _move_limits(loser: Identity, heir: Identity) -> None:
    """Who works on the one works on the other from now on."""
    limits = Profile.limited_to.through.objects
    limited = limits.filter(identity=loser).values_list("profile", flat=True)
    added = [Profile.limited_to.through(profile_id=profile, identity=heir) for profile in limited]
    limits.bulk_create(added, ignore_conflicts=True)
    limits.filter(identity=loser).delete()


def _candidate_pairs(loser: Identity, heir: Identity) -> list[Pair[Candidate]]:
    theirs = {row.url_key: row for row in Candidate.objects.filter(identity=heir).defer("evidence")}
    mine = Candidate.objects.filter(identity=loser, url_key__in=theirs).defer("evidence").order_by("pk")
    return [(row, theirs[row.url_key]) for row in mine]


def _claim_pairs(loser: Identity, heir: Identity) -> list[Pair[Claim]]:
    answered = Count("slots", filter=Q(slots__annotation__isnull=False) & ~Q(slots__purpose="gold"))
    theirs = {row.face_id: row for row in Claim.objects.filter(identity=heir).annotate(answered=answered)}
    mine = Claim.objects.filter(identity=loser, face__in=theirs).annotate(answered=answered).order_by("pk")
    return [(row, theirs[row.face_id]) for row in mine]


def _is_further(mine: Candidate, theirs: Candidate) -> bool:
    return _distance(mine) < _distance(theirs)


def _distance(row: Candidate) -> int:
    return FURTHEST.index(row.state) if row.state in FURTHEST else len(FURTHEST)


def _weighs_more(mine: Claim, theirs: Claim) -> bool:
    """An accepted claim before any other, then the one with more answers; the heir's own where they are equal."""
    return _weight(mine) > _weight(theirs)


def _weight(claim: Claim) -> tuple[bool, int]:
    return claim.state == Claim.State.ACCEPTED, claim.answered  # type: ignore[attr-defined]  # annotated above


def _hand_over(
    model: type[Row],
    loser: Identity,
    heir: Identity,
    pairs: Sequence[Pair[Row]],
    goes_first: Callable[[Row, Row], bool],
) -> None:
    """All rows of one identity to the other, but of each pair only the better: the other is, or becomes, the
    merged identity's."""
    staying = {mine.pk for mine, theirs in pairs if not goes_first(mine, theirs)}
    leaving = {theirs.pk for mine, theirs in pairs if mine.pk not in staying}
    # Both rows of a pair cannot be one identity's for a moment, so the leaving ones wait under numbers that no
    # identity has: the foreign key is checked when the transaction ends.
    rows = model._default_manager
    rows.filter(pk__in=leaving).update(identity_id=-F("pk"))
    rows.filter(identity=loser).exclude(pk__in=staying).update(identity=heir)
    rows.filter(pk__in=leaving).update(identity=loser)
