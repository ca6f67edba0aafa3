"""Which claims are gold: chosen among those whose answer is sure, listed, retired."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from curation.gold_serving import make_way
from curation.models import Claim, Consensus, GoldItem, Quarantine, Slot
from curation.models.claims import Question
from curation.policies import current_policy
from curation.policy_maps import Maps
from curation.quarantine import IN_FORCE
from curation.refused_photos import refused_photos
from curation.said import said
from ingest.models import Identity

FIELDS: Mapping[str, tuple[str, ...]] = {"usable": ("usable",), "attributes": ("race", "gender", "age")}
AGREEING = 2  # votes that must all have said the same, by default
SAMPLE = 5000  # claims, the newest, that are looked at for one choice
UNSURE = ("0", "cannot_tell")  # what no gold answers


@dataclass(frozen=True)
class Sure:
    """A claim whose answer is sure enough to be gold."""

    claim: int
    answer: Mapping[str, str]
    chosen: str

    @property
    def group(self) -> str:
        return " ".join(self.answer.values())


# ---- Choosing


@transaction.atomic
def choose(*, question: str, count: int, votes: int = AGREEING, by: User | None = None) -> list[GoldItem]:
    """Up to `count` claims more: in equal parts of each answer, as far as there are any, and else by lot. Decided by an
    adjudicator, or settled by `votes` reviewers or more of whom none differed."""
    policy = current_policy()
    chosen = _in_turns(sure(question, votes=votes))[:count]
    return GoldItem.objects.bulk_create(
        GoldItem(
            claim_id=one.claim,
            question=question,
            answer=dict(one.answer),
            policy=policy,
            chosen=one.chosen,
            added_by=by,
        )
        for one in chosen
    )


def sure(question: str, *, votes: int = AGREEING) -> list[Sure]:
    """What may be chosen, the newest SAMPLE of it."""
    fields = FIELDS[question]
    claims = list(_candidates(question, votes).order_by("-id").values_list("pk", flat=True)[:SAMPLE])
    rows = Consensus.objects.filter(claim__in=claims, field__in=fields).values_list("claim", "field", "value", "method")
    answers: dict[int, dict[str, str]] = {}
    decided = set()
    for claim, field, value, method in rows:
        answers.setdefault(claim, {})[field] = value
        if method == Consensus.Method.ADJUDICATION:
            decided.add(claim)
    return [
        Sure(
            claim,
            {name: answers[claim][name] for name in fields},
            GoldItem.Chosen.ADJUDICATED if claim in decided else GoldItem.Chosen.AGREED,
        )
        for claim in claims
        if not set(answers[claim].values()) & set(UNSURE)
    ]


def _candidates(question: str, votes: int) -> QuerySet[Claim]:
    states = [Claim.State.ACCEPTED]
    if question == Question.USABLE:
        states.append(Claim.State.REJECTED)
    claims = Claim.objects.filter(state__in=states, identity__state=Identity.State.APPROVED)
    is_sure = Q(method=Consensus.Method.ADJUDICATION) | Q(votes__gte=votes, support=F("votes"))
    for name in FIELDS[question]:
        settled = Consensus.objects.filter(is_sure, claim=OuterRef("pk"), field=name, state=Consensus.State.SETTLED)
        claims = claims.filter(Exists(settled))
    asked = Slot.objects.filter(claim=OuterRef("pk"), question=question, waiting=True)
    known = GoldItem.objects.filter(claim=OuterRef("pk"), question=question)
    barred = Quarantine.objects.filter(face=OuterRef("face"), decision__in=IN_FORCE)
    free = claims.filter(~Exists(asked), ~Exists(known), ~Exists(barred))
    return free.exclude(photo__in=refused_photos())


def _in_turns(found: Iterable[Sure]) -> list[Sure]:
    """One of each answer, then the next of each; within an answer by a lot that nobody can foretell."""
    groups: dict[str, list[Sure]] = {}
    for one in sorted(found, key=lambda one: salted_hmac("curation.gold", str(one.claim)).hexdigest()):
        groups.setdefault(one.group, []).append(one)
    rows = zip_longest(*(groups[name] for name in sorted(groups)))
    return [one for row in rows for one in row if one is not None]


# ---- Retiring


def retire(item: GoldItem, *, retired_as: str, by: User, reason: str = "") -> bool:
    """For good, also from whoever has it and has not answered. False where somebody retired it before. Answers to a
    wrong one no longer speak against anybody."""
    said = {"retired_as": retired_as, "retired_by": by, "retired_at": timezone.now(), "reason": reason}
    with transaction.atomic():
        done = GoldItem.objects.filter(pk=item.pk, retired_at=None).update(**said)
        if done:
            make_way(Slot.objects.filter(claim=item.claim_id, question=item.question))
    return bool(done)


# ---- What is known


def truths(claims: Iterable[int], question: str, maps: Maps) -> dict[int, dict[str, str]]:
    """Claim → field → its class, as the policy in force names it; without wrong items, fields fallen silent, and what
    was decided otherwise since, or is asked anew."""
    items = GoldItem.objects.filter(claim__in=claims, question=question)
    known = {item.claim_id: _as_named_now(item, maps) for item in items.exclude(retired_as=GoldItem.Retired.WRONG)}
    settled = Consensus.objects.filter(claim__in=known, field__in=FIELDS[question], state=Consensus.State.SETTLED)
    still = set(settled.values_list("claim", "field", "value"))
    return {
        claim: {field: value for field, value in answer.items() if (claim, field, value) in still}
        for claim, answer in known.items()
    }


def _as_named_now(item: GoldItem, maps: Maps) -> dict[str, str]:
    known = maps.get(item.policy_id, {})
    now = {field: known.get(field, {}).get(value, value) for field, value in item.answer.items()}
    return {field: value for field, value in now.items() if value is not None}


# ---- The list


@dataclass(frozen=True)
class Line:
    """An item with how it fared: how many answered it, and how many of these as it is known."""

    item: GoldItem
    served: int
    answered: int
    agreeing: int
    last: datetime | None


def lines(items: Sequence[GoldItem], maps: Maps) -> list[Line]:
    """As many queries for one as for many."""
    claims = [item.claim_id for item in items]
    slots = Slot.objects.filter(claim__in=claims, purpose=Slot.Purpose.GOLD).select_related("annotation", "claim")
    by_item: dict[tuple[int, str], list[Slot]] = {}
    for slot in slots:
        by_item.setdefault((slot.claim_id, slot.question), []).append(slot)
    return [_line(item, by_item.get((item.claim_id, item.question), []), maps) for item in items]


def _line(item: GoldItem, slots: Sequence[Slot], maps: Maps) -> Line:
    known = _as_named_now(item, maps)
    given = [slot.annotation for slot in slots if slot.annotation]
    agreeing = sum(all(said(one, field, maps) == value for field, value in known.items()) for one in given)
    return Line(item, len(slots), len(given), agreeing, max((one.received_at for one in given), default=None))
