"""Gathers from the database what the papers of a release tell, as plain values."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils import translation

from curation import agreement_report, annotators
from curation.models import Annotation, Policy, Release, ReleaseFace
from curation.policies import current_policy
from curation.release import answers, comparing
from curation.release.frozen import Frozen
from curation.release.naming import ATTRIBUTES
from curation.release.papers import Facts, Parent, PolicyFacts, Told, count
from curation.release.selection import HELD_BACK
from curation.release.splits import SplitReport


def facts(
    frozen: Frozen,
    *,
    files: Mapping[str, Mapping[str, Any]],
    held_back: Mapping[str, int],
    parent: Release | None,
    splits: SplitReport,
    accepted: Collection[str],
) -> Facts:
    """Of a release whose rows are there; `files` are those that are neither image nor paper. The language of whoever
    freezes does not matter."""
    with translation.override("en"):
        people, told = _annotators()
        words = {code: str(HELD_BACK[code]) for code in held_back if code in HELD_BACK}
    return Facts(
        version=frozen.version,
        selection=frozen.selection,
        frozen_on=frozen.frozen_on,
        tasks=frozen.tasks,
        formats=frozen.formats,
        columns=frozen.columns,
        classes=frozen.classes,
        counted=count(
            comparing.columns_of(frozen.number), selection=frozen.selection, tasks=frozen.tasks, classes=frozen.classes
        ),
        answers=answers.answers(),
        files=files,
        agreement=agreement_report.report(),
        annotators=people,
        annotators_told=told,
        policies=_policies(frozen.number),
        parent=Parent(parent.version, parent.digest) if parent else None,
        changes=comparing.since(parent, frozen.number),
        splits=splits,
        held_back=dict(sorted(held_back.items())),
        held_back_words=words,
        accepted=tuple(sorted(accepted)),
    )


def _annotators() -> tuple[int, tuple[Told, ...]]:
    people, tables = annotators.tables(current_policy())
    return people, tuple(
        Told(
            str(table.heading),
            {str(value): n for value, n in table.rows},
            tuple(str(value) for value in table.withheld),
        )
        for table in tables
    )


def _policies(release: int) -> tuple[PolicyFacts, ...]:
    """Those under which the released images were judged, and the one in force."""
    claims = ReleaseFace.objects.filter(release_id=release).values("claim")
    judged = set(Annotation.objects.filter(claim__in=claims).order_by().values_list("policy", flat=True).distinct())
    known = Policy.objects.filter(pk__in=judged | {current_policy().pk}).order_by("version")
    return tuple(map(_policy, known))


def _policy(policy: Policy) -> PolicyFacts:
    return PolicyFacts(
        version=policy.version,
        votes_usable=policy.votes_usable,
        votes_attributes=policy.votes_attributes,
        most_usable=policy.most_usable or policy.votes_usable,
        most_attributes=policy.most_attributes or policy.votes_attributes,
        blind=tuple(name for name in ATTRIBUTES if name in policy.blind_fields),
    )
