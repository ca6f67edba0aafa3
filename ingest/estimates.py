"""What a crawl job may bring and cost, told before it is started, from what its source brought so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Avg, Count

from ingest.models import Candidate, Face, Photo
from ingest.sources import SOURCES

RECENT = 2000  # candidates of a source that its experience is drawn from
ENOUGH = 20  # fewer are no experience


@dataclass(frozen=True)
class Experience:
    """Of `candidates` that came to an end, so many became photos with so many faces, of `photo_bytes` on average."""

    candidates: int = 0
    photos: int = 0
    faces: int = 0
    photo_bytes: float | None = None

    @property
    def is_enough(self) -> bool:
        return self.candidates >= ENOUGH


@dataclass(frozen=True)
class SourceEstimate:
    """`requests` go to other people's servers; faces and bytes are None where there is no experience."""

    source: str
    hits: int
    requests: int
    seconds: float
    faces: int | None = None
    bytes: int | None = None

    @property
    def label(self) -> str:
        return SOURCES[self.source].label if self.source in SOURCES else self.source


@dataclass(frozen=True)
class Estimate:
    identities: int
    per_source: tuple[SourceEstimate, ...] = ()

    @property
    def hits(self) -> int:
        return sum(part.hits for part in self.per_source)

    @property
    def seconds(self) -> float:
        """The sources are asked side by side."""
        return max((part.seconds for part in self.per_source), default=0.0)

    @property
    def faces(self) -> int | None:
        return _sum_of_known(part.faces for part in self.per_source)

    @property
    def bytes(self) -> int | None:
        return _sum_of_known(part.bytes for part in self.per_source)


def _sum_of_known(parts: Iterable[int | None]) -> int | None:
    """None where one part is unknown: half a sum would look like a whole one."""
    known = list(parts)
    return None if not known or None in known else sum(part or 0 for part in known)


def estimate(
    *, identities: int, limit: int, experience: Mapping[str, Experience], pages: Mapping[str, bool], host_rate: float
) -> Estimate:
    """At most: as if every identity had `limit` pictures, all of them on one host, with none known before.

    `experience` and `pages` by source; with `pages`, the licence is proved by a source page fetched beside the picture.
    """
    parts = []
    for source, past in experience.items():
        hits = identities * limit
        requests = hits * (2 if pages[source] else 1)
        parts.append(SourceEstimate(source, hits, requests, requests / host_rate, *_brought(hits, past)))
    return Estimate(identities, tuple(parts))


def _brought(hits: int, past: Experience) -> tuple[int | None, int | None]:
    if not past.is_enough:
        return None, None
    size = None if past.photo_bytes is None else round(hits * past.photos / past.candidates * past.photo_bytes)
    return round(hits * past.faces / past.candidates), size


def estimate_for(*, identities: int, sources: Sequence[str], limit: int) -> Estimate:
    return estimate(
        identities=identities,
        limit=limit,
        experience={source: experience_with(source) for source in sources},
        pages={source: SOURCES[source].heeds_robots for source in sources},
        host_rate=settings.HOST_RATE,
    )


def experience_with(source: str) -> Experience:
    """What the last candidates of this source came to, over all jobs."""
    over = Candidate.objects.filter(source=source, finished_at__isnull=False)
    recent = over.order_by("-pk").values("pk")[:RECENT]
    counted = Candidate.objects.filter(pk__in=recent).aggregate(n=Count("pk"), photos=Count("photo", distinct=True))
    done = Candidate.objects.filter(pk__in=recent, state=Candidate.State.DONE).values("photo")
    size = Photo.objects.filter(pk__in=Candidate.objects.filter(pk__in=recent).values("photo"))
    return Experience(
        candidates=counted["n"],
        photos=counted["photos"],
        faces=Face.objects.filter(photo__in=done).count(),
        photo_bytes=size.aggregate(mean=Avg("size"))["mean"],
    )
