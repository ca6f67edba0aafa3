"""Which reviewers may be compared: pairs that answered too few of the same questions go before those with many.

`recount` is the only writer of `ReviewerPair`; it counts anew what the answers say. The queue reads the few numbers
of one reviewer, and only where they lean too far is anything but the order of the queue asked for.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

PAIRS_LOCK = 0x4D5446_06
LATELY = "7 days"  # who answered in this time is somebody to be compared with
MANY = 200_000  # of the newest answers are counted: older ones change no leaning
RECOUNT = """
WITH counted AS MATERIALIZED (
    SELECT s.claim_id, s.question, s.round, s.reviewer_id FROM (
        SELECT id FROM curation_annotation WHERE received_at > now() - interval '90 days'
        ORDER BY received_at DESC LIMIT %(many)s
    ) a JOIN curation_slot s ON s.annotation_id = a.id WHERE s.purpose = 'vote'
), active AS (
    SELECT question, reviewer_id FROM curation_annotation a
    WHERE received_at > now() - %(lately)s::interval AND mode <> 'adjudication' GROUP BY 1, 2
), pairs AS (
    SELECT one.question, one.reviewer_id AS first, other.reviewer_id AS second, 0 AS n FROM active one
    JOIN active other ON other.question = one.question AND other.reviewer_id > one.reviewer_id
    UNION ALL
    SELECT one.question, one.reviewer_id, other.reviewer_id, count(*) FROM counted one
    JOIN counted other USING (claim_id, question, round) WHERE other.reviewer_id > one.reviewer_id GROUP BY 1, 2, 3
)
INSERT INTO curation_reviewerpair AS p (question, first_id, second_id, shared)
SELECT question, first, second, sum(n) FROM pairs GROUP BY 1, 2, 3
ON CONFLICT (question, first_id, second_id) DO UPDATE SET shared = excluded.shared
WHERE p.shared <> excluded.shared
"""
# The least shared first, of colleagues who answered within a day; and whether any pair shares too few.
LEANING = """
WITH here AS MATERIALIZED (
    SELECT p.first_id, p.second_id, p.shared FROM curation_reviewerpair p WHERE p.question = %(question)s
      AND (SELECT count(*) FROM unnest(ARRAY[p.first_id, p.second_id]) AS u(id)
           WHERE EXISTS (SELECT FROM curation_annotation a
                         WHERE a.reviewer_id = u.id AND a.received_at > now() - interval '1 day')) = 2
)
SELECT coalesce(bool_or(shared + 2 < 0.75 * most), false),
       array_remove(array_agg(CASE WHEN %(reviewer)s = first_id THEN second_id ELSE first_id END ORDER BY shared)
           FILTER (WHERE %(reviewer)s IN (first_id, second_id) AND shared + 2 < 0.75 * most), NULL)
FROM here, (SELECT max(shared) AS most FROM here) AS top;
"""


@dataclass(frozen=True)
class Leaning:
    """Whether some pair shares too few answers; colleagues of whose claims this reviewer should answer more."""

    uneven: bool = False
    few: tuple[int, ...] = ()


def leaning_of(cursor: Any, reviewer: int, question: str) -> Leaning:
    cursor.execute(LEANING, {"reviewer": reviewer, "question": question})
    return read_leaning(cursor.fetchone())


def read_leaning(row: tuple[bool, list[int] | None]) -> Leaning:
    return Leaning(row[0], tuple(row[1] or ()))


def recount() -> int:
    """How many pairs changed. Harmless when run twice or at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PAIRS_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(RECOUNT, {"many": MANY, "lately": LATELY})
        return int(cursor.rowcount)
