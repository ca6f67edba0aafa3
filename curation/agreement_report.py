"""How far reviewers agree, by field, on the answers as they are now: what a release says of itself."""

from collections.abc import Mapping

from curation.agreement import Agreement, agreement_of
from curation.policies import class_labels, current_policy
from curation.policy_maps import maps_in_force
from curation.vote_columns import Ballot, ballot
from curation.vote_reading import FIELDS_OF, read_votes
from curation.vote_table import VoteTable, vote_table

USABLE = (0, 1, 2)  # cannot tell, accepted, refused


def report() -> Mapping[str, Agreement]:
    """By field: usable, race, gender, age. Annotators are reviewers' primary keys."""
    return question_agreement("usable") | question_agreement("attributes")


def question_agreement(question: str) -> dict[str, Agreement]:
    """Of all fields of one question. Answers under earlier policies are read as the one in force reads them."""
    votes, maps, classes = read_votes((question,)), maps_in_force(), _classes()
    return {
        field: agreement_of(tabled(ballot(votes, field, maps, classes[field]))) for field in FIELDS_OF[question]
    }  # fmt: skip


def tabled(cast: Ballot) -> VoteTable:
    """Annotators are reviewers' primary keys, labels class codes without an order: "cannot tell" is one of them."""
    people, who = cast.reviewers()
    return vote_table(cast.item, who, cast.label, annotators=people, labels=cast.classes)


def _classes() -> Mapping[str, tuple[int, ...]]:
    """The codes that may be chosen."""
    named = class_labels(current_policy())
    return {"usable": USABLE} | {field: tuple(map(int, known)) for field, known in named.items()}
