"""Krippendorff's α with its interval by bootstrap: slower than any analytic one, and so counted by a worker."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from curation import vote_snapshots
from curation.agreement_report import tabled
from curation.bootstrap import bootstrap
from curation.figure import Figure
from curation.krippendorff_alpha import alpha
from curation.quality.scope import Scope, scope_of
from curation.vote_columns import FIELDS

NAME = "resampled"


def count() -> dict[str, Any]:
    return of_scope(scope_of({}, vote_snapshots.current()))


def of_scope(scope: Scope) -> dict[str, Any]:
    """By field, as JSON holds it."""
    return {field: asdict(bootstrap(tabled(scope.ballot(field)).patterns, alpha)) for field in FIELDS}


def read(value: Mapping[str, Any]) -> dict[str, Figure]:
    """Those that have an interval."""
    found = {field: Figure(**known) for field, known in value.items()}
    return {field: figure for field, figure in found.items() if figure.low is not None}
