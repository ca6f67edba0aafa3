"""How far reviewers agree, by field: which votes count for it, and what they come to."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from curation.agreement import Agreement, agreement

CHUNK = 20_000  # rows fetched at once
NOT_ASKED = -1

# A relabel says that the face does not show the claimed person; a quarantine answers nothing.
USABLE = "CASE a.verdict WHEN 'accept' THEN 1 WHEN 'reject' THEN 2 WHEN 'relabel' THEN 2 WHEN 'cannot_tell' THEN 0 END"
LABELS = {
    "usable": {"usable": USABLE},
    "attributes": {"race": "a.race", "gender": "a.gender", "age": "a.age"},
}
# The first k answers to a question, k as in the policy they were given under: a further vote was asked because
# they differed. A slot that was set aside does not take a place among them. Left out are votes carried from
# another claim, which answered another question.
VOTES = """
WITH asked AS (
    SELECT s.claim_id, s.annotation_id,
           row_number() OVER (PARTITION BY s.claim_id ORDER BY s.number) AS place
    FROM curation_slot s WHERE s.question = '{question}' AND s.purpose = 'vote'
)
SELECT a.claim_id, a.reviewer_id, {labels}
FROM asked
JOIN curation_annotation a ON a.id = asked.annotation_id
JOIN curation_policy p ON p.id = a.policy_id
WHERE asked.place <= p.votes_{question} AND a.carried_from_id IS NULL
  AND a.mode IN ('single', 'grid') AND NOT a.late
"""


def report() -> Mapping[str, Agreement]:
    """By field: usable, race, gender, age. Annotators are reviewers' primary keys."""
    return question_agreement("usable") | question_agreement("attributes")


def question_agreement(question: str) -> dict[str, Agreement]:
    """Of all fields of one question, from one query."""
    items, annotators, *labels = _votes(question).T
    found = {}
    for field, column in zip(LABELS[question], labels, strict=True):
        asked = column != NOT_ASKED
        found[field] = agreement(items[asked], annotators[asked], column[asked])
    return found


def _votes(question: str) -> NDArray[np.int64]:
    """Rows of claim, reviewer and a label for each field: 8 bytes a number, never all rows as Python objects."""
    fields = LABELS[question]
    labels = ", ".join(f"coalesce({label}, {NOT_ASKED})" for label in fields.values())
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(VOTES.format(question=question, labels=labels))
        rows = iter(lambda: cursor.fetchmany(CHUNK), [])
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(rows)), dtype=np.int64)
    return flat.reshape(-1, 2 + len(fields))
