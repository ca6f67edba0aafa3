"""The order of the queue: an identity's and a crawl job's priority, and faces of doubtful quality after all others.

A slot's own priority is what the queue reads, the lowest first; it is written when the claim is opened, and anew
by `reprioritise` when somebody changes what it comes from.
"""

from django.db import connection

from ingest.models import CrawlJob, Identity

STEP = 2  # one step of priority weighs more than doubtful quality
REWRITE = """
UPDATE curation_slot s SET priority = wanted.priority
FROM (
    SELECT c.id, (cardinality(f.concerns) > 0)::int - %(step)s * (i.priority + coalesce(max(j.priority), 0)) AS priority
    FROM curation_claim c JOIN ingest_face f ON f.id = c.face_id JOIN ingest_identity i ON i.id = c.identity_id
         LEFT JOIN ingest_candidate k ON k.photo_id = c.photo_id AND k.identity_id = c.identity_id AND k.state = 'done'
         LEFT JOIN ingest_crawljob j ON j.id = k.job_id
    WHERE {which}
    GROUP BY c.id, f.concerns, i.priority
) wanted
WHERE s.claim_id = wanted.id AND s.annotation_id IS NULL AND s.purpose = 'vote' AND s.priority <> wanted.priority
"""
OF_IDENTITY = "c.identity_id = %(pk)s"
OF_JOB = """EXISTS (SELECT FROM ingest_candidate b
    WHERE b.job_id = %(pk)s AND b.photo_id = c.photo_id AND b.identity_id = c.identity_id)"""


def reprioritise(*, identity: Identity | None = None, job: CrawlJob | None = None) -> int:
    """Rewrites the places of what still waits; how many."""
    pk, which = (identity.pk, OF_IDENTITY) if identity else (job.pk if job else 0, OF_JOB)
    with connection.cursor() as cursor:
        cursor.execute(REWRITE.format(which=which), {"pk": pk, "step": STEP})
        return int(cursor.rowcount)
