"""What a paused reviewer is told: why, what to read, what to look at, whom to ask. Nothing that gold still asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.functional import Promise

from curation import accuracy, people, practice, practice_known
from curation.accuracy import OnGold
from curation.models import Claim, GoldItem, Pause, Policy, Quarantine
from curation.policies import current_policy
from curation.quarantine import IN_FORCE
from curation.standings import words_of

SENTENCES = 3
EXAMPLES = 6
ADMINS = 5


@dataclass(frozen=True)
class Example:
    """A face whose answer was known and is asked of nobody any more, and what the reviewer said of it."""

    claim: Claim
    said: str | Promise
    known: str | Promise


def facts(pause: Pause) -> dict[str, Any]:
    reviewer, policy = pause.reviewer, current_policy()
    missed = [one for one in accuracy.on_gold([reviewer.pk], pause.question) if not one.is_right]
    claims = Claim.objects.select_related("identity", "face").in_bulk({one.annotation.claim_id for one in missed})
    return {
        "pause": pause,
        "policy": policy,
        "sentences": _sentences(missed, list(claims.values()), policy),
        "examples": _examples(missed, claims, policy),
        "ask": list(people.active_admins().order_by("username")[:ADMINS]),
        "practice": practice.may_practise_again(reviewer, pause.question),
    }


def _sentences(missed: list[OnGold], claims: list[Claim], policy: Policy) -> list[str]:
    """The sentences of the guideline that say most of what they answered otherwise, the most often missed first."""
    known = practice_known.known_of(claims) if any(one.field == "usable" for one in missed) else {}
    said: dict[str, int] = {}
    for one in missed:
        if words := _about(one, known, policy):
            said[words] = said.get(words, 0) + 1
    return sorted(said, key=lambda words: -said[words])[:SENTENCES]


def _about(one: OnGold, known: Mapping[int, practice_known.Known], policy: Policy) -> str:
    if one.field != "usable":
        return practice_known.sentence_about(policy, one.field)
    about = known.get(one.annotation.claim_id)
    return practice_known.sentence(policy, about) if about else ""


def _examples(missed: list[OnGold], claims: dict[int, Claim], policy: Policy) -> list[Example]:
    """The newest, of items retired from gold: what is still served stays unknown."""
    question = missed[0].annotation.question if missed else ""
    worn = GoldItem.objects.filter(claim__in=claims, question=question, retired_as=GoldItem.Retired.WORN)
    shown = set(worn.values_list("claim", flat=True))
    faces = [claim.face_id for claim in claims.values()]
    barred = set(Quarantine.objects.filter(face__in=faces, decision__in=IN_FORCE).values_list("face", flat=True))
    rows = [one for one in reversed(missed) if one.annotation.claim_id in shown]
    rows = [one for one in rows if claims[one.annotation.claim_id].face_id not in barred]
    return [_example(one, claims[one.annotation.claim_id], policy) for one in rows[:EXAMPLES]]


def _example(one: OnGold, claim: Claim, policy: Policy) -> Example:
    words = words_of(one.field, policy)
    return Example(claim, words.get(one.given, one.given), words.get(one.true, one.true))


def newest(reviewer: User, question: str) -> Pause | None:
    """The pause in force, else the last that ended: who comes by an old link reads that it is over."""
    mine = Pause.objects.filter(reviewer=reviewer, question=question).select_related("reviewer", "paused_by")
    return mine.filter(ended_at=None).first() or mine.order_by("-pk").first()
