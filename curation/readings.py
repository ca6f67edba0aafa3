"""What an answer says of a field of the claim that it was given to."""

from curation.carrying import heir_of
from curation.cases import Case
from curation.models import Annotation, Claim
from curation.models.claims import Question
from curation.policy_maps import Maps, perceived

USABLE_VALUES = {"accept": "accept", "reject": "reject", "relabel": "reject", "cannot_tell": "cannot_tell"}
ATTRIBUTES = ("race", "gender", "age")
FIELDS = {Question.USABLE.value: ("usable",), Question.ATTRIBUTES.value: ATTRIBUTES}


def usable_value(answer: Annotation, claim: Claim) -> str | None:
    """Who named somebody later merged into the claim's identity said yes. An alarm says nothing."""
    named = answer.relabel_to
    return "accept" if named and heir_of(named) == claim.identity_id else USABLE_VALUES.get(answer.verdict)


def said(case: Case, answer: Annotation, name: str, maps: Maps) -> str | None:
    """None where it says nothing of the field, or nothing any longer."""
    return usable_value(answer, case.claim) if name == Question.USABLE else perceived(answer, name, maps)
