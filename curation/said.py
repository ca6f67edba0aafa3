"""What an answer says of one field, in the classes of consensus and of gold."""

from curation.models import Annotation
from curation.policy_maps import Maps, perceived

# A relabel says that the face does not show the claimed person; a quarantine answers nothing.
USABLE = {"accept": "accept", "reject": "reject", "relabel": "reject", "cannot_tell": "cannot_tell"}


def said(answer: Annotation, field: str, maps: Maps) -> str | None:
    """None where it says nothing of the field, or nothing any more."""
    return USABLE.get(answer.verdict) if field == "usable" else perceived(answer, field, maps)
