"""Which faces a release takes, and why the others are held back: one judgement, by the database."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from curation.release.orders import ACCEPTABLE, Order
from ingest.licence_policy import judge
from ingest.licences import needs_attribution
from ingest.models import Candidate

EXAMPLES = 5
CHUNK = 500

# Reasons in the order in which they are looked at: the first that holds is the one that is told.
HELD_BACK = {
    "erased": _("erased, or being erased"),
    "quarantined": _("in quarantine, or kept out for good"),
    "identity_not_approved": _("the identity is not approved any more"),
    "identity_slug": _("the identity's slug cannot be a folder name"),
    "alarm_voted": _("somebody voted that it is under age, unsafe or has a licence problem"),
    "known_wrong": _("reviewers found that it shows somebody else"),
    "several_faces": _("the photo holds several faces, and reviewers have not accepted this one"),
    "under_age": _("under 18 when the photo was taken, or perhaps so"),
    "under_age_voted": _("somebody voted under age, and no dates tell the age"),
    "licence_unproved": _("the licence is not proved"),
    "licences_differ": _("sources of the photo name different licences"),
    "licence_held": _("what is said of the licence does not fit together, and nobody has decided yet"),
    "licence_refused": _("the licence does not allow modifying, commercial use and passing on"),
    "creator_missing": _("the licence wants the creator named, and none is known"),
    "crop_of_two_identities": _("the same crop is accepted for two identities"),
    "same_crop": _("another accepted face has the same crop, byte for byte"),
    "near_duplicates_of_two": _("near-duplicates of one another are accepted for two identities"),
    "near_duplicate": _("a near-duplicate was accepted before"),
}

DISPUTE = _("reviewers disagree about race, gender or age, and nobody has decided yet")

# A licence that the policy leaves to a person is taken where a person took it.
# A photo's licence is proved by any of its candidates, best by that of the claimed identity. Someone born in
# "1987" may have been born on its last day; no photo was taken after it was fetched. `verdict` is empty for what is
# ready. Of the same crop, and of a group of near-duplicates, the accepted one comes first, then the oldest claim.
# From an order to erase on nothing of it is ready, though its rows may still be there. A photo that gave its picture
# to an erasure stays for somebody else's face: its file is not its own any more.
TRIAGE = """
WITH ordered AS MATERIALIZED (
    SELECT unnest(ARRAY[e.subject, m.merged_into_id]) AS identity_id
    FROM ingest_erasure e LEFT JOIN ingest_identity m ON m.id = e.subject
    WHERE e.kind = 'identity' AND e.finished_at IS NULL
), judged AS MATERIALIZED (
    SELECT c.id AS claim_id, c.face_id, c.photo_id, c.identity_id, c.state, f.crop_sha256, s.id AS candidate_id,
        f.duplicate_group_id AS group_id,
        CASE
            WHEN EXISTS (SELECT FROM ordered o WHERE o.identity_id = c.identity_id)
                OR EXISTS (SELECT FROM ingest_tombstone t WHERE t.kind = 'sha256' AND t.value = f.crop_sha256)
                OR strpos(p.file, p.sha256) > 0 AND EXISTS (
                    SELECT FROM ingest_tombstone t WHERE t.kind = 'sha256' AND t.value = p.sha256) THEN 'erased'
            WHEN EXISTS (SELECT FROM curation_quarantine q
                         WHERE q.face_id = c.face_id AND q.decision IN ('', 'kept_out')) THEN 'quarantined'
            WHEN i.state <> 'approved' THEN 'identity_not_approved'
            WHEN i.slug !~ '^[A-Za-z0-9_-]+$' THEN 'identity_slug'
            WHEN %(claimed)s AND EXISTS (
                SELECT FROM curation_quarantine q WHERE q.face_id = c.face_id) THEN 'alarm_voted'
            WHEN %(claimed)s AND c.state = 'rejected' AND EXISTS (
                SELECT FROM curation_slot v JOIN curation_annotation a ON a.id = v.annotation_id
                WHERE v.claim_id = c.id AND (a.reason = 'wrong_person' OR a.verdict = 'relabel')) THEN 'known_wrong'
            WHEN %(claimed)s AND c.state <> 'accepted' AND EXISTS (
                SELECT FROM ingest_face b WHERE b.photo_id = c.photo_id AND b.id <> c.face_id) THEN 'several_faces'
            WHEN least(p.taken_at, p.created_at) AT TIME ZONE 'UTC' < interval '18 years' + CASE i.birth_precision
                WHEN 'year' THEN date_trunc('year', i.birth_date::timestamp) + interval '1 year'
                WHEN 'month' THEN date_trunc('month', i.birth_date::timestamp) + interval '1 month'
                ELSE i.birth_date::timestamp END THEN 'under_age'
            WHEN (p.taken_at IS NULL OR i.birth_date IS NULL) AND EXISTS (
                SELECT FROM curation_quarantine q WHERE q.face_id = c.face_id AND q.kind = 'under_age'
                AND q.decision <> 'withdrawn') THEN 'under_age_voted'
            WHEN s.id IS NULL THEN 'licence_unproved'
            WHEN EXISTS (SELECT FROM ingest_candidate o WHERE o.photo_id = c.photo_id
                         AND o.proof = 'proved' AND o.licence <> s.licence) THEN 'licences_differ'
            WHEN EXISTS (SELECT FROM ingest_candidate h
                         WHERE h.photo_id = c.photo_id AND h.state = 'held') THEN 'licence_held'
            WHEN s.licence <> ALL(%(taken)s) AND NOT (s.licence = ANY(%(asked)s) AND EXISTS (
                SELECT FROM ingest_licenceevidence e WHERE e.candidate_id = s.id
                AND e.kind = 'decision' AND e.says = s.licence)) THEN 'licence_refused'
            WHEN NOT s.names_creator AND s.licence = ANY(%(attributed)s) THEN 'creator_missing'
            ELSE '' END AS reason
    FROM curation_claim c
    JOIN ingest_face f ON f.id = c.face_id
    JOIN ingest_photo p ON p.id = c.photo_id
    JOIN ingest_identity i ON i.id = c.identity_id
    LEFT JOIN LATERAL (
        SELECT k.id, k.licence, k.creator ~ '[^[:space:]]' AS names_creator FROM ingest_candidate k
        WHERE k.photo_id = c.photo_id AND k.proof = 'proved'
        ORDER BY k.creator ~ '[^[:space:]]' DESC, k.identity_id <> c.identity_id, k.id LIMIT 1
    ) s ON true
    WHERE c.state = 'accepted'
        OR %(claimed)s AND c.origin = 'crawl' AND c.state IN ('open', 'disputed', 'rejected')
), unique_crops AS (
    SELECT *, CASE
            WHEN reason <> '' THEN reason
            WHEN min(identity_id) OVER crop <> max(identity_id) OVER crop THEN 'crop_of_two_identities'
            WHEN first_value(claim_id) OVER best_crop <> claim_id THEN 'same_crop'
            ELSE '' END AS alone
    FROM judged WINDOW crop AS (PARTITION BY reason, crop_sha256),
        best_crop AS (crop ORDER BY state <> 'accepted', claim_id)
), triage AS (
    SELECT *, CASE
            WHEN alone <> '' OR group_id IS NULL THEN alone
            WHEN min(identity_id) OVER alike <> max(identity_id) OVER alike THEN 'near_duplicates_of_two'
            WHEN first_value(claim_id) OVER best_alike <> claim_id THEN 'near_duplicate'
            ELSE '' END AS verdict
    FROM unique_crops WINDOW alike AS (PARTITION BY alone, group_id),
        best_alike AS (alike ORDER BY state <> 'accepted', claim_id)
)
"""
SELECTED = """
SELECT claim_id, face_id, photo_id, identity_id, crop_sha256, candidate_id, group_id, state
FROM triage WHERE verdict = '' ORDER BY claim_id
"""
COUNTS = """
SELECT verdict, count(*), (array_agg(claim_id ORDER BY claim_id))[1:%(examples)s] FROM triage GROUP BY verdict
"""
EXAMPLE = """
SELECT c.id, c.face_id, i.name FROM curation_claim c JOIN ingest_identity i ON i.id = c.identity_id
WHERE c.id = ANY(%(claims)s)
"""
# Of what is ready: how many stay out of one attribute's tree, by the state of their consensus.
WITHOUT_TASK = """
SELECT task.name, CASE WHEN k.value = '0' THEN 'cannot_tell' ELSE coalesce(k.state, 'open') END, count(*)
FROM triage CROSS JOIN unnest(%(attributes)s::text[]) AS task(name)
LEFT JOIN curation_consensus k ON k.claim_id = triage.claim_id AND k.field = task.name
WHERE verdict = '' AND (k.state IS DISTINCT FROM 'settled' OR k.value = '0')
GROUP BY 1, 2 ORDER BY 1, 2
"""
DISPUTED = """
SELECT count(*), (array_agg(triage.claim_id ORDER BY triage.claim_id))[1:%(examples)s] FROM triage
WHERE verdict = '' AND EXISTS (
    SELECT FROM curation_consensus k
    WHERE k.claim_id = triage.claim_id AND k.state = 'disputed' AND k.field = ANY(%(tasks)s)
)
"""


@dataclass(frozen=True, slots=True)
class Selected:
    """Primary keys of a face that is ready, of its proof, and of its group of near-duplicates."""

    claim: int
    face: int
    photo: int
    identity: int
    crop_sha256: str
    candidate: int
    group: int | None
    state: str


@dataclass(frozen=True)
class Finding:
    """Some faces with one thing in common; `examples` name a few of them, `claims` say which, for who keeps a finding
    and may not keep names. One that `blocks` stops the freeze."""

    code: str
    text: str
    count: int
    examples: tuple[str, ...] = ()
    blocks: bool = True
    claims: tuple[int, ...] = ()


@dataclass(frozen=True)
class Triage:
    ready: int
    held_back: tuple[Finding, ...]


NEXT = Order("0.0.0")  # a curated release of whatever version


def selected(order: Order = NEXT) -> Generator[Selected]:
    """In the order of their claims, some at a time: who wants them twice asks twice, within one `snapshot`."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(TRIAGE + SELECTED, _values(order))
        while rows := cursor.fetchmany(CHUNK):
            yield from (Selected(*row) for row in rows)


def triage(order: Order = NEXT) -> Triage:
    rows = {verdict: (count, claims) for verdict, count, claims in _rows(COUNTS, order, examples=EXAMPLES)}
    ready = rows.get("", (0, []))[0]
    found = [(code, text, *rows[code]) for code, text in HELD_BACK.items() if code in rows]
    return Triage(ready, tuple(_held_back(order, *row) for row in found))


def _held_back(order: Order, code: str, text: Any, count: int, claims: list[int]) -> Finding:
    """What a set is not made of by its definition stops nothing."""
    blocks = code in ACCEPTABLE and code not in order.accept
    return Finding(code, str(text), count, examples(claims), blocks, tuple(claims))


def disputed(order: Order) -> tuple[Finding, ...]:
    """Ready faces about whose race, gender or age there is an open dispute, where the release has that task."""
    ((count, claims),) = _rows(DISPUTED, order, examples=EXAMPLES, tasks=list(order.tasks))
    if not count or order.claimed:
        return ()
    blocks = "disputed" not in order.accept
    return (Finding("disputed", str(DISPUTE), count, examples(claims), blocks, tuple(claims)),)


def without_task(attributes: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """(task, open | disputed | cannot_tell, faces) for ready faces that stay out of that task's tree."""
    return [(task, state, count) for task, state, count in _rows(WITHOUT_TASK, NEXT, attributes=list(attributes))]


def examples(claims: Sequence[int]) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(EXAMPLE, {"claims": list(claims[:EXAMPLES])})
        found = sorted(cursor.fetchall())
    return tuple(str(_("face %(number)s (%(name)s)")) % {"number": face, "name": name} for _claim, face, name in found)


def _rows(select: str, order: Order, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(TRIAGE + select, _values(order) | values)
        return list(cursor.fetchall())


def _values(order: Order) -> dict[str, Any]:
    """Of the triage: the kind of release, and the licences that are taken."""
    proved = Candidate.objects.filter(proof=Candidate.Proof.PROVED)
    known = proved.values_list("licence", flat=True).distinct()
    verdicts = {spdx: judge(spdx).verdict for spdx in known}
    taken = [spdx for spdx, verdict in verdicts.items() if verdict == "take"]
    asked = [spdx for spdx, verdict in verdicts.items() if verdict == "ask"]
    attributed = [spdx for spdx in taken + asked if needs_attribution(spdx)]
    return {"claimed": order.claimed, "taken": taken, "asked": asked, "attributed": attributed}
