"""Writes what settling concluded, and the answers that led to it: all of it in one go."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from curation import prepared
from curation.cases import Known
from curation.models import Annotation, Claim, Slot

ANSWERS = """
INSERT INTO curation_annotation ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::curation_annotation, %(new_answers)s::jsonb);
"""
FILL = """
UPDATE curation_slot s SET annotation_id = v.answer, reviewer_id = %(reviewer)s, waiting = false, leased_until = NULL,
    why = v.why
FROM unnest(%(filled)s::bigint[], %(answers)s::uuid[], %(whys)s::text[]) AS v(id, answer, why) WHERE s.id = v.id;
"""
STATES = """
UPDATE curation_claim c SET state = v.state
FROM unnest(%(claims_{n})s::bigint[], %(states_{n})s::text[]) AS v(id, state) WHERE c.id = v.id;
"""
SILENT = """
DELETE FROM curation_consensus c USING unnest(%(silent)s::bigint[], %(silent_fields)s::text[]) AS v(claim, field)
WHERE c.claim_id = v.claim AND c.field = v.field;
"""
CONSENSUS = """
INSERT INTO curation_consensus AS c
    (claim_id, field, state, value, support, votes, method, probability, soft, updated_at)
SELECT v.claim, v.field, v.state, v.value, v.support, v.votes, v.method, v.probability, v.soft::jsonb, clock_timestamp()
FROM unnest(
    %(said_of)s::bigint[], %(fields)s::text[], %(said_state)s::text[], %(said_value)s::text[],
    %(said_support)s::smallint[], %(said_votes)s::smallint[], %(said_method)s::text[],
    %(said_probability)s::float8[], %(said_soft)s::text[])
    AS v(claim, field, state, value, support, votes, method, probability, soft)
ON CONFLICT (claim_id, field) DO UPDATE SET state = excluded.state, value = excluded.value,
    support = excluded.support, votes = excluded.votes, method = excluded.method,
    probability = excluded.probability, soft = excluded.soft, updated_at = excluded.updated_at
WHERE (c.state, c.value, c.support, c.votes, c.method, c.probability, c.soft)
    IS DISTINCT FROM (excluded.state, excluded.value, excluded.support, excluded.votes, excluded.method,
                      excluded.probability, excluded.soft);
"""
SLOTS = """
INSERT INTO curation_slot ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::curation_slot, %(new_slots)s::jsonb);
"""
WAITING = """
UPDATE curation_slot SET waiting = NOT waiting WHERE id = ANY(%(turned)s::bigint[]);
"""


@dataclass
class Changes:
    """What differs from what the database says."""

    states: dict[int, str] = field(default_factory=dict)
    consensus: dict[tuple[int, str], Known] = field(default_factory=dict)
    silent: list[tuple[int, str]] = field(default_factory=list)  # fields of which nothing is said any longer
    slots: list[Slot] = field(default_factory=list)
    waiting: dict[int, bool] = field(default_factory=dict)


def write(changes: Changes, answers: Sequence[Annotation] = (), filled: Sequence[Slot] = ()) -> None:
    """The answers first, each with the slot that counts it; all are of one reviewer."""
    parts: list[str] = []
    params: dict[str, Any] = {}
    for part, values in (*_answers(answers, filled), *_states(changes), *_said(changes), *_slots(changes)):
        parts.append(part)
        params |= values
    if parts:
        with connection.cursor() as cursor:
            prepared.execute(cursor, parts, params)


Part = tuple[str, dict[str, Any]]


def _answers(answers: Sequence[Annotation], filled: Sequence[Slot]) -> list[Part]:
    if not answers:
        return []
    insert = _insert(ANSWERS, answers, "new_answers")
    fill = {
        "reviewer": answers[0].reviewer_id,
        "filled": [slot.pk for slot in filled],
        "answers": [answer.pk for answer in answers],
        "whys": [slot.why for slot in filled],
    }
    return [insert, (FILL, fill)]


def _states(changes: Changes) -> list[Part]:
    """The accepted last: the constraints allow one at any moment."""
    accepted = [pk for pk, state in changes.states.items() if state == Claim.State.ACCEPTED]
    others = [pk for pk in changes.states if pk not in accepted]
    return [
        (STATES.format(n=n), {f"claims_{n}": pks, f"states_{n}": [str(changes.states[pk]) for pk in pks]})
        for n, pks in enumerate((others, accepted))
        if pks
    ]


def _said(changes: Changes) -> list[Part]:
    parts: list[Part] = []
    if changes.silent:
        claims, fields = zip(*changes.silent, strict=True)
        parts.append((SILENT, {"silent": list(claims), "silent_fields": list(fields)}))
    if changes.consensus:
        claims, fields = zip(*changes.consensus, strict=True)
        columns = zip(*changes.consensus.values(), strict=True)
        said = {f"said_{name}": list(map(_plain, values)) for name, values in zip(Known._fields, columns, strict=True)}
        parts.append((CONSENSUS, {"said_of": list(claims), "fields": list(fields), **said}))
    return parts


def _plain(value: Any) -> Any:
    """A member of an enumeration is its text, a mapping its JSON."""
    return json.dumps(value) if isinstance(value, dict) else str(value) if isinstance(value, str) else value


def _slots(changes: Changes) -> list[Part]:
    parts = [_insert(SLOTS, changes.slots, "new_slots")] if changes.slots else []
    return [*parts, (WAITING, {"turned": list(changes.waiting)})] if changes.waiting else parts


def _insert(order: str, rows: Sequence[Annotation] | Sequence[Slot], name: str) -> Part:
    fields = [f for f in rows[0]._meta.concrete_fields if not f.generated and (f.column != "id" or rows[0].pk)]
    values = [{f.column: f.pre_save(row, True) for f in fields} for row in rows]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    return order.format(columns=columns), {name: json.dumps(values, default=str)}
