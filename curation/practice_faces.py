"""Which faces somebody practises on: known for sure, asked of nobody any more, of as many kinds as there are."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from hashlib import sha256

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from curation.gold import FIELDS, UNSURE
from curation.models import Annotation, Claim, Consensus, GoldItem, PracticeAnswer, Slot
from curation.models.claims import Question
from curation.practice_known import known_of, perceived_of
from curation.quarantine import IN_FORCE
from ingest.models import Identity

SAMPLE = 300  # of each known value, the newest, that a person's own choice is made from


def choose(
    reviewer: User,
    question: str,
    *,
    besides: Sequence[Claim],
    without: Collection[int],
    first: Sequence[int],
    count: int,
) -> list[Claim]:
    """The same on every call. `besides` were given: none of their photos comes, nor a near-duplicate; nor do the claims
    in `without`. Those in `first` come, in that order, where they are still known."""
    if not count:
        return []
    known = known_claims(question, reviewer).select_related("identity", "face", "photo").order_by("-id")
    again = known.in_bulk(first) if first else {}
    chosen = [again[pk] for pk in first if pk in again][:count]
    taken = {mark for claim in (*besides, *chosen) for mark in _marks(claim)}
    kinds = _usable_kinds if question == Question.USABLE else _attribute_kinds
    new: list[Claim] = []
    for claim in kinds(known.exclude(pk__in={*without, *again}), reviewer):
        if len(chosen) + len(new) < count and taken.isdisjoint(_marks(claim)):
            new.append(claim)
            taken |= _marks(claim)
    return chosen + _shuffled(new, reviewer)


def known_claims(question: str, reviewer: User | None = None) -> QuerySet[Claim]:
    """Decided by an adjudicator, or settled by at least two who all said the same; nothing that is still asked, no
    gold, and nothing whose answer the reviewer knows."""
    claims = Claim.objects.filter(identity__state=Identity.State.APPROVED)
    if question == Question.ATTRIBUTES:
        claims = claims.filter(state=Claim.State.ACCEPTED)
    sure = Q(method=Consensus.Method.ADJUDICATION) | Q(votes__gte=2, support=F("votes"))
    for name in FIELDS[question]:
        settled = Consensus.objects.filter(sure, claim=OuterRef("pk"), field=name, state=Consensus.State.SETTLED)
        claims = claims.filter(Exists(settled.exclude(value__in=UNSURE)))
    asked = Slot.objects.filter(claim=OuterRef("pk"), question=question, waiting=True)
    gold = GoldItem.objects.filter(_tells(question), claim=OuterRef("pk"), retired_at=None)
    claims = claims.exclude(face__quarantines__decision__in=IN_FORCE).exclude(Exists(gold)).exclude(Exists(asked))
    return claims if reviewer is None else _new_to(reviewer, question, claims)


def _new_to(reviewer: User, question: str, claims: QuerySet[Claim]) -> QuerySet[Claim]:
    answered = Annotation.objects.filter(claim=OuterRef("pk"), reviewer=reviewer)
    practised = PracticeAnswer.objects.filter(claim=OuterRef("pk"), reviewer=reviewer)
    if question == Question.ATTRIBUTES:
        return claims.exclude(Exists(answered.filter(question=question)))
    return claims.exclude(Exists(answered)).exclude(Exists(practised.exclude(question=question)))


def _tells(question: str) -> Q:
    """Of which questions gold would be given away: a face that is asked for attributes is known to be accepted."""
    return Q(question=question) | Q(question=Question.USABLE)


# ---- Of every kind


def _usable_kinds(known: QuerySet[Claim], reviewer: User) -> list[Claim]:
    """Accepted and rejected ones in equal parts, these with as many reasons as there are."""
    accepted = _shuffled(known.filter(state=Claim.State.ACCEPTED)[:SAMPLE], reviewer)
    rejected = _shuffled(known.filter(state=Claim.State.REJECTED)[:SAMPLE], reviewer)
    reasons = known_of(rejected)
    return _in_turns([accepted, _apart(rejected, lambda claim: next(iter(reasons[claim.pk].reasons), ""))])


def _attribute_kinds(known: QuerySet[Claim], reviewer: User) -> list[Claim]:
    """One of each combination of race, gender and age, then the next of each."""
    claims = _shuffled(known[:SAMPLE], reviewer)
    values = perceived_of(claims)
    return _apart(claims, lambda claim: str(sorted(values[claim.pk].values.items())))


def _apart(claims: Sequence[Claim], kind: Callable[[Claim], str]) -> list[Claim]:
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[kind(claim)].append(claim)
    return _in_turns(groups.values())


def _in_turns(rows: Iterable[list[Claim]]) -> list[Claim]:
    lists = list(rows)
    longest = max(map(len, lists), default=0)
    return [row[place] for place in range(longest) for row in lists if place < len(row)]


def _marks(claim: Claim) -> set[tuple[str, int | None]]:
    """What no two faces of one practice share: the photo, and the group of near-duplicates."""
    group = claim.face.duplicate_group_id
    return {("photo", claim.photo_id)} | ({("group", group)} if group else set())


def _shuffled(claims: Iterable[Claim], reviewer: User) -> list[Claim]:
    return sorted(claims, key=lambda claim: sha256(f"practice {reviewer.pk} {claim.pk}".encode()).digest())
