"""Identities whose accepted faces contradict one another in perceived race or gender: for an adjudicator to look at.

Looked for over all claims now and then (`find`), and at once where a decision may have mended one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from curation.models import BothStand, Consensus, Contradiction, Policy
from curation.policies import class_labels
from curation.quarantine import IN_FORCE

FIND_LOCK = 0x4D5446_07
# "Cannot tell" contradicts nothing.
FOUND = """
WITH said AS (
    SELECT k.identity_id, c.field, c.value, count(*) AS faces
    FROM curation_consensus c JOIN curation_claim k ON k.id = c.claim_id
    WHERE k.state = 'accepted' AND c.field IN ('race', 'gender') AND c.state = 'settled' AND c.value <> '0'
      AND (%(all)s OR k.identity_id = ANY(%(identities)s))
      AND NOT EXISTS (SELECT FROM curation_quarantine q
                      WHERE q.face_id = k.face_id AND q.decision IN ('', 'kept_out'))
    GROUP BY k.identity_id, c.field, c.value
)
SELECT identity_id, field, array_agg(value::text ORDER BY value COLLATE "C"), sum(faces)::int,
       (sum(faces) - max(faces))::int
FROM said GROUP BY identity_id, field HAVING count(*) > 1 ORDER BY identity_id, field
"""


def find(identities: Collection[int] | None = None) -> int:
    """Brings the list up to date, for some identities or for all; how many contradictions these have."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIND_LOCK])
        cursor.execute(FOUND, {"all": identities is None, "identities": list(identities or ())})
        found = [Contradiction(identity_id=i, field=f, values=v, faces=n, fewest=few)
                 for i, f, v, n, few in cursor.fetchall()]  # fmt: skip
        gone = (
            Contradiction.objects.all() if identities is None else Contradiction.objects.filter(identity__in=identities)
        )
        kept = Contradiction.objects.bulk_create(
            found,
            update_conflicts=True,
            unique_fields=["identity", "field"],
            update_fields=["values", "faces", "fewest"],
        )
        gone.exclude(pk__in=[row.pk for row in kept]).delete()
    return len(found)


def open_contradictions() -> QuerySet[Contradiction]:
    """Those that nobody let stand as they are; the most evenly parted first, then the oldest."""
    stands = BothStand.objects.filter(identity=OuterRef("identity"), field=OuterRef("field"), values=OuterRef("values"))
    found = Contradiction.objects.filter(~Exists(stands)).select_related("identity")
    return found.order_by(F("fewest") * -1000 / F("faces"), "found_at", "pk")


def let_stand(contradiction: Contradiction, note: str, *, adjudicator: User) -> BothStand:
    """All the values stand, until faces of a further one are accepted."""
    seen = {"identity": contradiction.identity, "field": contradiction.field, "values": contradiction.values}
    return BothStand.objects.get_or_create(**seen, defaults={"note": note, "decided_by": adjudicator})[0]


def standing(contradiction: Contradiction) -> QuerySet[BothStand]:
    same = {"identity": contradiction.identity, "field": contradiction.field, "values": contradiction.values}
    return BothStand.objects.filter(**same).select_related("decided_by")


# ---- The faces on each side


@dataclass
class Side:
    value: str
    label: str
    faces: list[Consensus] = field(default_factory=list)


def faces_of(contradiction: Contradiction) -> QuerySet[Consensus]:
    """The accepted faces that have one of the values."""
    return _faces(Q(claim__identity=contradiction.identity_id, field=contradiction.field))


def first_faces(found: Sequence[Contradiction], most: int) -> dict[tuple[int, str], list[Consensus]]:
    """Of each side of each contradiction the newest faces."""
    wanted = Q(pk__in=[])
    for one in found:
        wanted |= Q(claim__identity=one.identity_id, field=one.field)
    side: list[Any] = [F("claim__identity"), F("field"), F("value")]
    numbered = _faces(wanted).annotate(nth=Window(RowNumber(), partition_by=side, order_by=F("claim").desc()))
    rows: dict[tuple[int, str], list[Consensus]] = {(one.identity_id, one.field): [] for one in found}
    for row in numbered.filter(nth__lte=most).order_by("value", "-claim"):
        rows[row.claim.identity_id, row.field].append(row)
    return rows


def _faces(wanted: Q) -> QuerySet[Consensus]:
    settled = Consensus.objects.filter(wanted, state=Consensus.State.SETTLED, claim__state="accepted")
    settled = settled.exclude(value="0").exclude(claim__face__quarantines__decision__in=IN_FORCE)
    return settled.select_related("claim__face", "claim__photo")


def sides(faces: Collection[Consensus], policy: Policy) -> list[Side]:
    """Parted by value, in the order in which the values come."""
    labels = class_labels(policy)
    parted: dict[str, Side] = {}
    for face in faces:
        label = labels[face.field].get(face.value, face.value)
        parted.setdefault(face.value, Side(face.value, label)).faces.append(face)
    return list(parted.values())
