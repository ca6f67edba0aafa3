"""What is known of the faces of a practice, and why: consensus, the reasons given, an adjudicator's words, the rule."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from curation.models import Annotation, Claim, Consensus, Policy, PracticeAnswer, Slot
from curation.models.claims import ATTRIBUTE_FIELDS
from curation.said import USABLE

LONG_WORD = 4  # letters from which a word may say what a sentence is about


@dataclass(frozen=True)
class Known:
    """Of the first question: "accept", or "reject" with the reasons that were given and the people named instead, the
    usual first. `note` is what an adjudicator wrote who decided it."""

    verdict: str
    reasons: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    note: str = ""

    def agrees(self, verdict: str) -> bool:
        """A rejection agrees whatever its reason, and somebody else is a rejection; the feedback says what differs."""
        return USABLE.get(verdict) == self.verdict


@dataclass(frozen=True)
class Perceived:
    """Of the second question: field → class, as consensus has them; `note` as above."""

    values: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


def differing(answer: PracticeAnswer) -> list[str]:
    """The fields in which it is not what is known."""
    if answer.question == "usable":
        known = known_of([answer.claim])[answer.claim_id]
        return [] if known.agrees(answer.verdict) else ["usable"]
    values = perceived_of([answer.claim])[answer.claim_id].values
    return [name for name in ATTRIBUTE_FIELDS if getattr(answer, name) != values.get(name)]


def known_of(claims: Sequence[Claim]) -> dict[int, Known]:
    values = Consensus.objects.filter(claim__in=claims, field="usable").values_list("claim", "value")
    reasons, people = _reasons(claims)
    notes = _notes(claims, "usable")
    return {
        claim: Known(value, reasons[claim], people[claim], notes.get(claim, ""))
        if value == "reject"
        else Known(value, note=notes.get(claim, ""))
        for claim, value in values
    }


def perceived_of(claims: Sequence[Claim]) -> dict[int, Perceived]:
    """Of each of the claims; a field that is settled no longer is left out."""
    settled = Consensus.objects.filter(claim__in=claims, field__in=ATTRIBUTE_FIELDS, state=Consensus.State.SETTLED)
    values: dict[int, dict[str, int]] = {claim.pk: {} for claim in claims}
    for claim, name, value in settled.values_list("claim", "field", "value"):
        values[claim][name] = int(value)
    notes = _notes(claims, "attributes")
    return {claim: Perceived(known, notes.get(claim, "")) for claim, known in values.items()}


def _reasons(claims: Sequence[Claim]) -> tuple[Mapping[int, tuple[str, ...]], Mapping[int, tuple[str, ...]]]:
    """Claim → the reasons of the counted rejections, and the people named instead, who make it a wrong person."""
    given: dict[int, Counter[str]] = defaultdict(Counter)
    named: dict[int, Counter[str]] = defaultdict(Counter)
    rows = _counted(claims, "usable").filter(verdict__in=["reject", "relabel"]).order_by("id")
    for claim, verdict, reason, name in rows.values_list("claim", "verdict", "reason", "relabel_to__name"):
        given[claim]["wrong_person" if verdict == "relabel" else reason] += 1
        if name:
            named[claim][name] += 1
    return _usual_first(given), _usual_first(named)


def _usual_first(seen: Mapping[int, Counter[str]]) -> Mapping[int, tuple[str, ...]]:
    return defaultdict(tuple, {claim: tuple(word for word, _n in n.most_common()) for claim, n in seen.items()})


def _counted(claims: Sequence[Claim], question: str) -> QuerySet[Annotation]:
    given = Annotation.objects.filter(claim__in=claims, question=question, superseded_by=None)
    return given.filter(slot__purpose__in=[Slot.Purpose.VOTE, Slot.Purpose.ADJUDICATION])


def _notes(claims: Sequence[Claim], question: str) -> dict[int, str]:
    """What adjudicators wrote where they decided; not of a wrong person, of whom it may tell what is private."""
    decided = _counted(claims, question).filter(slot__purpose=Slot.Purpose.ADJUDICATION).exclude(note="")
    decided = decided.exclude(verdict="relabel").exclude(reason="wrong_person")
    return dict(decided.order_by("received_at").values_list("claim", "note"))


# ---- The rule


def sentence(policy: Policy, known: Known) -> str:
    """The guideline's sentence that says most of it; empty where none does."""
    labels = {reason["code"]: reason["label"] for reason in policy.reasons}
    about = "accept" if known.verdict == "accept" else labels.get(next(iter(known.reasons), ""), "")
    wanted = _long_words(about)
    best = max(_sentences(policy), key=lambda words: len(wanted & _long_words(words)), default="")
    return best if wanted & _long_words(best) else ""


def sentence_about(policy: Policy, code: str) -> str:
    """The guideline's sentence that says most of a field, and least of other things; empty where none names it."""
    label = next((one["label"] for one in policy.fields if one["code"] == code), "")
    wanted = _long_words(label) | {code}
    naming = [one for one in _sentences(policy) if code in _words(one)]
    return max(naming, key=lambda one: len(wanted & _words(one)) / len(_words(one)), default="")


def _sentences(policy: Policy) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+", policy.guideline) if part.strip()]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _long_words(text: str) -> set[str]:
    return {word for word in _words(text) if len(word) >= LONG_WORD}
