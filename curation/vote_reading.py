"""The answers that quality is measured on, read at one go: which count for agreement is said here and nowhere else."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg import sql

from curation import bulk
from curation.models import Policy, Quarantine
from curation.vote_columns import FIELDS, MODES, NOT_ASKED, VERDICTS, Votes, joined

FIELDS_OF = {"usable": FIELDS[:1], "attributes": FIELDS[1:]}
# The first k answers to a question, k as in the policy they were given under: a further vote was asked because they
# differed. A slot that was set aside does not take a place among them.
FIRST_K = "asked.place <= {places}"
# Left out of everything: votes carried from another claim, which answered another question, and those that came late.
FIRST_HAND = "a.carried_from_id IS NULL AND a.mode IN ('single', 'grid') AND NOT a.late"
# Of a field that was asked anew the last round counts.
LAST_ROUND = """max(s.round) FILTER (WHERE s.asks = '{{}}' OR '{field}' = ANY(s.asks))
           OVER (PARTITION BY s.claim_id) AS last_{field}"""
COUNTS = "CASE WHEN {first_k} AND asked.round = last_{field} THEN {bit} ELSE 0 END"
VOTES = """
WITH asked AS (
    SELECT s.claim_id, s.identity_id, s.annotation_id, s.round, {rounds},
           row_number() OVER (PARTITION BY s.claim_id, s.round ORDER BY s.number) AS place
    FROM curation_slot s WHERE s.question = '{question}' AND s.purpose = 'vote'
)
SELECT a.claim_id, asked.identity_id::int4, a.reviewer_id::int4, a.policy_id::int4, a.received_at, a.shown_at,
       a.decided_at, array_position({modes}, a.mode::text)::int2, array_position({verdicts}, a.verdict::text)::int2,
       coalesce(array_position({reasons}, a.reason::text), 0)::int2,
       coalesce(a.race, {not_asked})::int2, coalesce(a.gender, {not_asked})::int2, coalesce(a.age, {not_asked})::int2,
       ({counts})::int2
FROM asked
JOIN curation_annotation a ON a.id = asked.annotation_id
JOIN curation_policy p ON p.id = a.policy_id
WHERE {first_hand}
"""
KINDS = {"claim": "int8", "identity": "int4", "reviewer": "int4", "policy": "int4", "received": "timestamptz",
         "shown": "timestamptz", "decided": "timestamptz", "mode": "int2", "verdict": "int2", "reason": "int2",
         "race": "int2", "gender": "int2", "age": "int2", "counts": "int2"}  # fmt: skip
MOST_SPENT = np.iinfo(np.int32).max


def read_votes(questions: Sequence[str] = ("usable", "attributes"), *, reasons: Sequence[str] = ()) -> Votes:
    """As the database has them now; a query a question. `reasons` are the codes that `Votes.reason` counts."""
    with transaction.atomic():
        return joined([_columns(question, reasons) for question in questions])


def reason_codes() -> list[str]:
    """Every code that a vote may carry, in an order that newer policies only add to: `Votes.reason` counts in it."""
    known = list(Quarantine.Kind.values)
    for listed in Policy.objects.order_by("version").values_list("reasons", flat=True):
        known += [row["code"] for row in listed if row["code"] not in known]
    return known


def _columns(question: str, reasons: Sequence[str]) -> Mapping[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = dict(bulk.columns(_query(question, reasons), KINDS))
    spent = (found.pop("decided") - found.pop("shown")) // np.timedelta64(1, "ms")
    found["spent"] = np.clip(spent, 0, MOST_SPENT).astype(np.int32)
    for name in ("mode", "verdict"):
        found[name] = (found[name] - 1).astype(np.int8)  # PostgreSQL counts from 1
    return found | {"counts": found["counts"].astype(np.int8)}


def _query(question: str, reasons: Sequence[str]) -> str:
    fields = FIELDS_OF[question]
    first_k = FIRST_K.format(places=f"p.votes_{question}")
    counts = [COUNTS.format(first_k=first_k, field=field, bit=1 << FIELDS.index(field)) for field in fields]
    return VOTES.format(
        question=question,
        rounds=", ".join(LAST_ROUND.format(field=field) for field in fields),
        counts=" + ".join(counts),
        modes=_array(MODES),
        verdicts=_array(VERDICTS),
        reasons=_array(reasons),
        not_asked=NOT_ASKED,
        first_hand=FIRST_HAND,
    )


def _array(words: Sequence[str]) -> str:
    with connection.cursor() as cursor:
        return sql.Literal(list(words)).as_string(cursor.cursor) + "::text[]"
