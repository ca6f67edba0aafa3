"""Hits and photos, narrowed down and served in slices, the newest first. Quick at a hundred thousand rows: a slice
starts at an id, and nothing is counted further than MANY."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Concat

from curation.models import Claim
from ingest.models import Candidate, Face, Identity, Photo
from ingest.models.jobs import HostOf
from ingest.reasons import in_words

A_SLICE = 48
MANY = 1000
CHEAP = {"job", "identity", "state", "refusal"}  # filters under which counting reads an index
State = Candidate.State
M = TypeVar("M", Candidate, Photo)


@dataclass(frozen=True)
class Slice(Generic[M]):
    """`newer` and `older` are the ids at which the neighbours start, None where there is none. `count` is None
    where there are more than MANY."""

    rows: list[M]
    newer: int | None
    older: int | None
    count: int | None


def slice_of(found: QuerySet[M], *, before: int | None, after: int | None) -> Slice[M]:
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("pk")[: A_SLICE + 1])
        more, rows = len(rows) > A_SLICE, rows[:A_SLICE][::-1]
        newer, older = (rows[0].pk if more else None), (rows[-1].pk if rows else None)
    else:
        later = found if before is None else found.filter(pk__lt=before)
        rows = list(later.order_by("-pk")[: A_SLICE + 1])
        more, rows = len(rows) > A_SLICE, rows[:A_SLICE]
        newer, older = (rows[0].pk if rows and before is not None else None), (rows[-1].pk if more else None)
    is_all = newer is None and older is None
    return Slice(rows, newer, older, len(rows) if is_all else _count(found))


def _count(found: QuerySet[M]) -> int | None:
    n = found.order_by()[: MANY + 1].count()
    return n if n <= MANY else None


# ---- Hits


def candidates(asked: Mapping[str, Any]) -> QuerySet[Candidate]:
    exact = ("job", "identity", "source", "state", "refusal", "proof", "licence")
    found = Candidate.objects.filter(**{name: asked[name] for name in exact if asked.get(name)})
    if host := asked.get("host"):
        found = found.annotate(host=HostOf("image_url")).filter(host=host.strip().lower())
    if words := asked.get("q"):
        text = Concat("image_url", "page_url", "title", output_field=TextField())
        found = found.annotate(text=text).filter(text__icontains=words)
    return found


def for_show(found: QuerySet[Candidate]) -> QuerySet[Candidate]:
    return found.select_related("identity", "photo").defer("evidence")


def counts_by_state(asked: Mapping[str, Any]) -> dict[str, int]:
    """Of what is asked for, whatever its state; empty where counting would be slow."""
    return _counts("state", asked)


def counts_by_reason(asked: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Code, words and count, the most frequent first."""
    counts = _counts("refusal", asked)
    return [(code, in_words(code), n) for code, n in sorted(counts.items(), key=lambda pair: -pair[1]) if code]


def _counts(field: str, asked: Mapping[str, Any]) -> dict[str, int]:
    if asked.keys() - CHEAP:
        return {}
    others = {name: value for name, value in asked.items() if name not in ("state", "refusal")}
    found = candidates(others)
    if field == "refusal":
        found = found.exclude(refusal="")
        if asked.get("state"):
            found = found.filter(state=asked["state"])
    return dict(found.order_by().values_list(field).annotate(n=Count("pk")))


def why_no_picture(hit: Candidate) -> str:
    """In words, why there is nothing to see of a hit; "" where it was fetched."""
    if hit.photo_id:
        return ""
    if hit.refusal:
        return in_words(hit.refusal)
    return str(hit.get_state_display())


# ---- Photos


@dataclass(frozen=True)
class ShownPhoto:
    photo: Photo
    people: list[Identity]
    hit: Candidate | None  # the one that counts: proved before others
    faces: int
    accepted: int


def photos(asked: Mapping[str, Any]) -> QuerySet[Photo]:
    found = Photo.objects.all()
    of_hits = {name: value for name, value in asked.items() if name != "faces"}
    if of_hits:
        found = found.filter(Exists(candidates(of_hits).filter(photo=OuterRef("pk"))))
    return found.filter(_faces(asked.get("faces", "")))


def _faces(how_many: str) -> Q:
    inside = Face.objects.filter(photo=OuterRef("pk")).order_by()
    several = Exists(inside.values("photo").annotate(n=Count("pk")).filter(n__gt=1))
    return {
        "none": Q(~Exists(inside)),
        "one": Q(Exists(inside)) & Q(~several),
        "several": Q(several),
    }.get(how_many, Q())


def shown(rows: Collection[Photo]) -> list[ShownPhoto]:
    """Each photo with those it was found for: three queries, however many there are."""
    ids = [photo.pk for photo in rows]
    hits = _hits(ids)
    faces = _counted(Face.objects.filter(photo__in=ids))
    accepted = _counted(Claim.objects.filter(photo__in=ids, state=Claim.State.ACCEPTED))
    return [
        ShownPhoto(
            photo,
            list({hit.identity_id: hit.identity for hit in hits[photo.pk]}.values()),
            next(iter(hits[photo.pk]), None),
            faces.get(photo.pk, 0),
            accepted.get(photo.pk, 0),
        )
        for photo in rows
    ]


def _hits(photos: Collection[int]) -> dict[int, list[Candidate]]:
    rows: dict[int, list[Candidate]] = defaultdict(list)
    found = Candidate.objects.filter(photo__in=photos).select_related("identity").defer("evidence")
    for hit in sorted(found, key=lambda c: (c.state != State.DONE, c.proof != "proved", c.pk)):
        rows[hit.photo_id or 0].append(hit)
    return rows


def _counted(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("photo").annotate(n=Count("pk")))
