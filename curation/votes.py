"""What was answered, in words, for those who may see all of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import Annotation, Claim, Policy, Quarantine
from curation.models.claims import Question
from curation.policies import class_labels, used
from curation.settling import ATTRIBUTES

ADJUDICATION = Annotation.Mode.ADJUDICATION
USABLE_WORDS = {
    "accept": gettext_lazy("accepted"),
    "reject": gettext_lazy("rejected"),
    "cannot_tell": gettext_lazy("cannot tell"),
}
TONES = {"accept": "good", "reject": "bad", "quarantine": "warn", "relabel": "accent"}


@dataclass(frozen=True)
class Vote:
    """`who` is a number and not a name unless names were asked for; `standing` where nobody took it back."""

    who: str
    words: str
    tone: str
    note: str
    at: datetime
    standing: bool
    remarks: list[str]


def that_stand(answers: QuerySet[Annotation]) -> QuerySet[Annotation]:
    """Votes, be they counted or late, that were not taken back; no decisions."""
    standing = answers.filter(superseded_by=None).exclude(verdict=Annotation.Verdict.WITHDRAWN)
    return standing.exclude(mode=ADJUDICATION)


def votes(claim: Claim, question: str, *, policy: Policy, names: bool) -> list[Vote]:
    """All that reviewers and adjudicators ever answered, the oldest first."""
    answers = claim.annotations.filter(question=question).exclude(verdict=Annotation.Verdict.WITHDRAWN)
    known = list(
        answers.select_related("reviewer", "relabel_to", "policy")
        .select_related("slot", "superseded_by", "carried_from__claim__identity")
        .prefetch_related("quarantines")
        .order_by("received_at", "id")
    )  # fmt: skip
    people = _people(known, names)
    return [_vote(answer, people[answer.reviewer_id, answer.mode == ADJUDICATION], policy) for answer in known]


def _people(answers: Sequence[Annotation], names: bool) -> dict[tuple[int, bool], str]:
    people: dict[tuple[int, bool], str] = {}
    for answer in answers:
        decides = answer.mode == ADJUDICATION
        number = 1 + sum(1 for _person, other in people if other == decides)
        hidden = _("Adjudicator %d") % number if decides else _("Reviewer %d") % number
        people.setdefault((answer.reviewer_id, decides), answer.reviewer.get_username() if names else hidden)
    return people


def _vote(answer: Annotation, who: str, policy: Policy) -> Vote:
    standing = not hasattr(answer, "superseded_by")
    words, tone = in_words(answer, policy), TONES.get(answer.verdict, "")
    return Vote(who, words, tone, answer.note, answer.decided_at, standing, list(_remarks(answer, standing)))


def _remarks(answer: Annotation, standing: bool) -> list[str]:
    decides = answer.mode == ADJUDICATION
    origin = answer.carried_from
    aside = standing and hasattr(answer, "slot") and answer.slot.purpose == "set_aside"
    called_off = aside and _was_called_off(answer)
    said = {
        _("decision"): decides,
        _("overruled") if decides else _("taken back"): not standing,
        _("late, not counted"): answer.late,
        _("alarm set aside"): called_off,
        _("gold, not counted"): standing and hasattr(answer, "slot") and answer.slot.purpose == "gold",
        _("set aside by an admin's decision"): aside and not called_off,
        _("said when asked about %s") % origin.claim.identity.name if origin else "": origin is not None,
    }
    return [words for words, holds in said.items() if holds]


def _was_called_off(answer: Annotation) -> bool:
    """An alarm that an adjudicator released; any other vote that is set aside was excluded."""
    return any(alarm.decision == Quarantine.Decision.RELEASED for alarm in answer.quarantines.all())


# ---- Words


def in_a_line(answers: Sequence[Annotation], policy: Policy) -> str:
    """ "1 accepted · 1 rejected: wrong person"; of attributes only where the answers differ."""
    if answers and answers[0].question == Question.ATTRIBUTES:
        return " · ".join(_differing(answers, policy)) or _("no disagreement so far")
    counted = Counter(in_words(answer, policy) for answer in answers)
    return " · ".join(f"{n} {words}" for words, n in counted.most_common()) or _("no answer yet")


def _differing(answers: Sequence[Annotation], policy: Policy) -> list[str]:
    given = {name: [a for a in answers if getattr(a, name) is not None] for name in ATTRIBUTES}
    said = {name: Counter(_class(answer, name, policy) for answer in rows) for name, rows in given.items()}
    return [" / ".join(f"{n} {label}" for label, n in c.most_common()) for c in said.values() if len(c) > 1]


def in_words(answer: Annotation, policy: Policy) -> str:
    """In the words of the policy it was given under; `policy`, the one in force, is at hand and mostly that."""
    if answer.question == Question.ATTRIBUTES:
        return " · ".join(_values(answer, policy))
    if answer.relabel_to is not None:
        return _("someone else: %s") % answer.relabel_to.name
    verdict = str(answer.get_verdict_display())
    return f"{verdict}: {_reason(answer.reason, _own(answer, policy))}" if answer.reason else verdict


def _values(answer: Annotation, policy: Policy) -> list[str]:
    return [_class(answer, name, policy) for name in ATTRIBUTES if getattr(answer, name) is not None]


def _class(answer: Annotation, name: str, policy: Policy) -> str:
    code = str(getattr(answer, name))
    return class_labels(_own(answer, policy)).get(name, {}).get(code, code)


def _own(answer: Annotation, policy: Policy) -> Policy:
    """Remembered: the answers of a list may all be older than the policy in force."""
    of = answer.policy_id
    return policy if of == policy.pk else used([of]).get(of) or answer.policy


def _reason(code: str, policy: Policy) -> str:
    known = {reason["code"]: reason["label"] for reason in policy.reasons}
    return str(known.get(code) or dict(Quarantine.Kind.choices).get(code, code)).removesuffix(" …")
