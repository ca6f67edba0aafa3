"""The splits of a release, and the decisions that stand: the database's part. `splits` decides, in memory."""

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from curation.models import FaceSide, IdentitySide
from curation.release import splits
from curation.release.errors import ReleaseRefused
from curation.release.naming import PARTS
from curation.release.splits import DISJOINT, SHARED, Decisions, Item, Past, Placed
from ingest.models import Face

ADD_SIDES = """
INSERT INTO curation_identityside (identity_id, part, release_id)
SELECT one, part, %(release)s FROM unnest(%(ones)s::bigint[], %(parts)s::text[]) AS new(one, part)
ON CONFLICT DO NOTHING
"""
ADD_FACES = """
INSERT INTO curation_faceside (face_id, split, part, release_id)
SELECT one, %(split)s, part, %(release)s FROM unnest(%(ones)s::bigint[], %(parts)s::text[]) AS new(one, part)
ON CONFLICT DO NOTHING
"""
SAME_SIDES = """
SELECT count(*) FROM unnest(%(ones)s::bigint[], %(parts)s::text[]) AS new(one, part)
JOIN curation_identityside s ON s.identity_id = one AND s.part = new.part
"""
SAME_FACES = """
SELECT count(*) FROM unnest(%(ones)s::bigint[], %(parts)s::text[]) AS new(one, part)
JOIN curation_faceside s ON s.face_id = one AND s.split = %(split)s AND s.part = new.part
"""


def decide(items: Sequence[Item]) -> Decisions:
    """Where the faces of a release stand; writes nothing. What earlier releases decided is read here."""
    return splits.decide(items, past())


def past() -> Past:
    """Photos with near-duplicates stay together whichever of their faces are released, so every group counts."""
    sides = dict(IdentitySide.objects.values_list("identity", "part"))
    alike = Face.objects.filter(duplicate_group__isnull=False).values_list("photo", "duplicate_group")
    return Past(sides, _placed(SHARED), _placed(DISJOINT), list(alike))


def _placed(split: str) -> dict[int, Placed]:
    """Also faces that have left: what comes in beside them goes where they were."""
    known = FaceSide.objects.filter(split=split).values_list(
        *("face", "face__photo", "face__duplicate_group", "part", "release")
    )
    held_once = {part: part for part in PARTS}
    return {
        face: Placed(photo, group, held_once[part], release) for face, photo, group, part, release in known.iterator()
    }


def store(decisions: Decisions, release_number: int) -> None:
    """Keeps what is new in them, for good: inside the caller's transaction, before or after the release's own row.
    Storing the same decisions twice is storing them once. ReleaseRefused if they are not sound, or others stand."""
    if not decisions.report.sound:
        raise ReleaseRefused(_("Nothing is frozen: the splits are not sound, see their report."))
    with transaction.atomic():
        _add(ADD_SIDES, SAME_SIDES, decisions.new_sides, release=release_number)
        _add(ADD_FACES, SAME_FACES, decisions.new_shared, release=release_number, split=SHARED)
        _add(ADD_FACES, SAME_FACES, decisions.new_disjoint, release=release_number, split=DISJOINT)


def _add(add: str, same: str, new: Mapping[int, str], **values: int | str) -> None:
    """What stands is left alone; what is new must then stand as it was decided."""
    known = {"ones": list(new), "parts": list(new.values()), **values}
    with connection.cursor() as cursor:
        cursor.execute(add, known)
        cursor.execute(same, known)
        if cursor.fetchone()[0] != len(new):
            raise ReleaseRefused(_("Another release decided on the splits meanwhile: run the command again."))
