"""How the labels came to be: by reviewers' answers, or as they were claimed."""

from curation.release.naming import ATTRIBUTES
from curation.release.papers.facts import Facts
from curation.release.papers.text import listed

AS_CLAIMED = (
    "Labels are as claimed of the person for whom the picture was looked for, or under whose name reviewers accepted"
    " it; nobody checked them for this set. Reviewers may have seen some of the images (`review_state`, `votes_*`):"
    " what they found to show somebody else or raised an alarm on was taken out, and of a photo of several faces all"
    " but the one that they accepted."
)
BY_PEOPLE = (
    "Each image was looked at by {many}, independently of one another: first whether it shows the person and a usable"
    " face, then which race, gender and age they perceive, {blind}. Where they disagreed an adjudicator decided, or the"
    " answer stays open. Every answer is in `metadata.csv`, under a pseudonym."
)


def how_labelled(facts: Facts) -> str:
    """Under all policies that had a part in it."""
    if not facts.is_curated:
        return AS_CLAIMED
    least = min((min(policy.votes_usable, policy.votes_attributes) for policy in facts.policies), default=1)
    shown_too = [name for name in ATTRIBUTES if any(name not in policy.blind for policy in facts.policies)]
    blind = f"with what was claimed of {listed(shown_too)} before them" if shown_too else "without what was claimed"
    return BY_PEOPLE.format(many=at_least(least), blind=blind)


def at_least(reviewers: int) -> str:
    return f"at least {reviewers} reviewers" if reviewers > 1 else "one reviewer or more"
