"""Practice for new reviewers: faces whose answer is known, with feedback. Nothing of it counts for anything else."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from curation import pauses
from curation.models import Annotation, Claim, Consensus, GoldItem, Policy, PracticeAnswer, Profile, Quarantine, Slot
from curation.paused import pause_of
from curation.quarantine import IN_FORCE
from ingest.models import Identity

FEWEST = 3  # with fewer known faces there is nothing to learn from
SKIP_AFTER = 3
SAMPLE = 300  # of each known value, the newest, that a person's own choice is made from
LONG_WORD = 4  # letters from which a word may say what a sentence is about


@dataclass(frozen=True)
class Known:
    """What is known of a face, and why: "accept", or "reject" with the reasons that were given, the usual first."""

    verdict: str
    reasons: tuple[str, ...] = ()

    def agrees(self, verdict: str) -> bool:
        """A rejection agrees whatever its reason; where that differs, the feedback says so."""
        return verdict == self.verdict


@dataclass(frozen=True)
class Progress:
    """One person's practice: what they answered, in turn, and what is still to come."""

    answers: list[PracticeAnswer]
    ahead: list[Claim]

    @property
    def total(self) -> int:
        return len(self.answers) + len(self.ahead)

    @property
    def agreeing(self) -> int:
        return sum(answer.agrees for answer in self.answers)

    @property
    def may_skip(self) -> bool:
        return len(self.answers) >= SKIP_AFTER


def wanted(reviewer: User) -> bool:
    """Is this somebody who should practise first? For those who ever answered, one cheap look at an index."""
    if not settings.PRACTICE_ITEMS or Annotation.objects.filter(reviewer=reviewer).exists() or finished(reviewer):
        return False
    so_far = progress(reviewer)
    return so_far.total >= FEWEST and bool(so_far.ahead)


def finished(reviewer: User) -> bool:
    return Profile.objects.filter(user=reviewer, practised_at__isnull=False).exists()


def finish(reviewer: User) -> None:
    """Practised enough, to the end or by their own word."""
    Profile.objects.get_or_create(user=reviewer)
    Profile.objects.filter(user=reviewer, practised_at=None).update(practised_at=timezone.now())


def progress(reviewer: User) -> Progress:
    """Of whoever is paused what they practised since."""
    rows = PracticeAnswer.objects.filter(reviewer=reviewer).order_by("id")
    given = list(rows.select_related("claim__identity", "claim__face", "claim__photo"))
    pause = pause_of(reviewer, "usable")
    answers = [answer for answer in given if pause is None or answer.answered_at > pause.paused_at]
    left = max(settings.PRACTICE_ITEMS - len(answers), 0)
    return Progress(answers, _choose(reviewer, given, left) if left else [])


def may_practise_again(reviewer: User) -> bool:
    """Whether there are faces to practise on after a pause, and some are left."""
    so_far = progress(reviewer)
    return so_far.total >= FEWEST and bool(so_far.ahead)


def answer(*, reviewer: User, claim: Claim, verdict: str, reason: str) -> PracticeAnswer:
    """The first answer stands; the last of all finishes the practice."""
    given, _new = PracticeAnswer.objects.get_or_create(
        reviewer=reviewer,
        claim=claim,
        defaults={"verdict": verdict, "reason": reason, "agrees": known_of([claim])[claim.pk].agrees(verdict)},
    )
    so_far = progress(reviewer)
    if not so_far.ahead:
        finish(reviewer)
        if so_far.total >= FEWEST:
            pauses.pass_practice(reviewer, agreeing=so_far.agreeing, total=so_far.total)
    return given


def may_be_seen(answers: Sequence[PracticeAnswer]) -> list[PracticeAnswer]:
    """Without those whose face was put in quarantine since."""
    faces = [answer.claim.face_id for answer in answers]
    barred = set(Quarantine.objects.filter(face__in=faces, decision__in=IN_FORCE).values_list("face", flat=True))
    return [answer for answer in answers if answer.claim.face_id not in barred]


# ---- Which faces


def _known_claims(reviewer: User) -> QuerySet[Claim]:
    """Decided by an adjudicator, or settled by at least two who all said the same; nothing that is still asked."""
    sure = Q(method=Consensus.Method.ADJUDICATION) | Q(votes__gte=2, support=F("votes"))
    settled = Consensus.objects.filter(sure, claim=OuterRef("pk"), field="usable", value__in=["accept", "reject"])
    asked = Slot.objects.filter(claim=OuterRef("pk"), question="usable", waiting=True)
    claims = Claim.objects.filter(Exists(settled), ~Exists(asked), identity__state=Identity.State.APPROVED)
    mine = Annotation.objects.filter(claim=OuterRef("pk"), reviewer=reviewer)
    gold = GoldItem.objects.filter(claim=OuterRef("pk"), question="usable", retired_at=None)
    return claims.exclude(face__quarantines__decision__in=IN_FORCE).exclude(Exists(mine)).exclude(Exists(gold))


def _choose(reviewer: User, answers: Sequence[PracticeAnswer], left: int) -> list[Claim]:
    """Accepted and rejected ones in equal parts, these with as many reasons as there are; the same on every call."""
    known = _known_claims(reviewer).select_related("identity", "face", "photo").order_by("-id")
    known = known.exclude(pk__in=[answer.claim_id for answer in answers])
    accepted = _shuffled(known.filter(state=Claim.State.ACCEPTED)[:SAMPLE], reviewer)
    rejected = _shuffled(known.filter(state=Claim.State.REJECTED)[:SAMPLE], reviewer)
    apart = _in_turns([accepted, _by_reason(rejected)])
    taken = {mark for answer in answers for mark in _marks(answer.claim)}
    chosen: list[Claim] = []
    for claim in apart:
        if len(chosen) < left and taken.isdisjoint(_marks(claim)):
            chosen.append(claim)
            taken |= _marks(claim)
    return _shuffled(chosen, reviewer)


def _marks(claim: Claim) -> set[tuple[str, int | None]]:
    """What no two faces of one practice share: the photo, and the group of near-duplicates."""
    group = claim.face.duplicate_group_id
    return {("photo", claim.photo_id)} | ({("group", group)} if group else set())


def _shuffled(claims: Iterable[Claim], reviewer: User) -> list[Claim]:
    return sorted(claims, key=lambda claim: sha256(f"practice {reviewer.pk} {claim.pk}".encode()).digest())


def _by_reason(rejected: Sequence[Claim]) -> list[Claim]:
    """The first of each reason, then the second of each, and so on."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    known = known_of(rejected)
    for claim in rejected:
        groups[next(iter(known[claim.pk].reasons), "")].append(claim)
    return _in_turns(groups.values())


def _in_turns(rows: Iterable[list[Claim]]) -> list[Claim]:
    lists = list(rows)
    longest = max(map(len, lists), default=0)
    return [row[place] for place in range(longest) for row in lists if place < len(row)]


# ---- What is known of them


def known_of(claims: Sequence[Claim]) -> dict[int, Known]:
    values = Consensus.objects.filter(claim__in=claims, field="usable").values_list("claim", "value")
    reasons = _reasons(claims)
    return {claim: Known(value, reasons[claim] if value == "reject" else ()) for claim, value in values}


def _reasons(claims: Sequence[Claim]) -> dict[int, tuple[str, ...]]:
    """Claim → the reasons of the counted rejections; somebody else on the list is a wrong person."""
    given: dict[int, Counter[str]] = defaultdict(Counter)
    counted = Annotation.objects.filter(claim__in=claims, question="usable", verdict__in=["reject", "relabel"])
    counted = counted.filter(slot__purpose__in=[Slot.Purpose.VOTE, Slot.Purpose.ADJUDICATION], superseded_by=None)
    for claim, verdict, reason in counted.order_by("id").values_list("claim", "verdict", "reason"):
        given[claim]["wrong_person" if verdict == "relabel" else reason] += 1
    return defaultdict(tuple, {claim: tuple(r for r, _n in seen.most_common()) for claim, seen in given.items()})


def sentence(policy: Policy, known: Known) -> str:
    """The guideline's sentence that says most of it; empty where none does."""
    labels = {reason["code"]: reason["label"] for reason in policy.reasons}
    about = "accept" if known.verdict == "accept" else labels.get(next(iter(known.reasons), ""), "")
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+", policy.guideline) if part.strip()]
    wanted = _long_words(about)
    best = max(sentences, key=lambda words: len(wanted & _long_words(words)), default="")
    return best if wanted & _long_words(best) else ""


def _long_words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) >= LONG_WORD}
