"""A question asked anew: k places of another round, and the answers of earlier rounds stay as history.

What was asked for the other fields of the same question goes on counting; a field that is still open is asked
together with those named, because nobody answers an earlier round any more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from curation.claims import beside, current_round
from curation.models import Claim, Consensus, Policy, Quarantine, Reopening, Skip, Slot, Why
from curation.models.claims import Question
from curation.policies import current_policy
from curation.refused_photos import refused_photos
from curation.settling import ATTRIBUTES, lock_photo, settle
from ingest.models import Identity

UNCOUNTED = (Slot.Purpose.SET_ASIDE, Slot.Purpose.GOLD)


class Obstacle(models.TextChoices):
    """Why a claim is left as it is; the first that holds."""

    QUARANTINED = "quarantined", _("in quarantine: an adjudicator decides first")
    KEPT_OUT = "kept_out", _("kept out for good")
    REFUSED = "refused", _("the licence of the photo was refused")
    MERGED = "merged", _("the identity was merged into another")
    TAKEN = "taken", _("closed by another accepted face or person")
    NOT_ACCEPTED = "not_accepted", _("not accepted: attributes are asked of accepted faces only")
    UNANSWERED = "unanswered", _("asked already, and nobody has answered yet")


@dataclass(frozen=True)
class Outcome:
    reopened: int
    left: Mapping[str, int]  # how many claims, by Obstacle


def reopen(
    *,
    claims: Iterable[int],
    question: str,
    fields: Sequence[str] = (),
    cause: str,
    reason: str,
    by: User,
    policy: Policy | None = None,
) -> int:
    """How many of the claims are asked anew; see `reopen_all`."""
    done = reopen_all(claims=claims, question=question, fields=fields, cause=cause, reason=reason, by=by, policy=policy)
    return done.reopened


@transaction.atomic
def reopen_all(
    *,
    claims: Iterable[int],
    question: str,
    fields: Sequence[str] = (),
    cause: str,
    reason: str,
    by: User,
    policy: Policy | None = None,
) -> Outcome:
    """Asks all that can be asked, photo by photo in the order of their ids, as whoever answers locks one.

    Twice the same is done once: what was reopened and is not answered since has nothing to reopen. `fields` empty
    means all. Frozen releases hold their own copies and are not touched.
    """
    policy = policy or current_policy()
    left: Counter[str] = Counter()
    reopened = 0
    for photo_id, wanted in sorted(_by_photo(claims).items()):
        photo = lock_photo(photo_id)
        for claim in with_obstacle(Claim.objects.filter(pk__in=wanted), question).order_by("pk"):
            if claim.obstacle:
                left[claim.obstacle] += 1
                continue
            asks = _next_round(claim, question, fields, policy)
            Reopening.objects.create(
                claim=claim,
                question=question,
                round=asks.round,
                fields=asks.asks,
                cause=cause,
                reason=reason,
                policy=policy,
                decided_by=by,
            )
            reopened += 1
        if photo is not None:
            settle(photo)
    return Outcome(reopened, dict(left))


def _by_photo(claims: Iterable[int]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = defaultdict(list)
    for pk, photo in Claim.objects.filter(pk__in=set(claims)).values_list("pk", "photo"):
        rows[photo].append(pk)
    return rows


def with_obstacle(claims: QuerySet[Claim], question: str) -> QuerySet[Any]:
    """Annotates `obstacle`: "" where the question can be asked anew."""
    alarms = Quarantine.objects.filter(face=OuterRef("face"))
    accepted = Claim.objects.filter(state=Claim.State.ACCEPTED).exclude(pk=OuterRef("pk"))
    on_face, in_photo = (
        accepted.filter(face=OuterRef("face")),
        accepted.filter(photo=OuterRef("photo"), identity=OuterRef("identity")),
    )
    same = Slot.objects.filter(claim=OuterRef("pk"), question=question)
    answered = Exists(current_round(same).filter(annotation__isnull=False).exclude(purpose__in=UNCOUNTED))
    cases = [
        When(Exists(alarms.filter(decision=Quarantine.Decision.KEPT_OUT)), then=Value(Obstacle.KEPT_OUT.value)),
        When(Exists(alarms.filter(decision="")), then=Value(Obstacle.QUARANTINED.value)),
        When(photo__in=refused_photos(), then=Value(Obstacle.REFUSED.value)),
        When(identity__state=Identity.State.MERGED, then=Value(Obstacle.MERGED.value)),
        When(Q(Exists(on_face)) | Q(Exists(in_photo)), then=Value(Obstacle.TAKEN.value)),
    ]
    if question == Question.ATTRIBUTES:
        cases.append(When(~Q(state=Claim.State.ACCEPTED), then=Value(Obstacle.NOT_ACCEPTED.value)))
    cases.append(When(~Q(answered), then=Value(Obstacle.UNANSWERED.value)))
    return claims.annotate(obstacle=Case(*cases, default=Value(""), output_field=CharField()))


def _next_round(claim: Claim, question: str, fields: Sequence[str], policy: Policy) -> Slot:
    """Opens the places of one more round in the claim's place in the queue; one of them, for what they ask.

    Whoever skipped the question as it was asked before is asked like everybody.
    """
    slots = Slot.objects.select_for_update().filter(claim=claim, question=question)
    last = slots.order_by("-round", "id")[0]
    asks = _asked(claim, question, fields)
    slots.filter(purpose=Slot.Purpose.VOTE, annotation=None).delete()
    Skip.objects.filter(claim=claim, question=question).delete()
    place = beside(last) | {"round": last.round + 1, "asks": asks, "why": Why.REOPENED}
    numbers = range(1, policy.places(question, claim.pk) + 1)
    return Slot.objects.bulk_create(Slot(claim=claim, question=question, number=n, **place) for n in numbers)[0]


def _asked(claim: Claim, question: str, fields: Sequence[str]) -> list[str]:
    """The fields named and those that are still open; empty where that is all of them."""
    if question == Question.USABLE or not fields:
        return []
    settled = set(Consensus.objects.filter(claim=claim, state=Consensus.State.SETTLED).values_list("field", flat=True))
    asks = [name for name in ATTRIBUTES if name in fields or name not in settled]
    return [] if len(asks) == len(ATTRIBUTES) else asks


# ---- Beforehand


@dataclass(frozen=True)
class Outlook:
    """What a reopening would do: how many claims by state, and how many are left by Obstacle."""

    states: Mapping[str, int]
    left: Mapping[str, int]
    decided: int  # of those reopened: settled by an adjudicator, whose decision no longer counts

    @property
    def reopened(self) -> int:
        return sum(self.states.values())


def outlook(claims: QuerySet[Claim], question: str) -> Outlook:
    """Two queries, however many claims there are."""
    names = [Question.USABLE.value] if question == Question.USABLE else list(ATTRIBUTES)
    judged = with_obstacle(claims, question)
    states: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for state, obstacle, n in judged.order_by().values_list("state", "obstacle").annotate(n=models.Count("pk")):
        (left if obstacle else states)[obstacle or state] += n
    by_decision = Consensus.objects.filter(claim=OuterRef("pk"), field__in=names, method=Consensus.Method.ADJUDICATION)
    return Outlook(dict(states), dict(left), judged.filter(Exists(by_decision), obstacle="").count())
