"""What an answer given under an earlier policy says under the one in force."""

from curation.models import Annotation


def perceived(answer: Annotation, field: str) -> str | None:
    """The class, as consensus stores it; None where the field was not asked or the answer no longer says anything."""
    value = getattr(answer, field)
    return None if value is None else str(value)
