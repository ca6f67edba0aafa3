"""Writes what settling concluded, and the answers that led to it: all of it in one go."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from curation.cases import Known
from curation.models import Annotation, Claim, Slot
from mtf_site.prepared import Call, exchange

IN_JSON = json.JSONEncoder(default=str)
ANSWERS = """
INSERT INTO curation_annotation ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::curation_annotation, %(new_answers)s::jsonb);
"""
FILL = """
UPDATE curation_slot s SET annotation_id = v.answer, reviewer_id = %(reviewer)s, waiting = false, leased_until = NULL
FROM unnest(%(filled)s::bigint[], %(answers)s::uuid[]) AS v(id, answer) WHERE s.id = v.id;
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
    if calls := writing(changes, answers, filled):
        exchange(calls)


def writing(changes: Changes, answers: Sequence[Annotation] = (), filled: Sequence[Slot] = ()) -> list[Call]:
    return [*_answers(answers, filled), *_states(changes), *_said(changes), *_slots(changes)]


def _answers(answers: Sequence[Annotation], filled: Sequence[Slot]) -> list[Call]:
    if not answers:
        return []
    insert = _insert(ANSWERS, answers, "new_answers")
    fill = {
        "reviewer": answers[0].reviewer_id,
        "filled": [slot.pk for slot in filled],
        "answers": [answer.pk for answer in answers],
    }
    return [insert, (FILL, fill)]


def _states(changes: Changes) -> list[Call]:
    """The accepted last: the constraints allow one at any moment."""
    accepted = [pk for pk, state in changes.states.items() if state == Claim.State.ACCEPTED]
    others = [pk for pk in changes.states if pk not in accepted]
    return [
        (STATES.format(n=n), {f"claims_{n}": pks, f"states_{n}": [str(changes.states[pk]) for pk in pks]})
        for n, pks in enumerate((others, accepted))
        if pks
    ]


def _said(changes: Changes) -> list[Call]:
    parts: list[Call] = []
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


def _slots(changes: Changes) -> list[Call]:
    parts = [_insert(SLOTS, changes.slots, "new_slots")] if changes.slots else []
    return [*parts, (WAITING, {"turned": list(changes.waiting)})] if changes.waiting else parts


def _insert(order: str, rows: Sequence[Annotation] | Sequence[Slot], name: str) -> Call:
    columns, timed, listed = _columns(type(rows[0]), bool(rows[0].pk))
    for row in rows:
        for stamped in timed:
            stamped.pre_save(row, True)
    values = [{column: row.__dict__[column] for column in columns} for row in rows]
    return order.format(columns=listed), {name: IN_JSON.encode(values)}


@cache
def _columns(model: type[Annotation] | type[Slot], has_key: bool) -> tuple[list[str], list[Any], str]:
    """Those that are written, the fields among them that set themselves when they are, and how a statement names them.

    A key that the database gives is left out.
    """
    fields = [f for f in model._meta.concrete_fields if not f.generated and (has_key or not f.primary_key)]
    timed = [f for f in fields if getattr(f, "auto_now", False) or getattr(f, "auto_now_add", False)]
    names = [str(f.column) for f in fields]
    return names, timed, ", ".join(f'"{name}"' for name in names)
