"""How urgent a claim is in the reviewers' queue. Lower is served first; what is equally urgent keeps its order.

Urgency comes first: the identity's priority and that of the best job that found the photo. Within the same urgency
faces of doubtful quality come after all others, and these by what they are worth: sharp, large, surely detected ones
before the rest, in a few bands so that runs of one identity stay runs.
"""

from typing import Any

from django.db import connection, transaction

from curation.models import Bookmark

MOST_URGENT = 100  # priorities of identities and jobs beyond this are no more urgent
BANDS = 10  # places within one urgency
DOUBTFUL = 5  # the first place of doubtful faces
BATCH = 2000

# Whether every detection of face `f` stayed below the score that its detector calls enough without a second sign.
UNSURE = """
(SELECT coalesce(max(t.score / nullif((t.parameters ->> 'strong_votes')::float, 0)), 1) < 1
 FROM ingest_detection t WHERE t.face_id = f.id)
"""
# The priority of a claim on face `f` for identity `i`; `job` is the SQL of the best job's priority. A smallint.
PRIORITY = f"""
(-{BANDS} * greatest(least(i.priority + {{job}}, {MOST_URGENT}), -{MOST_URGENT})
 + CASE WHEN cardinality(f.concerns) > 0 THEN {DOUBTFUL} ELSE 0 END
 + CASE WHEN f.crop_side >= 200 AND coalesce((f.quality ->> 'sharpness')::float, 100) >= 100 THEN 0
        WHEN f.crop_side >= 100 THEN 1 ELSE 2 END
 + CASE WHEN {UNSURE} THEN 1 ELSE 0 END)::smallint
"""
BEST_JOB = """
coalesce((SELECT max(j.priority) FROM ingest_candidate d JOIN ingest_crawljob j ON j.id = d.job_id
          WHERE d.photo_id = f.photo_id AND d.identity_id = i.id AND d.state = 'done'), 0)
"""
OF_CLAIM = f"""
SELECT {PRIORITY.format(job=BEST_JOB)} FROM curation_claim c JOIN ingest_face f ON f.id = c.face_id
JOIN ingest_identity i ON i.id = c.identity_id WHERE c.id = %s
"""  # noqa: S608  constants
# Slots that an answer is just being written to are passed over: who waits with slots in hand may deadlock. They are
# answered anyway; those that are merely being leased are found by the next batch.
REWRITE = f"""
WITH due AS MATERIALIZED (
    SELECT s.id, {PRIORITY.format(job=BEST_JOB)} AS priority
    FROM curation_slot s JOIN curation_claim c ON c.id = s.claim_id JOIN ingest_face f ON f.id = c.face_id
        JOIN ingest_identity i ON i.id = c.identity_id
    WHERE s.waiting AND s.purpose = 'vote' AND s.id > %(after)s AND {{which}}
    ORDER BY s.id LIMIT %(batch)s
), free AS (
    SELECT s.id, due.priority FROM due JOIN curation_slot s ON s.id = due.id
    WHERE s.priority <> due.priority FOR UPDATE OF s SKIP LOCKED
), written AS (
    UPDATE curation_slot s SET priority = free.priority FROM free WHERE s.id = free.id RETURNING 1
)
SELECT (SELECT max(id) FROM due), (SELECT count(*) FROM written)
"""  # noqa: S608  constants
OF_IDENTITY = "s.identity_id = %(identity)s"
OF_JOB = """
EXISTS (SELECT FROM ingest_candidate d
        WHERE d.photo_id = f.photo_id AND d.identity_id = i.id AND d.job_id = %(job)s AND d.state = 'done')
AND s.identity_id IN (SELECT identity_id FROM ingest_discovery WHERE job_id = %(job)s)
"""


def priority_of(claim_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(OF_CLAIM, [claim_id])
        return int(cursor.fetchone()[0])


def reprioritise(*, identity: int | None = None, job: int | None = None) -> int:
    """Moves what waits to where the priorities of today have it: of one identity, of one job, or all; how many slots.

    Batch by batch, each a transaction of its own: whoever is broken off may begin anew.
    """
    which = OF_IDENTITY if identity else OF_JOB if job else "true"
    params: dict[str, Any] = {"identity": identity, "job": job, "batch": BATCH, "after": 0}
    moved = 0
    while params["after"] is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(REWRITE.format(which=which), params)
            params["after"], count = cursor.fetchone()
            moved += count
    if moved:
        Bookmark.objects.all().delete()  # what became urgent stands before them
    return moved
