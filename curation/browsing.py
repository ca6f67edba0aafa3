"""Hits and photos, narrowed down and served in slices, the newest first. Quick at a hundred thousand rows: a slice
starts at an id, and nothing is counted further than MANY."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sized
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from curation.models import Claim
from ingest.models import Candidate, Face, Identity, Photo
from ingest.models.jobs import HostOf
from ingest.reasons import in_words

A_SLICE = 48
MANY = 1000
CHEAP = {"job", "identity", "state", "refusal"}  # filters under which counting reads an index
State = Candidate.State
LIKE_SIGNS = re.compile(r"[\\%_]")
M = TypeVar("M", Candidate, Photo)


@dataclass(frozen=True)
class Slice:
    """`newer` and `older` are the ids at which the neighbours start, None where there is none. `count` is None
    where there are more than MANY."""

    ids: list[int]
    newer: int | None
    older: int | None
    count: int | None


def slice_of(found: QuerySet[M], *, before: int | None, after: int | None) -> Slice:
    """The ids first: joins and columns are fetched for these alone."""
    ids = found.order_by("-pk").values_list("pk", flat=True)
    if before is None and after is None:
        return _newest(ids)
    if after is not None:
        near = list(ids.filter(pk__gt=after).order_by("pk")[: A_SLICE + 1])
        shown = near[:A_SLICE][::-1]
        newer, older = len(near) > A_SLICE, bool(shown)
    else:
        near = list(ids.filter(pk__lt=before)[: A_SLICE + 1])
        shown = near[:A_SLICE]
        newer, older = bool(shown), len(near) > A_SLICE
    count = _up_to_many(ids.order_by()[: MANY + 1]) if shown else 0
    return Slice(shown, shown[0] if newer else None, shown[-1] if older else None, count)


def _newest(ids: QuerySet[Any, int]) -> Slice:
    """Counted by the query that finds them: what matches little is not looked for twice."""
    near = list(ids[: MANY + 1])
    shown = near[:A_SLICE]
    return Slice(shown, None, shown[-1] if len(near) > A_SLICE else None, _up_to_many(near))


def _up_to_many(ids: Sized) -> int | None:
    return len(ids) if len(ids) <= MANY else None


# ---- Hits


def candidates(asked: Mapping[str, Any]) -> QuerySet[Candidate]:
    exact = ("job", "identity", "source", "state", "refusal", "proof", "licence")
    found = Candidate.objects.filter(**{name: asked[name] for name in exact if asked.get(name)})
    if host := asked.get("host"):
        found = found.annotate(host=HostOf("image_url")).filter(host=host.strip().lower())
    if words := asked.get("q"):
        found = found.filter(_says("title", words) | _says("page_url", words) | _says("image_url", words))
    return found


def _says(column: str, words: str) -> Q:
    """ILIKE, and not Django's UPPER(…) LIKE, of which PostgreSQL cannot tell how many rows it will meet."""
    pattern = Value("%" + LIKE_SIGNS.sub(r"\\\g<0>", words) + "%")
    return Q(Func(F(column), pattern, template="%(expressions)s", arg_joiner=" ILIKE ", output_field=BooleanField()))


def hits(ids: Collection[int]) -> list[Candidate]:
    found = Candidate.objects.filter(pk__in=ids).select_related("identity", "photo").defer("evidence")
    return list(found.annotate(host_name=HostOf("image_url")).order_by("-pk"))


@dataclass(frozen=True)
class Counts:
    """By state and by the code of the reason; both empty where counting would be slow."""

    states: Mapping[str, int]
    reasons: Mapping[str, int]

    def most_frequent(self) -> list[tuple[str, str, int]]:
        """Code, words and count."""
        ordered = sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(code, in_words(code), n) for code, n in ordered]


NO_COUNTS = Counts({}, {})


def counts(asked: Mapping[str, Any]) -> Counts:
    """States of all that is asked for, whatever its state and reason; reasons within the state asked for."""
    if asked.keys() - CHEAP:
        return NO_COUNTS
    others = {name: value for name, value in asked.items() if name not in ("state", "refusal")}
    states: dict[str, int] = defaultdict(int)
    reasons: dict[str, int] = defaultdict(int)
    rows = candidates(others).order_by().values_list("state", "refusal").annotate(n=Count("*"))
    for state, refusal, n in rows:
        states[state] += n
        if refusal and asked.get("state", state) == state:
            reasons[refusal] += n
    return Counts(dict(states), dict(reasons))


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
    inside = Face.objects.filter(photo=OuterRef("pk"))
    another = Face.objects.filter(photo=OuterRef("photo")).exclude(pk=OuterRef("pk"))
    several = Exists(inside.filter(Exists(another)))
    exactly_one = Exact(Subquery(inside.order_by().values("photo").annotate(n=Count("*")).values("n")), 1)
    return {"none": Q(~Exists(inside)), "one": Q(exactly_one), "several": Q(several)}.get(how_many, Q())


def shown(ids: Collection[int]) -> list[ShownPhoto]:
    """Each photo with those it was found for: four queries, however many there are."""
    rows = Photo.objects.filter(pk__in=ids).order_by("-pk")
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
    return dict(rows.order_by().values_list("photo").annotate(n=Count("*")))
