"""The page of those over whose faces reviewers differ most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curation import plots
from curation.quality.disputing import Disputed, by_identity
from curation.quality.scope import Scope
from curation.quality.tables import Table
from ingest.models import Identity

SHOWN = 50


@dataclass(frozen=True)
class Row:
    identity: Identity
    found: Disputed
    drawn: str


def context(scope: Scope, *, most: int | None = SHOWN) -> dict[str, Any]:
    found = [one for one in by_identity(scope.ballot(scope.field)) if one.differ.n]
    led = [one for one in found if one.differ.hits][:most]
    people = Identity.objects.only("name").in_bulk([one.identity for one in led])
    rows = [_row(people[one.identity], one) for one in led if one.identity in people]
    faces, differ = sum(one.differ.n for one in found), sum(int(one.differ.hits) for one in found)
    return {"rows": rows, "people": len(found), "disputed": sum(1 for one in found if one.differ.hits),
            "faces": faces, "differ": differ, "share": differ / faces if faces else None}  # fmt: skip


def _row(identity: Identity, found: Disputed) -> Row:
    share = found.differ
    return Row(identity, found, plots.whisker(share.value or 0.0, share.low, share.high))


def table(found: Mapping[str, Any]) -> Table:
    header = ["identity", "faces", "differ", "share", "low", "high"]
    rows = ([row.identity.name, row.found.differ.n, int(row.found.differ.hits), row.found.differ.value,
             row.found.differ.low, row.found.differ.high] for row in found["rows"])  # fmt: skip
    return Table(header, rows)
