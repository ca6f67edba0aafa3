"""What an erasure takes with it: everything that refers to the person or the photo, found along the foreign keys.

A photo of the person goes whole, but for faces that somebody else needs: they are another person's by the reviewers'
word, or are still asked about for another person alone. Then the photo's row stays without its picture, with those
faces, and with the proof of its licence (docs/erasure.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from curation.erasure.subjects import Subject
from curation.models import Annotation, Claim
from curation.quarantine import IN_FORCE
from ingest.models import Candidate, Detection, Face, Identity, Photo

Rows = dict[type[Model], set[Any]]
State = Claim.State
STANDING = (State.ACCEPTED, State.OPEN, State.DISPUTED)
# What refers to rows that go, and stays without them.
LET_GO = frozenset({("curation.annotation", "relabel_to"), ("curation.annotation", "carried_from")})


@dataclass(frozen=True)
class Reach:
    """`rows` go, primary keys by model; `shells` are photos that lose their picture but not their row; `moved` are
    candidates with the identity that needs their proof; `named` are answers about others that name the person.
    """

    rows: Rows
    shells: frozenset[int]
    moved: Mapping[int, int]
    named: frozenset[Any]

    def of(self, model: type[Model]) -> set[Any]:
        return self.rows.get(model, set())

    def counts(self) -> dict[str, int]:
        """By what people call it, the faces first."""
        found = {str(model._meta.verbose_name_plural): len(pks) for model, pks in self.rows.items() if pks}
        found |= {"photos kept without their picture": len(self.shells)} if self.shells else {}
        return dict(sorted(found.items(), key=lambda item: (item[0] != "faces", item[0])))


def reach(subject: Subject) -> Reach:
    if not subject.identities:
        photos = {photo.pk for photo in subject.photos}
        return Reach(closure({Photo: photos}), frozenset(), {}, frozenset())
    ids = subject.ids
    photos = _photos(ids)
    needed = _needed(ids, photos)
    shells = {face.photo_id for face in needed}
    moved = _moved(ids, needed)
    unneeded = Face.objects.filter(photo__in=shells).exclude(pk__in=[face.pk for face in needed])
    seeds: Rows = {
        Identity: set(ids),
        Photo: photos - shells,
        Face: set(unneeded.values_list("pk", flat=True)),
        Detection: set(Detection.objects.filter(photo__in=shells, face=None).values_list("pk", flat=True)),
    }
    rows = closure(seeds, {Candidate: set(moved)})
    named = Annotation.objects.filter(relabel_to__in=ids).values_list("pk", flat=True)
    return Reach(rows, frozenset(shells), moved, frozenset(named) - rows.get(Annotation, set()))


def closure(seeds: Rows, spared: Rows | None = None) -> Rows:
    """The seeds, and all rows that refer to them, and so on."""
    found: Rows = {}
    waiting = [(model, pks) for model, pks in seeds.items() if pks]
    while waiting:
        model, pks = waiting.pop()
        new = pks - found.setdefault(model, set()) - (spared or {}).get(model, set())
        found[model] |= new
        if new:
            waiting += _referring(model, new)
    return found


def _referring(model: type[Model], pks: set[Any]) -> list[tuple[type[Model], set[Any]]]:
    """Also by keys that have no name from this side, and by tables of many-to-many relations."""
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        other, key = relation.related_model, relation.field.name  # type: ignore[union-attr]
        if (other._meta.label_lower, key) not in LET_GO:  # type: ignore[union-attr]
            rows = other._base_manager.filter(**{f"{key}__in": pks})  # type: ignore[union-attr]
            found.append((other, set(rows.values_list("pk", flat=True))))
    return found  # type: ignore[return-value]


def _photos(ids: list[int]) -> set[int]:
    """Found for the person or claimed to show them, and near-duplicates of faces that do."""
    found = Candidate.objects.filter(identity__in=ids, photo__isnull=False).values_list("photo", flat=True)
    claimed = Claim.objects.filter(identity__in=ids).values_list("photo", flat=True)
    alike = _alike(ids).values_list("photo", flat=True)
    return {pk for pk in (*found, *claimed, *alike) if pk is not None}


def _alike(ids: list[int]) -> Any:
    """Near-duplicates of the person's accepted faces that are accepted for nobody else: they show the person, too."""
    theirs = Face.objects.filter(claims__identity__in=ids, claims__state=State.ACCEPTED, duplicate_group__isnull=False)
    others = Claim.objects.filter(state=State.ACCEPTED).exclude(identity__in=ids).values("face")
    return Face.objects.filter(duplicate_group__in=theirs.values("duplicate_group")).exclude(pk__in=others)


def _needed(ids: list[int], photos: set[int]) -> list[Face]:
    """Faces of these photos that are another person's, or asked about for another person alone; with no alarm."""
    here = Claim.objects.filter(photo__in=photos, state__in=STANDING)
    persons = here.filter(identity__in=ids).values("face")
    others = here.exclude(identity__in=ids).values("face")
    faces = Face.objects.filter(pk__in=others).exclude(pk__in=persons).exclude(pk__in=_alike(ids).values("pk"))
    return list(faces.exclude(quarantines__decision__in=IN_FORCE).order_by("pk"))


def _moved(ids: list[int], needed: Iterable[Face]) -> dict[int, int]:
    """Of each photo that stays as a shell and whose licence only the person's candidates prove: one of them."""
    moved: dict[int, int] = {}
    for photo, heir in _heirs(ids, needed).items():
        rows = Candidate.objects.filter(photo=photo).order_by("pk")
        proved = rows.filter(proof=Candidate.Proof.PROVED)
        if proved.exclude(identity__in=ids).exists():
            continue
        mine = proved.filter(identity__in=ids).first() or (None if rows.exclude(identity__in=ids) else rows.first())
        if mine and not Candidate.objects.filter(identity=heir, url_key=mine.url_key).exists():
            moved[mine.pk] = heir
    return moved


def _heirs(ids: list[int], needed: Iterable[Face]) -> dict[int, int]:
    """By photo: whose face is kept, an accepted one before others."""
    claims = Claim.objects.filter(face__in=[face.pk for face in needed], state__in=STANDING).exclude(identity__in=ids)
    ordered = sorted(claims, key=lambda claim: (claim.state != State.ACCEPTED, claim.pk), reverse=True)
    return {claim.photo_id: claim.identity_id for claim in ordered}
