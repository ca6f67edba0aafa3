"""Which reviewers may be compared: pairs that answered too few of the same questions go before those with many.

`recount` is the only writer of `ReviewerPair`; it counts anew what the answers say. The queue reads the few numbers
of one reviewer, and only where they lean too far is anything but the order of the queue asked for.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction

PAIRS_LOCK = 0x4D5446_02
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
LEANING = """
SELECT CASE WHEN p.first_id = %(reviewer)s THEN p.second_id ELSE p.first_id END, p.shared, t.most
FROM curation_reviewerpair p
    CROSS JOIN (SELECT max(shared) AS most FROM curation_reviewerpair WHERE question = %(question)s) t
WHERE p.question = %(question)s AND %(reviewer)s IN (p.first_id, p.second_id)
  AND EXISTS (SELECT FROM curation_annotation a WHERE a.reviewer_id = CASE WHEN p.first_id = %(reviewer)s
              THEN p.second_id ELSE p.first_id END AND a.received_at > now() - interval '1 day')
ORDER BY p.shared
"""
SLACK = 5  # answers shared: fewer are nothing to balance
TOO_FEW = 0.6  # of what the most comparable pair shares


@dataclass(frozen=True)
class Leaning:
    """Colleagues of whose claims a reviewer should answer more, least shared first, and those they share enough with."""

    few: tuple[int, ...] = ()
    many: tuple[int, ...] = ()


def recount() -> int:
    """How many pairs changed. Harmless when run twice or at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PAIRS_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(RECOUNT, {"many": MANY, "lately": LATELY})
        return int(cursor.rowcount)


def leaning(*, reviewer: User, question: str) -> Leaning:
    """Of those who worked within a day. Nobody, where all pairs share about the same."""
    with connection.cursor() as cursor:
        cursor.execute(LEANING, {"reviewer": reviewer.pk, "question": question})
        rows = cursor.fetchall()
    few = tuple(other for other, shared, most in rows if shared + SLACK < TOO_FEW * most)
    return Leaning(few, tuple(other for other, _shared, _most in rows if other not in few)) if few else Leaning()
