"""Looks at reviewers who gave new answers, and pauses whoever does not judge the faces: gold together with all answers.

Of each reviewer the newest answers since their last pause ended are looked at, beside what others said of the same
claims. Whoever was paused begins anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from curation import gold, pauses
from curation.ballots import Ballots, ballots
from curation.dawid_skene import DawidSkene, dawid_skene
from curation.evidence import BAR, RISK, Answers, Evidence, weigh
from curation.left_out import SMOOTHING, chances_without
from curation.models import GoldItem, Policy, Standing
from curation.models.claims import Question
from curation.policies import class_codes, current_policy
from curation.policy_maps import Maps, maps_in_force
from curation.spamming import NOTHING, Floats, Ints

JUDGE_LOCK = 0x4D5446_04
MOST = 1000  # answers of one reviewer that are looked at
SLACK = timedelta(seconds=10)  # an answer may be written a little after the time it bears
USABLE = ("accept", "reject", "cannot_tell")

HAVE_ANSWERED = """
SELECT u.id FROM auth_user u LEFT JOIN curation_standing t ON t.reviewer_id = u.id AND t.question = %(question)s
WHERE u.is_active
  AND NOT EXISTS (SELECT FROM curation_pause p WHERE p.reviewer_id = u.id AND p.question = %(question)s
                    AND p.ended_at IS NULL)
  AND EXISTS (SELECT FROM curation_annotation a
              WHERE a.reviewer_id = u.id AND a.question = %(question)s AND a.mode <> 'adjudication'
                AND a.received_at > coalesce(t.judged_at, '-infinity'))
ORDER BY u.id
"""
# All that was answered about the claims that these reviewers answered lately: the votes that count, and gold.
ANSWERS = """
WITH since AS (
    SELECT r.id, coalesce((SELECT max(ended_at) FROM curation_pause p
                           WHERE p.reviewer_id = r.id AND p.question = %(question)s), '-infinity') AS at
    FROM unnest(%(reviewers)s::int[]) AS r(id)
), own AS (
    SELECT a.id, a.claim_id FROM since CROSS JOIN LATERAL (
        SELECT a.id, a.claim_id FROM curation_annotation a
        WHERE a.reviewer_id = since.id AND a.question = %(question)s AND a.received_at > since.at
        ORDER BY a.received_at DESC LIMIT %(most)s) a
)
SELECT s.claim_id, s.reviewer_id, s.purpose = 'gold', EXISTS (SELECT FROM own WHERE own.id = a.id), a.policy_id,
       a.verdict, a.race, a.gender, a.age, i.claimed_race, i.claimed_gender
FROM (SELECT DISTINCT claim_id FROM own) c
    JOIN curation_slot s ON s.claim_id = c.claim_id AND s.question = %(question)s AND s.purpose IN ('vote', 'gold')
    JOIN curation_annotation a ON a.id = s.annotation_id
    JOIN ingest_identity i ON i.id = s.identity_id
WHERE a.carried_from_id IS NULL AND a.mode IN ('single', 'grid')
ORDER BY a.received_at, a.id
"""


class Row(NamedTuple):
    claim: int
    reviewer: int
    gold: bool
    looked_at: bool  # one of the newest of a reviewer who is judged
    policy: int
    verdict: str
    race: int | None
    gender: int | None
    age: int | None
    claimed_race: int | None
    claimed_gender: int | None


def judge() -> list[int]:
    """The pauses that came of it; nothing where gold is not served, or another process is at it."""
    if not settings.GOLD_EVERY:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [JUDGE_LOCK])
        if not cursor.fetchone()[0]:
            return []
        return [pk for question in Question.values for pk in _judge(question)]


def _judge(question: str) -> Iterator[int]:
    if not GoldItem.objects.filter(question=question).exists():
        return
    at = timezone.now() - SLACK
    reviewers = _having_answered(question)
    for reviewer, found in weigh_all(reviewers, question).items():
        value = _note(reviewer, question, found, at)
        if value > 1 / RISK and (made := pauses.pause_for(reviewer, question, evidence=_told(found, value))):
            yield made.pk


def _having_answered(question: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(HAVE_ANSWERED, {"question": question})
        return [pk for (pk,) in cursor.fetchall()]


def _note(reviewer: int, question: str, found: Mapping[str, Evidence], at: datetime) -> float:
    """The mean of the fields' e-values is an e-value again, whatever hangs on whatever."""
    value = float(np.mean([one.value for one in found.values()])) if found else 1.0
    told = {"evidence": _told(found, value), "value": value, "judged_at": at}
    Standing.objects.update_or_create(reviewer_id=reviewer, question=question, defaults=told)
    return value


def _told(found: Mapping[str, Evidence], value: float) -> dict[str, Any]:
    fields = {
        field: {"value": one.value, "leading": one.leading, "answers": one.answers, "gold": one.gold, "by": one.by}
        for field, one in found.items()
    }
    return {"value": value, "bar": BAR, "risk": RISK, "fields": fields}


# ---- The evidence


def weigh_all(reviewers: Collection[int], question: str) -> dict[int, dict[str, Evidence]]:
    """Reviewer → field → what their answers come to."""
    rows = _read(reviewers, question)
    maps = maps_in_force() if question == Question.ATTRIBUTES else {}
    truths = gold.truths({row.claim for row in rows if row.gold}, question, maps)
    found: dict[int, dict[str, Evidence]] = {pk: {} for pk in reviewers}
    for field in gold.FIELDS[question] if rows else ():
        known = {claim: answer[field] for claim, answer in truths.items() if field in answer}
        table = Table.of(rows, field, known, maps, current_policy())
        for pk in reviewers:
            if (answers := table.answers_of(pk)) is not None:
                found[pk][field] = weigh(answers)
    return found


def _read(reviewers: Collection[int], question: str) -> list[Row]:
    if not reviewers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, {"reviewers": list(reviewers), "question": question, "most": MOST})
        return [Row(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Table:
    """The answers to one field: `rows` and `votes` are of one length."""

    rows: Sequence[Row]
    votes: Ballots
    claimed: Ints  # [items]
    known: Mapping[int, str]  # claim of gold: its class
    fit: DawidSkene | None

    @classmethod
    def of(cls, rows: Sequence[Row], field: str, known: Mapping[int, str], maps: Maps, policy: Policy) -> "Table":
        classes = USABLE if field == "usable" else tuple(map(str, sorted(class_codes(policy)[field])))
        known = {claim: value for claim, value in known.items() if value in classes}
        heard = [(row, label) for row in rows if (label := _label(row, field, maps)) in classes]
        heard = [(row, label) for row, label in heard if not row.gold or row.claim in known]
        kept = [row for row, _label in heard]
        columns = ([row.claim for row in kept], [row.reviewer for row in kept], [label for _row, label in heard])
        votes = ballots(*columns, classes=classes)
        by_claim = {row.claim: _claimed(row, field) for row in kept}
        place = {label: number for number, label in enumerate(classes)}
        claimed = np.array([place.get(by_claim[int(claim)], NOTHING) for claim in votes.items], dtype=np.int64)
        fit = dawid_skene(votes, gold=known, smoothing=SMOOTHING) if kept else None
        return cls(kept, votes, claimed, known, fit)

    def answers_of(self, reviewer: int) -> Answers | None:
        """None where there is nothing to look at."""
        mine = [n for n, row in enumerate(self.rows) if row.reviewer == reviewer and row.looked_at]
        if not mine or self.fit is None:
            return None
        chances = chances_without(self.votes, self.fit, self.claimed, self.votes.annotators.index(reviewer))
        items = self.votes.item[mine]
        is_gold = np.array([self.rows[n].gold for n in mine])
        truths = np.array([self._true(self.rows[n]) for n in mine], dtype=np.int64)
        seen: Floats = np.where(is_gold[:, None], np.eye(len(self.votes.labels))[truths], chances[items])
        given = self.votes.label[mine].astype(np.int64)
        return Answers(given, seen, is_gold, self.claimed[items])

    def _true(self, row: Row) -> int:
        return self.votes.labels.index(self.known[row.claim]) if row.gold else 0


def _label(row: Row, field: str, maps: Maps) -> str | None:
    if field == "usable":
        return {"relabel": "reject"}.get(row.verdict, row.verdict)
    value = getattr(row, field)
    return None if value is None else maps.get(row.policy, {}).get(field, {}).get(str(value), str(value))


def _claimed(row: Row, field: str) -> str:
    """What agreeing with the claim would be: that the face shows the person, or what the list says of them."""
    if field == "usable":
        return "accept"
    return str({"race": row.claimed_race, "gender": row.claimed_gender}.get(field))
