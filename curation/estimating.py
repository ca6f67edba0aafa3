"""How reliable each reviewer is, estimated from all counted answers by the model of Dawid and Skene.

A version is written once and never changes. What an adjudicator decided is taken as known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from numpy.typing import NDArray

from curation.ballots import ballots
from curation.dawid_skene import dawid_skene
from curation.estimates import stored
from curation.models import Consensus, ErrorRates, Policy, Slot
from curation.models.claims import Question
from curation.policies import class_codes, current_policy
from curation.policy_maps import Maps, maps_in_force
from curation.readings import FIELDS, USABLE_VALUES
from curation.reviewer_rates import shrunk, stated

FEWEST = 100  # answers to a field; from fewer nothing is estimated
MORE = 50  # new answers, from which on it is worth doing again
# A moment before weighing begins to use a version: until then it is there for every process to see, so that what was
# concluded at any time is concluded the same way later.
LEAD = timedelta(seconds=10)
SMOOTHING = 0.1  # imagined answers in every cell of a reviewer's table: none of them is for certain
CHUNK = 20_000  # rows fetched at once
NOT_ASKED = -1
CODES = {"accept": 1, "reject": 2, "cannot_tell": 0}
_WHENS = (f"WHEN '{verdict}' THEN {CODES[value]}" for verdict, value in USABLE_VALUES.items())
USABLE = f"CASE a.verdict {' '.join(_WHENS)} END"
# Of each claim the answers of the last round that asked the field, and those given to it as gold. Left out are votes
# carried from another claim, which answered another question.
VOTES = """
WITH asked AS (
    SELECT s.claim_id, s.annotation_id, s.purpose, s.round,
           max(s.round) FILTER (WHERE s.purpose = 'vote' AND (s.asks = '{{}}' OR '{field}' = ANY(s.asks)))
           OVER (PARTITION BY s.claim_id) AS last
    FROM curation_slot s WHERE s.question = '{question}' AND s.purpose IN ('vote', 'gold')
)
SELECT a.claim_id, a.reviewer_id, a.policy_id, coalesce({label}, {none})
FROM asked JOIN curation_annotation a ON a.id = asked.annotation_id
WHERE a.carried_from_id IS NULL AND (asked.purpose = 'gold' OR asked.round = asked.last)
"""

Column = NDArray[np.int64]


@dataclass(frozen=True)
class Votes:
    """Three columns of one length; `labels` are codes of classes, as the policy in force names them."""

    items: Column
    annotators: Column
    labels: Column

    def __len__(self) -> int:
        return len(self.items)


def estimate(*, lead: timedelta = LEAD) -> ErrorRates | None:
    """A new version from all answers there are; None where these are too few in every field."""
    policy, maps = current_policy(), maps_in_force()
    fields, count = {}, 0
    for question, names in FIELDS.items():
        for name in names:
            votes = _votes(question, name, maps)
            if len(votes) >= FEWEST:
                fields[name] = _fit(votes, name, policy)
                count += len(votes)
    return _write(fields, count, policy, lead) if fields else None


def estimate_if_due() -> ErrorRates | None:
    """Where enough answers came in since the last version."""
    last = ErrorRates.objects.order_by("-version").first()
    counted = Slot.objects.filter(purpose__in=("vote", "gold"), annotation__isnull=False)
    if last and counted.filter(annotation__received_at__gt=last.made_at).count() < MORE:
        return None
    return estimate()


@transaction.atomic
def _write(fields: Mapping[str, Any], count: int, policy: Policy, lead: timedelta) -> ErrorRates:
    """Two processes at once make two versions, one after the other."""
    Policy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy.pk)
    version = (ErrorRates.objects.aggregate(last=Max("version"))["last"] or 0) + 1
    now = timezone.now()
    return ErrorRates.objects.create(
        version=version, policy=policy, fields=fields, votes=count, made_at=now, in_force_at=now + lead
    )


# ---- One field


def _fit(votes: Votes, name: str, policy: Policy) -> dict[str, Any]:
    named = _classes(name, policy, votes)
    cast = ballots(votes.items, votes.annotators, votes.labels, classes=list(named))
    known = _decided(name, named)
    fit = dawid_skene(cast, gold=known, smoothing=SMOOTHING)
    counts = stated(fit.probabilities, cast.item, cast.annotator, cast.label, len(cast.annotators))
    rates = shrunk(
        counts, annotators=cast.annotators, classes=list(named.values()), items=fit.probabilities.sum(axis=0)
    )
    answers = np.bincount(cast.annotator, minlength=len(cast.annotators)).tolist()
    return {
        **stored(rates),
        "answers": {str(who): n for who, n in zip(cast.annotators, answers, strict=True)},
        "items": len(cast.items),
        "votes": len(votes),
        "known": len(set(known) & set(np.unique(votes.items).tolist())),
    }


def _classes(name: str, policy: Policy, votes: Votes) -> dict[int, str]:
    """Code → as consensus stores it; those of the policy first."""
    if name == Question.USABLE:
        return {code: value for value, code in CODES.items()}
    codes = dict.fromkeys([*sorted(class_codes(policy)[name]), *np.unique(votes.labels).tolist()])
    return {code: str(code) for code in codes}


def _decided(name: str, named: Mapping[int, str]) -> dict[int, int]:
    """Claims of which an adjudicator said what holds."""
    codes = {value: code for code, value in named.items()}
    rows = Consensus.objects.filter(field=name, state="settled", method=Consensus.Method.ADJUDICATION)
    return {claim: codes[value] for claim, value in rows.values_list("claim", "value") if value in codes}


def _votes(question: str, name: str, maps: Maps) -> Votes:
    label = USABLE if question == Question.USABLE else f"a.{name}"
    sql = VOTES.format(question=question, field=name, label=label, none=NOT_ASKED)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        rows = iter(lambda: cursor.fetchmany(CHUNK), [])
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(rows)), dtype=np.int64)
    items, annotators, policies, labels = flat.reshape(-1, 4).T
    now = _read(labels, policies, {pk: known.get(name, {}) for pk, known in maps.items()})
    asked = now != NOT_ASKED
    return Votes(items[asked], annotators[asked], now[asked])


def _read(given: Column, policies: Column, maps: Mapping[int, Mapping[str, str | None]]) -> Column:
    """Answers under earlier policies as the one in force reads them."""
    column = given.copy()
    for policy, known in maps.items():
        for code, now in known.items():
            column[(policies == policy) & (given == int(code))] = NOT_ASKED if now is None else int(now)
    return column
