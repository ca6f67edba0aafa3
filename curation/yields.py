"""What came of looking for an identity: from hits to accepted faces, counted each time it is asked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from curation.models import Claim
from ingest.models import Candidate, Identity
from ingest.progress import Reason

DONE = Candidate.State.DONE
C = Claim.State


@dataclass(frozen=True)
class Yield:
    """`waiting` for an answer more, or for an adjudicator; `faces` are all in the photos, whoever they show."""

    found: int = 0
    photos: int = 0
    faces: int = 0
    accepted: int = 0
    rejected: int = 0
    waiting: int = 0

    @property
    def share(self) -> float | None:
        """Accepted of those judged; None where nothing is."""
        judged = self.accepted + self.rejected
        return self.accepted / judged if judged else None


@dataclass(frozen=True)
class SourceYield:
    source: str
    found: int
    fetched: int
    refused: int
    faces: int
    accepted: int


def yields(identities: Collection[int]) -> dict[int, Yield]:
    """For each of these identities, by its id: three queries, however many there are."""
    counts: dict[int, dict[str, int]] = {pk: {} for pk in identities}
    hits = Candidate.objects.filter(identity__in=identities).order_by().values("identity")
    photos, faces = Count("photo", distinct=True), Count("photo__faces", distinct=True)
    claims = Claim.objects.filter(identity__in=identities).order_by().values("identity")
    states = {"accepted": [C.ACCEPTED], "rejected": [C.REJECTED], "waiting": [C.OPEN, C.DISPUTED]}
    by_state = {name: Count("identity", filter=Q(state__in=some)) for name, some in states.items()}
    for rows in (
        hits.annotate(found=Count("*")),
        hits.filter(state=DONE).annotate(photos=photos, faces=faces),
        claims.annotate(**by_state),
    ):
        _add(counts, rows)
    return {pk: Yield(**known) for pk, known in counts.items()}


def _add(counts: dict[int, dict[str, int]], rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        counts[row["identity"]] |= {name: n for name, n in row.items() if name != "identity"}


def yield_of(identity: Identity) -> Yield:
    return yields([identity.pk])[identity.pk]


def by_source(identity: Identity) -> list[SourceYield]:
    """The most accepted first."""
    hits = Candidate.objects.filter(identity=identity).order_by().values("source")
    rows = hits.annotate(
        found=Count("*"),
        fetched=Count("pk", filter=Q(photo__isnull=False)),
        refused=Count("pk", filter=Q(state__in=[Candidate.State.REFUSED, Candidate.State.FAILED])),
    )
    kept = hits.filter(state=DONE)
    faces = dict(kept.values_list("source").annotate(n=Count("photo__faces", distinct=True)))
    accepted = dict(_accepted_by_source(identity))
    found = [
        SourceYield(**row, faces=faces.get(row["source"], 0), accepted=accepted.get(row["source"], 0)) for row in rows
    ]
    return sorted(found, key=lambda row: (-row.accepted, -row.found, row.source))


def _accepted_by_source(identity: Identity) -> QuerySet[Claim, tuple[str, int]]:
    """A face whose photo two sources brought counts for both."""
    brought = {"photo__candidates__identity": identity, "photo__candidates__state": DONE}
    accepted = Claim.objects.filter(identity=identity, state=C.ACCEPTED, **brought).order_by()
    by_name = accepted.annotate(source=F("photo__candidates__source")).values_list("source")
    return by_name.annotate(n=Count("pk", distinct=True))


def refusals(identity: Identity) -> list[Reason]:
    refused = Candidate.objects.filter(identity=identity).exclude(refusal="").order_by()
    rows = refused.values_list("refusal").annotate(n=Count("*")).order_by("-n", "refusal")
    return [Reason(code, n) for code, n in rows]
