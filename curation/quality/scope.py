"""The votes that a quality page looks at: those of the snapshot that fit what is asked, and words for their codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from curation import bulk
from curation.models import Policy, Quarantine
from curation.policies import class_labels, current_policy
from curation.policy_maps import maps_in_force
from curation.vote_columns import Ballot, Maps, Mask, Votes, ballot
from curation.vote_snapshots import Snapshot
from ingest.models import CrawlJob

CLAIMS_OF_JOB = """
SELECT c.id FROM curation_claim c JOIN ingest_candidate k ON k.photo_id = c.photo_id AND k.identity_id = c.identity_id
WHERE k.job_id = {job} AND k.state = 'done'
"""


@dataclass(frozen=True)
class Scope:
    """`votes` are those of the snapshot that fit what is asked. Answers under earlier policies are read as the maps
    between policies say; where one policy is asked for, its answers stand in its own words."""

    snapshot: Snapshot
    votes: Votes
    asked: Mapping[str, Any]
    policy: Policy
    maps: Maps

    @property
    def field(self) -> str:
        return str(self.asked.get("field") or "usable")

    def ballot(self, field: str) -> Ballot:
        return ballot(self.votes, field, self.maps, self.labels.get(field, ()))

    @cached_property
    def labels(self) -> Mapping[str, Mapping[int, str]]:
        """Field → code → words."""
        usable = {0: _("cannot tell"), 1: _("accepted"), 2: _("rejected")}
        named = class_labels(self.policy)
        return {"usable": usable} | {field: {int(c): w for c, w in known.items()} for field, known in named.items()}

    def words(self, field: str, code: int) -> str:
        return self.labels.get(field, {}).get(code, str(code))

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Code → words; a code of another policy as it stands."""
        known = {row["code"]: str(row["label"]).removesuffix(" …") for row in self.policy.reasons}
        alarms = {str(code): str(words) for code, words in Quarantine.Kind.choices}
        return {code: known.get(code) or alarms.get(code, code) for code in self.snapshot.reasons}


def scope_of(asked: Mapping[str, Any], snapshot: Snapshot) -> Scope:
    policy = asked.get("policy")
    votes = snapshot.votes
    masks = list(_masks(votes, asked))
    kept = votes.where(np.logical_and.reduce(masks)) if masks else votes
    return Scope(snapshot, kept, asked, policy or current_policy(), {} if policy else maps_in_force())


def _masks(votes: Votes, asked: Mapping[str, Any]) -> Iterable[Mask]:
    if people := asked.get("identity"):
        yield np.isin(votes.identity, people)
    if job := asked.get("job"):
        yield np.isin(votes.claim, _claims_of(job))
    if policy := asked.get("policy"):
        yield votes.policy == policy.pk
    if since := asked.get("since"):
        yield votes.received >= _midnight(since)
    if until := asked.get("until"):
        yield votes.received < _midnight(until + timedelta(days=1))


def _claims_of(job: CrawlJob) -> Any:
    return np.unique(bulk.columns(CLAIMS_OF_JOB.format(job=int(job.pk)), {"claim": "int8"})["claim"])


def _midnight(day: date) -> np.datetime64:
    """As arrays of times hold it: in UTC, where the day begins by the installation's clock."""
    begins = datetime.combine(day, time(), timezone.get_current_timezone())
    return np.datetime64(int(begins.timestamp()), "s")


def names_of(people: Iterable[int]) -> dict[int, str]:
    users = User.objects.filter(pk__in=list(people)).order_by()
    return {user.pk: user.get_full_name() or user.get_username() for user in users}
