"""Which claims a new policy touches: answers to read anew, and questions that are asked of too few or too many."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from curation.models import Policy
from curation.policies import activated
from curation.policy_maps import Carry, Maps, composed, maps_in_force

Known = dict[str, Any]
STRETCH = 2_000  # claims looked up at once

# What answers said under the policy before, and must be read anew: (policy, field, code) → the code now, '' for none.
READ_ANEW = """unnest(%(policies)s::bigint[], %(fields)s::text[], %(codes)s::int[], %(now)s::text[])
    AS r(policy, field, code, now)"""
ANSWERED = f"""
FROM curation_slot s JOIN curation_annotation a ON a.id = s.annotation_id
JOIN {READ_ANEW} ON r.policy = a.policy_id
    AND r.code = CASE r.field WHEN 'race' THEN a.race WHEN 'gender' THEN a.gender ELSE a.age END
WHERE s.question = 'attributes' AND s.purpose IN ('vote', 'adjudication')
"""
# Questions that wait for answers and were asked of fewer people than k, or of more: but an adjudicator may have asked
# one more, above the k before.
MISCOUNTED = """
SELECT s.claim_id, s.question, count(*) AS asked
FROM curation_slot s JOIN (VALUES ('usable', %(usable)s, %(usable_before)s),
                                  ('attributes', %(attributes)s, %(attributes_before)s))
    AS k(question, now, before) ON k.question = s.question
WHERE s.purpose = 'vote' AND EXISTS (
    SELECT FROM curation_slot w WHERE w.claim_id = s.claim_id AND w.question = s.question AND w.round = s.round
    AND w.waiting AND w.purpose = 'vote')
GROUP BY s.claim_id, s.question, s.round, k.now, k.before
HAVING count(*) < k.now OR count(*) > k.now AND count(*) <= k.before
"""
AFFECTED = f"""
SELECT claim_id FROM (
    SELECT s.claim_id {ANSWERED}
    UNION
    SELECT claim_id FROM ({MISCOUNTED}) AS m WHERE %(heeds_open)s
) AS affected WHERE claim_id > %(after)s
"""  # noqa: S608  constants
COUNT = f"SELECT count(*) FROM ({AFFECTED}) AS found"  # noqa: S608  constants
# Fields that some answer is silent about since, though nothing is settled; of the round that asks them last.
SILENT = f"""
SELECT DISTINCT s.claim_id, r.field {ANSWERED} AND r.now = ''
AND (%(claims)s::bigint[] IS NULL OR s.claim_id = ANY(%(claims)s))
AND s.round >= (SELECT max(v.round) FROM curation_slot v WHERE v.claim_id = s.claim_id AND v.question = 'attributes'
                AND v.purpose = 'vote' AND (v.asks = '{{}}' OR r.field = ANY(v.asks)))
AND NOT EXISTS (SELECT FROM curation_consensus k
                WHERE k.claim_id = s.claim_id AND k.field = r.field AND k.state = 'settled')
"""  # noqa: S608  constants


def reading(policy: Policy, carry: Carry) -> list[tuple[int, str, int, str]]:
    """(policy, field, code, code now or "") wherever an answer says something else than it said before `policy`."""
    before = [(pk, step) for pk, step in activated().filter(version__lt=policy.version).values_list("pk", "carry")][
        ::-1
    ]
    old, new = composed(before), composed([*before, (policy.pk, carry)])
    return [
        (pk, field, int(code), _says(new, pk, field, code) or "")
        for pk in new
        for field in {**old.get(pk, {}), **new[pk]}
        for code in {**old.get(pk, {}).get(field, {}), **new[pk].get(field, {})}
        if _says(old, pk, field, code) != _says(new, pk, field, code)
    ]


def _says(maps: Maps, policy: int, field: str, code: str) -> str | None:
    return maps.get(policy, {}).get(field, {}).get(code, code)


def parameters(reading: Sequence[tuple[int, str, int, str]], policy: Policy, *, heeds_open: bool) -> dict[str, Any]:
    parent = policy.parent or policy
    policies, fields, codes, now = (list(column) for column in zip(*reading, strict=True)) if reading else ([],) * 4
    return {
        **{"policies": policies, "fields": fields, "codes": codes, "now": now},
        **{"usable": policy.votes_usable, "attributes": policy.votes_attributes},
        **{"usable_before": parent.votes_usable, "attributes_before": parent.votes_attributes},
        **{"heeds_open": heeds_open, "after": 0, "claims": None},
    }


def count_affected(known: Known) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, known)
        return int(cursor.fetchone()[0])


def affected(known: Known) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{AFFECTED} ORDER BY claim_id LIMIT {STRETCH}", known)
        return [claim for (claim,) in cursor.fetchall()]


def silent(known: Known, claims: Sequence[int] | None) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SILENT, {**known, "claims": None if claims is None else list(claims)})
        return list(cursor.fetchall())


def fell_silent() -> list[tuple[int, str, int, str]]:
    """As `reading`: all that answers under earlier policies say no longer."""
    return [
        (pk, field, int(code), "")
        for pk, fields in maps_in_force().items()
        for field, step in fields.items()
        for code, now in step.items()
        if now is None
    ]


def miscounted(known: Known, policy: Policy) -> tuple[int, int]:
    """Open questions that would get more slots, and those that would lose some."""
    with connection.cursor() as cursor:
        cursor.execute(MISCOUNTED, known)
        rows = cursor.fetchall()
    raised = sum(1 for _claim, question, asked in rows if asked < policy.votes(question))
    return raised, len(rows) - raised
