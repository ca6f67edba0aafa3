"""How the labels came to be: by reviewers' answers, or as they were claimed."""

from curation.release.naming import ATTRIBUTES
from curation.release.papers.facts import Facts
from curation.release.papers.text import counted, listed

AS_CLAIMED = (
    "Labels are as claimed of the person for whom the picture was looked for, or under whose name reviewers accepted"
    " it; nobody checked them for this set. Reviewers may have seen some of the images (`review_state`, `votes_*`):"
    " what they found to show somebody else or raised an alarm on was taken out, and of a photo of several faces all"
    " but the one that they accepted."
)
BY_PEOPLE = (
    "{who} looked at by {many}, independently of one another: first whether it shows the person and a usable face, then"
    " which race, gender and age they perceive, {blind}.{others} Where reviewers disagreed an adjudicator decided, or"
    " the answer stays open. The answers that count are in `metadata.csv` (`votes_*`), under pseudonyms, and how each"
    " field was settled (`consensus_*`)."
)
ADJUDICATION = "adjudication"


def how_labelled(facts: Facts) -> str:
    """Under all policies that had a part in it, and by the answers that there are."""
    if not facts.is_curated:
        return AS_CLAIMED
    shown_too = [name for name in ATTRIBUTES if any(name not in policy.blind for policy in facts.policies)]
    blind = f"with what was claimed of {listed(shown_too)} before them" if shown_too else "without what was claimed"
    return BY_PEOPLE.format(who=_who(facts), many=at_least(_wanted(facts)), blind=blind, others=_others(facts))


def judged(facts: Facts) -> str:
    """The same in a sentence or two."""
    return f"{_who(facts)} judged by {at_least(_wanted(facts))}, independently of one another.{_others(facts)}"


def _who(facts: Facts) -> str:
    whole, fewer = facts.counted.images, _with_fewer(facts)
    return f"{whole - fewer:,} of {whole:,} images were each" if fewer else "Each image was"


def _others(facts: Facts) -> str:
    """Of images on which an adjudicator decided before so many had answered, or whose answers were set aside."""
    fewer = _with_fewer(facts)
    if not fewer:
        return ""
    wanted = _wanted(facts)
    decided = sum(n for (votes, how), n in facts.counted.judged.items() if votes < wanted and how == ADJUDICATION)
    whom = "; an adjudicator decided" + (f" on {decided:,} of them" if decided < fewer else "") if decided else ""
    return f" {counted(fewer, 'other image has', 'other images have')} fewer answers that count, or none{whom}."


def _with_fewer(facts: Facts) -> int:
    return sum(n for (votes, _how), n in facts.counted.judged.items() if votes < _wanted(facts))


def _wanted(facts: Facts) -> int:
    """The fewest answers to a question that any policy asks for."""
    return min((min(policy.votes_usable, policy.votes_attributes) for policy in facts.policies), default=1)


def at_least(reviewers: int) -> str:
    return f"at least {reviewers} reviewers" if reviewers > 1 else "one reviewer or more"
