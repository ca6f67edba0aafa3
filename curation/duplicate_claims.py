"""Of near-duplicates only the best is asked about, once for each identity: the rows that decide it.

The best is whose licence is proved, then who is larger, then sharper, then older. A group that is asked about, or
was answered for good, opens no other claim for that identity; a reject for the picture's sake promotes the next, and
so does a photo whose licence a person refused.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from curation.models import Annotation, Claim, Consensus, Flag, Quarantine, Skip, Slot
from curation.policies import QUALITY_REASONS
from curation.refused_photos import IS_REFUSED
from ingest.models import Photo

# The groups in which something happened since then: a face came in, or a claim was rejected. `members` are all pairs
# of their faces with the identities that their photos were found for, `place` 1 being the best; `claims` are all
# claims on their faces: `fresh` ones nobody has looked at, and those that `block` were answered for good.
GROUPS = f"""
touched AS MATERIALIZED (
    SELECT f.duplicate_group_id AS group_id FROM ingest_candidate c JOIN ingest_face f ON f.photo_id = c.photo_id
    WHERE c.state = 'done' AND c.finished_at >= %(since)s AND f.duplicate_group_id IS NOT NULL
    UNION
    SELECT f.duplicate_group_id FROM curation_consensus s
    JOIN curation_claim k ON k.id = s.claim_id JOIN ingest_face f ON f.id = k.face_id
    WHERE s.field = 'usable' AND s.value = 'reject' AND s.updated_at >= %(since)s AND f.duplicate_group_id IS NOT NULL
), members AS MATERIALIZED (
    SELECT face_id, photo_id, identity_id, group_id, row_number() OVER (
        PARTITION BY group_id, identity_id
        ORDER BY EXISTS (SELECT FROM ingest_candidate p WHERE p.photo_id = found.photo_id AND p.proof = 'proved') DESC,
                 crop_side DESC, sharpness DESC, face_id) AS place
    FROM (
        SELECT DISTINCT f.id AS face_id, f.photo_id, c.identity_id, t.group_id, f.crop_side,
               coalesce((f.quality ->> 'sharpness')::float, 0) AS sharpness
        FROM touched t JOIN ingest_face f ON f.duplicate_group_id = t.group_id
        JOIN ingest_candidate c ON c.photo_id = f.photo_id AND c.state = 'done'
    ) found
), claims AS MATERIALIZED (
    SELECT k.id, k.photo_id, k.face_id, k.identity_id, t.group_id,
        k.state IN ('open', 'disputed', 'accepted') AND NOT {IS_REFUSED} AS active,
        k.state = 'open' AND k.origin = 'crawl'
            AND NOT EXISTS (SELECT FROM curation_slot s WHERE s.claim_id = k.id AND s.reviewer_id IS NOT NULL)
            AND NOT EXISTS (SELECT FROM curation_annotation a WHERE a.claim_id = k.id)
            AND NOT EXISTS (SELECT FROM curation_skip s WHERE s.claim_id = k.id)
            AND NOT EXISTS (SELECT FROM curation_flag g WHERE g.claim_id = k.id)
            AND NOT EXISTS (SELECT FROM curation_quarantine q WHERE q.face_id = k.face_id) AS fresh,
        k.state = 'closed' AND k.origin = 'crawl' OR k.state = 'rejected' AND NOT (
            EXISTS (SELECT FROM curation_consensus c
                    WHERE c.claim_id = k.id AND c.field = 'usable' AND c.value = 'reject')
            AND NOT EXISTS (SELECT FROM curation_quarantine q
                            WHERE q.face_id = k.face_id AND q.decision IN ('', 'kept_out'))
            AND (SELECT coalesce(bool_and(said) FILTER (WHERE s.purpose = 'adjudication'),
                                 bool_and(said) FILTER (WHERE a.verdict IN ('reject', 'relabel')), false)
                 FROM curation_slot s JOIN curation_annotation a ON a.id = s.annotation_id,
                      LATERAL (SELECT a.verdict = 'reject' AND a.reason = ANY(%(quality)s)) AS quality(said)
                 WHERE s.claim_id = k.id AND s.question = 'usable' AND s.purpose IN ('vote', 'adjudication'))
        ) AS blocks
    FROM touched t JOIN ingest_face f ON f.duplicate_group_id = t.group_id JOIN curation_claim k ON k.face_id = f.id
), blocked AS MATERIALIZED (
    SELECT group_id, identity_id FROM claims WHERE blocks
    UNION
    SELECT m.group_id, m.identity_id FROM members m
    JOIN ingest_face f ON f.duplicate_group_id = m.group_id JOIN curation_quarantine q ON q.face_id = f.id
    WHERE q.kind = 'under_age' AND q.decision IN ('', 'kept_out')
)
"""  # noqa: S608  constants
# What bars a pair of a face and an identity from a claim; `p` has face_id, photo_id and identity_id.
IS_FREE = """
NOT EXISTS (SELECT FROM curation_claim k
            WHERE k.face_id = p.face_id AND (k.identity_id = p.identity_id OR k.state = 'accepted'))
AND NOT EXISTS (SELECT FROM curation_claim k
                WHERE k.photo_id = p.photo_id AND k.identity_id = p.identity_id AND k.state = 'accepted')
AND NOT EXISTS (SELECT FROM curation_quarantine q WHERE q.face_id = p.face_id AND q.decision IN ('', 'kept_out'))
AND NOT EXISTS (SELECT FROM ingest_identity i WHERE i.id = p.identity_id AND i.state = 'merged')
"""
SUPERSEDED = f"""
WITH {GROUPS}
SELECT k.id, k.photo_id FROM claims k JOIN members m USING (face_id, identity_id)
WHERE k.fresh AND (
    EXISTS (SELECT FROM claims o LEFT JOIN members better USING (face_id, identity_id)
            WHERE o.group_id = k.group_id AND o.identity_id = k.identity_id AND o.id <> k.id AND o.active
              AND (NOT o.fresh OR better.place < m.place))
    OR EXISTS (SELECT FROM members p WHERE p.group_id = k.group_id AND p.identity_id = k.identity_id
                 AND p.place < m.place AND {IS_FREE})
       AND NOT EXISTS (SELECT FROM blocked b WHERE b.group_id = k.group_id AND b.identity_id = k.identity_id))
ORDER BY k.id
"""  # noqa: S608  constants


def parameters(since: datetime) -> dict[str, Any]:
    return {"since": since, "quality": list(QUALITY_REASONS)}


def withdraw_superseded(since: datetime) -> int:
    """Takes back open claims that nobody has looked at, where a better near-duplicate is here; says how many.

    What somebody holds at this moment is passed over: it is looked at again in a few seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(SUPERSEDED, parameters(since))
        found = cursor.fetchall()
    return sum(_withdraw(claim, photo) for claim, photo in found)


def _withdraw(claim_id: int, photo_id: int) -> bool:
    """Under the photo's lock, as all that changes its claims; a lease that is just being taken holds a slot's."""
    if not Photo.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=photo_id):
        return False
    # The lock that stops rows which are just being written and would refer to the claim.
    claim = Claim.objects.select_for_update(skip_locked=True).filter(pk=claim_id, state=Claim.State.OPEN).first()
    if claim is None or _is_touched(claim):
        return False
    free = claim.slots.select_for_update(skip_locked=True).filter(reviewer=None, annotation=None)
    slots = [slot.pk for slot in free]
    if len(slots) < claim.slots.count():
        return False
    Slot.objects.filter(pk__in=slots).delete()
    claim.delete()
    return True


def _is_touched(claim: Claim) -> bool:
    kinds = (Annotation, Skip, Flag, Consensus, Quarantine)
    traces = {kind.__name__: Exists(kind._default_manager.filter(claim=OuterRef("pk"))) for kind in kinds}
    return any(Claim.objects.filter(pk=claim.pk).values_list(*traces.values()).get())
