"""Near-duplicates: found by perceptual hash among all that is here, exactly and quickly, and kept as groups of faces.

Two faces are near-duplicates when their whole photos look alike and they sit at the same place in them; or when
their crops look alike, and their photos were found for the same person: among all faces of a large collection some
crops of strangers agree in that many bits. Where photo and crop agree, both may differ a little more. Who is alike
to two groups makes one of them. What the bits are worth was measured: docs/decisions/0003-near-duplicates.md.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.conf import settings
from django.db import connection
from django.db.models import Q

from ingest.boxes import Box, iou
from ingest.hashes import BAND_BITS, BANDS, SLACK, Apart, bits_apart, is_copy, near_bands
from ingest.models import Candidate, DuplicateGroup, Face, Photo

DUPLICATES_LOCK = 0x4D5446_05
SAME_PLACE = 0.5  # IoU of two boxes, each as a share of its photo
SHARES = 10_000  # a photo's width and height, for boxes that shall be compared with those of another photo

# By the four indexes on 16 bits each (`photo_by_band_0` ...), then bit by bit: see `hashes.near_bands`.
_IN_A_BAND = " OR ".join(
    f"(phash >> {BAND_BITS * band}) & {(1 << BAND_BITS) - 1} = ANY(%(band{band})s::bigint[])" for band in range(BANDS)
)
NEAR = (
    "SELECT id FROM {table} WHERE (" + _IN_A_BAND + ")"  # noqa: S608  constants
    " AND bit_count((phash # (%(hash)s)::bigint)::bit(64)) <= %(bits)s"
)


def near_photos(phash: int | None, bits: int) -> list[int]:
    """Ids of the photos whose hash differs in at most so many bits."""
    return _near(Photo._meta.db_table, phash, bits)


def near_crops(phash: int | None, bits: int) -> list[int]:
    """Ids of the faces whose crop's hash differs in at most so many bits."""
    return _near(Face._meta.db_table, phash, bits)


def _near(table: str, phash: int | None, bits: int) -> list[int]:
    if phash is None:
        return []
    bands = {f"band{number}": values for number, values in enumerate(near_bands(phash, bits))}
    with connection.cursor() as cursor:
        cursor.execute(NEAR.format(table=table), {"hash": phash, "bits": bits, **bands})
        return [row[0] for row in cursor.fetchall()]


# ---- Groups


def group_duplicates(photo: Photo, faces: Sequence[Face]) -> None:
    """Puts the photo's faces into the groups of what they look like; in the transaction that made them.

    One at a time among all workers, up to the commit: of two near-duplicates that come in at once, the second must
    see the first.
    """
    if not faces:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DUPLICATES_LOCK])
    in_near_photos = Q(photo__in=near_photos(photo.phash, settings.PHOTO_HASH_BITS))
    for face in faces:
        near = in_near_photos | Q(pk__in=near_crops(face.phash, settings.CROP_HASH_BITS + SLACK))
        found = list(Face.objects.filter(near).exclude(photo=photo).select_related("photo"))
        people = _people([photo.pk, *(other.photo_id for other in found)]) if found else {}
        _join(face, [other for other in found if is_duplicate(face, other, people)])


def is_duplicate(one: Face, other: Face, people: Mapping[int, Collection[int]]) -> bool:
    """`people` are the identities that each photo was found for, by the photo's id."""
    apart = Apart(
        photos=bits_apart(one.photo.phash, other.photo.phash),
        crops=bits_apart(one.phash, other.phash),
        same_place=iou(_share(one), _share(other)) >= SAME_PLACE,
        one_person=bool(set(people[one.photo_id]) & set(people[other.photo_id])),
    )
    return is_copy(apart, settings.PHOTO_HASH_BITS, settings.CROP_HASH_BITS)


def _people(photos: Collection[int]) -> Mapping[int, Collection[int]]:
    people: dict[int, set[int]] = defaultdict(set)
    for photo, identity in Candidate.objects.filter(photo__in=photos).values_list("photo_id", "identity_id"):
        people[photo or 0].add(identity)
    return people


def _share(face: Face) -> Box:
    """The face's box in ten-thousandths of its photo's width and height."""
    across, down = SHARES / face.photo.width, SHARES / face.photo.height
    corner = round(face.x * across), round(face.y * down)
    return Box(*corner, round(face.width * across), round(face.height * down))


def _join(face: Face, alike: Sequence[Face]) -> None:
    """The oldest of their groups takes in all; the others go."""
    if not alike:
        return
    members = [face, *alike]
    groups = sorted({member.duplicate_group_id for member in members if member.duplicate_group_id is not None})
    group = groups[0] if groups else DuplicateGroup.objects.create().pk
    joining = Q(pk__in=[member.pk for member in members]) | Q(duplicate_group__in=groups[1:])
    Face.objects.filter(joining).exclude(duplicate_group=group).update(duplicate_group=group)
    DuplicateGroup.objects.filter(pk__in=groups[1:]).delete()
    face.duplicate_group_id = group
