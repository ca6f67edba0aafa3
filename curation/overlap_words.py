"""How many answers a question gets, as people read it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.models import Policy


def in_words(policy: Policy, question: str) -> str:
    """ "2 answers", or "2 answers, then one at a time until 98 % sure, 5 at most; 5 % of all faces get 5"."""
    rule, votes = policy.rule(question), policy.votes(question)
    if rule is None:
        return ngettext("%d answer", "%d answers", votes) % votes
    words = ngettext(
        "%(n)d answer, then one at a time until %(sure)s sure, %(most)d at most",
        "%(n)d answers, then one at a time until %(sure)s sure, %(most)d at most",
        votes,
    ) % {"n": votes, "sure": shown(rule.sure), "most": rule.most}
    if not rule.full_share:
        return words
    return words + _("; %(share)s of all faces get %(most)d") % {
        "share": shown(rule.full_share),
        "most": rule.most,
    }


def shown(share: float) -> str:
    """ "98.5 %", which is never broken over two lines."""
    return f"{percent(share)}\N{NO-BREAK SPACE}%"


def percent(share: float) -> str:
    return f"{share * 100:.4g}"
