"""Who or what is to be erased, and what tells of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from curation.erasure.traces import Traces, traces, words_of
from curation.models import Policy
from curation.policies import class_labels
from curation.release.naming import PARTS, TASKS
from ingest.attributes import AGE, GENDER, RACE
from ingest.models import Erasure, Identity, Photo

Kind = Erasure.Kind
SHORTEST_HASH = 8


class ErasureRefused(Exception):
    """Why nothing is erased, in one sentence that names nobody."""


@dataclass(frozen=True)
class Subject:
    """`identities` are the person and all that was merged into them, or nobody; `photos` one photo, or none."""

    kind: str
    pk: int
    identities: tuple[Identity, ...] = ()
    photos: tuple[Photo, ...] = ()

    @property
    def ids(self) -> list[int]:
        return [one.pk for one in self.identities]


def find_identity(text: str) -> Subject:
    """By slug or primary key."""
    by_key = Q(pk=int(text)) if re.fullmatch(r"[0-9]{1,18}", text) else Q(pk=None)
    found = Identity.objects.filter(Q(slug=text) | by_key).order_by("pk")
    known = next((one for one in found if one.slug == text), found.first())
    if known is None:
        raise ErasureRefused("There is no such identity: say its slug or its number.")
    return subject_of(Kind.IDENTITY, known.pk)


def find_photo(text: str) -> Subject:
    """By sha256, of which the beginning is enough, or primary key."""
    wanted = text.lower()
    if re.fullmatch(f"[0-9a-f]{{{SHORTEST_HASH},64}}", wanted):
        found = Photo.objects.filter(sha256__startswith=wanted).order_by("pk")[:2]
        if len(found) > 1:
            raise ErasureRefused("More than one photo has a hash that begins so: say more of it.")
        if found:
            return subject_of(Kind.PHOTO, found[0].pk)
    if re.fullmatch(r"[0-9]{1,18}", text) and Photo.objects.filter(pk=int(text)).exists():
        return subject_of(Kind.PHOTO, int(text))
    raise ErasureRefused("There is no such photo: say its sha256 or its number.")


def subject_of(kind: str, pk: int) -> Subject:
    """Of an order that was given; ErasureRefused where it must be given otherwise."""
    if kind == Kind.PHOTO:
        return Subject(kind, pk, photos=tuple(Photo.objects.filter(pk=pk)))
    identities = tuple(Identity.objects.filter(Q(pk=pk) | Q(merged_into=pk)).order_by("pk"))
    itself = next((one for one in identities if one.pk == pk), None)
    if itself is not None and itself.merged_into_id is not None:
        raise ErasureRefused(f"This identity was merged into number {itself.merged_into_id}: erase that one.")
    return Subject(kind, pk, identities)


def ordered(kind: str, pk: int) -> Subject | None:
    """Of an order that was interrupted: whoever took the person over meanwhile; None where another erasure did."""
    if kind == Kind.IDENTITY:
        heir = Identity.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
        pk = heir or pk
    subject = subject_of(kind, pk)
    return subject if subject.identities or subject.photos else None


# ---- What they are called


@dataclass(frozen=True)
class Called:
    """`sure` names mean this person; `also` are aliases; what somebody else who stays is called too is in neither."""

    sure: tuple[str, ...]
    also: tuple[str, ...]
    others: tuple[str, ...]  # what everybody else is called

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.sure, *self.also)


def called(subject: Subject) -> Called:
    others = [
        name
        for one in Identity.objects.exclude(pk__in=subject.ids)
        for name in (one.name, *one.aliases, one.wikidata_id or "")
        if name
    ]
    theirs = {_folded(name) for name in others}
    sure = [name for one in subject.identities for name in (one.name, one.slug, one.wikidata_id or "") if name]
    also = [name for one in subject.identities for name in one.aliases if name]
    return Called(_once(sure, theirs), _once(also, theirs), tuple(others))


def _once(names: Iterable[str], but: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if _folded(name) not in but))


def _folded(name: str) -> str:
    return " ".join(words_of(name)).casefold()


def traces_of(known: Called, marks: Iterable[str] = ()) -> Traces:
    return traces(known.sure, known.also, others=known.others, common=_vocabulary(), marks=marks)


def _vocabulary() -> set[str]:
    """Words that mean a class or a part of the data set wherever they stand."""
    labels = {
        label for policy in Policy.objects.all() for known in class_labels(policy).values() for label in known.values()
    }
    return {*labels, *RACE.values(), *GENDER.values(), *AGE.values(), *PARTS, *TASKS}


def check_reason(subject: Subject, reason: str) -> None:
    """The reason is kept for good, so it must not name the person."""
    if not reason.strip():
        raise ErasureRefused("Say why.")
    if traces_of(called(subject)).names(reason, weak=True):
        raise ErasureRefused("The reason names the person: it is kept for good, so say it without the name.")
