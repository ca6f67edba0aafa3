"""How much still waits, as one reviewer sees it; never counted further than anybody wants to know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

MOST = 1000  # claims that are counted


@dataclass(frozen=True)
class Waiting:
    """Claims of one question that still want answers, as one reviewer sees them."""

    total: int
    mine: int
    skipped: int
    answered: int
    limited: bool = False  # to identities, and only these were counted
    elsewhere: bool = False  # whether anything waits of other identities

    @property
    def leased_by_others(self) -> int:
        return max(self.total - self.mine - self.skipped - self.answered, 0)

    @property
    def capped(self) -> bool:
        """Whether more may wait than were counted."""
        return self.total >= MOST


# Gold that the reviewer was served waits like the rest.
# The first slots of the queue are looked at, so many that the claims asked for are surely among them: a question has
# at most nine slots, and the next claims' usually two or three.
WAITING = """
WITH own AS (
    SELECT count(*) AS gold FROM curation_slot g
    WHERE g.reviewer_id = %(reviewer)s AND g.question = %(question)s AND g.annotation_id IS NULL AND g.purpose = 'gold'
      AND NOT EXISTS (SELECT FROM curation_skip k WHERE k.claim_id = g.claim_id AND k.question = g.question
                        AND k.reviewer_id = g.reviewer_id)
)
SELECT count(*) + (SELECT gold FROM own),
       count(*) FILTER (WHERE NOT answered AND NOT skipped AND free) + (SELECT gold FROM own),
       count(*) FILTER (WHERE NOT answered AND skipped),
       count(*) FILTER (WHERE answered)
FROM (
    SELECT c.free,
           EXISTS (SELECT 1 FROM curation_slot mine WHERE mine.claim_id = c.claim_id AND mine.question = %(question)s
                     AND mine.round = c.round AND mine.reviewer_id = %(reviewer)s
                     AND mine.annotation_id IS NOT NULL)
           OR EXISTS (SELECT 1 FROM curation_disputeview v WHERE v.claim_id = c.claim_id AND v.question = %(question)s
                        AND v.adjudicator_id = %(reviewer)s) AS answered,
           EXISTS (SELECT 1 FROM curation_skip k WHERE k.claim_id = c.claim_id AND k.question = %(question)s
                     AND k.reviewer_id = %(reviewer)s) AS skipped
    FROM (
        SELECT s.claim_id, s.round,
               bool_or(s.leased_until IS NULL OR s.leased_until < now() OR s.reviewer_id = %(reviewer)s) AS free
        FROM ({slots}) AS s
        GROUP BY s.claim_id, s.round
        LIMIT %(most)s
    ) AS c
) AS claims
"""
SLOTS = """
SELECT claim_id, round, leased_until, reviewer_id FROM curation_slot
WHERE question = %(question)s AND waiting AND purpose = 'vote'
ORDER BY priority, block, shuffle, id LIMIT 3 * %(most)s
"""
SLOTS_OF_IDENTITIES = """
SELECT claim_id, round, leased_until, reviewer_id FROM curation_slot
WHERE question = %(question)s AND waiting AND purpose = 'vote' AND identity_id = ANY(%(identities)s::bigint[])
LIMIT 3 * %(most)s
"""
ANYTHING = """
SELECT EXISTS (SELECT FROM curation_slot WHERE question = %(question)s AND waiting AND purpose = 'vote')
"""


def waiting(*, reviewer: User, question: str, identities: Sequence[int] = ()) -> Waiting:
    """Of `identities` alone, where there are any. At most `MOST` claims are counted."""
    params: dict[str, Any] = {
        "reviewer": reviewer.pk,
        "question": question,
        "identities": list(identities),
        "most": MOST,
    }
    slots = SLOTS_OF_IDENTITIES if identities else SLOTS
    with connection.cursor() as cursor:
        cursor.execute(WAITING.format(slots=slots), params)
        counted = Waiting(*cursor.fetchone())
        if not identities:
            return counted
        cursor.execute(ANYTHING, params)
        return replace(counted, limited=True, elsewhere=cursor.fetchone()[0])
