"""What the rules of a policy would cost and give, going by the newest estimates."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from curation.estimates import newest, rates_for
from curation.models import Policy
from curation.models.claims import ATTRIBUTE_FIELDS, Question
from curation.overlap_outlook import Outlook, outlook
from curation.overlap_words import in_words
from curation.policy_maps import maps_in_force
from mtf_site.roles import Role

KEPT = 64  # outlooks that a process remembers: each takes a good part of a second
FIELDS = {Question.USABLE: ("usable",), Question.ATTRIBUTES: tuple(ATTRIBUTE_FIELDS)}
_known: dict[Any, Outlook] = {}


@dataclass(frozen=True)
class Asked:
    """One question in `words`. `expected` is None where a fixed number is asked, `votes` are the answers that the
    error rates were estimated from: 0 where they are only supposed."""

    question: str
    words: str
    expected: Outlook | None = None
    votes: int = 0


@dataclass(frozen=True)
class Shortage:
    """Fewer people may review than a face may want answers of: nobody is left to ask what is doubtful to all."""

    reviewers: int
    most: int


def shortage(policy: Policy) -> Shortage | None:
    """Of a policy with a rule; adjudicators review too."""
    most = max((rule.most for question in FIELDS if (rule := policy.rule(question))), default=0)
    if not most:
        return None
    people = User.objects.filter(is_active=True, groups__name__in=[Role.REVIEWER, Role.ADJUDICATOR]).distinct()
    reviewers = people.count()
    return Shortage(reviewers, most) if reviewers < most else None


def asked(policy: Policy, *, foretell: bool = True) -> list[Asked]:
    """Both questions; what is expected of a rule is drawn once, and remembered."""
    rules = {question: policy.rule(question) for question in FIELDS}
    if not foretell or not any(rules.values()):
        return [Asked(question.value, in_words(policy, question)) for question in FIELDS]
    known, maps = newest(), maps_in_force()
    found = []
    for question, names in FIELDS.items():
        rule = rules[question]
        rates = {name: rates_for(name, policy, known, maps) for name in names}
        key = (rule, known.version if known else 0, *(rates[name].classes for name in names))
        if rule is not None and key not in _known:
            if len(_known) >= KEPT:
                _known.clear()
            _known[key] = outlook(rule, rates)
        votes = sum(known.votes.get(name, 0) for name in names) if known else 0
        found.append(Asked(question.value, in_words(policy, question), _known[key] if rule else None, votes))
    return found
