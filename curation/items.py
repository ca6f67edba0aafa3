"""What the browser receives of a face (docs/review-protocol.md). Nothing here tells one purpose from another."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.models import Claim, Policy, Slot
from curation.models.claims import Question
from curation.quarantine import IN_FORCE
from curation.rows import columns, part
from ingest.licences import attribution_line, licence_name, licence_url
from ingest.models import Candidate, Face, Identity
from mtf_site.prepared import exchange

REFERENCES = 6
ANY_SHA256 = "0" * 64
CLAIMED = ("race", "gender")  # of an identity; an age belongs to a photo, and nothing is claimed of it
Json = dict[str, Any]

# Statements that stand together are sent together.
IS_SEEN = """
c.state = 'accepted' AND NOT EXISTS (SELECT FROM curation_quarantine q
                                     WHERE q.face_id = c.face_id AND q.decision IN ('', 'kept_out'))
AND NOT EXISTS (SELECT FROM curation_golditem g
                WHERE g.claim_id = c.id AND g.question = 'usable' AND g.retired_at IS NULL)
"""
BOX = ("id", "photo_id", "x", "y", "width", "height")
FACES = f"""
SELECT {columns(Face, "f", BOX)} FROM ingest_face f WHERE f.photo_id = ANY(%(photos)s::bigint[]) ORDER BY f.id;
"""  # noqa: S608  constants
# In the order of the model's fields.
SHOWN_OF_A_HIT = ("id", "identity_id", "source", "page_url", "title", "creator", "proof", "licence", "photo_id")
HITS = f"""
SELECT {", ".join(SHOWN_OF_A_HIT)} FROM ingest_candidate
WHERE photo_id = ANY(%(photos)s::bigint[]) AND state = 'done' ORDER BY id;
"""  # noqa: S608  constants
# Gold is no reference: who sees a face among these knows that it is accepted.
# How many accepted faces each identity has, and the newest: a few more than are shown, so that the served one can go.
ACCEPTED = f"""
SELECT i.id, c.n, f.id, f.crop_sha256, f.duplicate_group_id
FROM unnest(%(identities)s::bigint[]) AS i(id)
    CROSS JOIN LATERAL (SELECT c.id, c.face_id, count(*) OVER () AS n FROM curation_claim c
                        WHERE c.identity_id = i.id AND {IS_SEEN} ORDER BY c.id DESC LIMIT {REFERENCES + 1}) c
    JOIN ingest_face f ON f.id = c.face_id
ORDER BY c.id DESC;
"""  # noqa: S608  constants


class Reference(NamedTuple):
    """An accepted face: its id, its duplicate group, and the address of its crop."""

    face: int
    group: int | None
    crop: str


@dataclass
class Around:
    """What is shown with the faces: those beside them, where they come from, whom to compare with."""

    faces: dict[int, list[Face]] = field(default_factory=lambda: defaultdict(list))
    hits: dict[int, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    references: dict[int, list[Reference]] = field(default_factory=lambda: defaultdict(list))


def items(slots: Sequence[Slot], question: str, policy: Policy) -> list[Json]:
    """The same for every purpose that a slot may have."""
    shown = _items([slot.claim for slot in slots], question)
    for slot, item in zip(slots, shown, strict=True):
        item["asks"] = slot.asks or [one["code"] for one in policy.fields]
        item["claimed"] = _claimed(slot.claim.identity, policy) if question == Question.ATTRIBUTES else {}
    return shown


def _claimed(identity: Identity, policy: Policy) -> dict[str, int]:
    """What the list says of the person, of the fields that the policy does not ask blind."""
    told = {name: getattr(identity, f"claimed_{name}") for name in CLAIMED if name not in policy.blind_fields}
    return {name: code for name, code in told.items() if code is not None}


def face_as_asked(claim: Claim, question: str, policy: Policy) -> Json:
    """One face as the question shows it, without a slot: whoever practises sees what they will see in earnest."""
    item = _items([claim], question)[0]
    claimed = _claimed(claim.identity, policy) if question == Question.ATTRIBUTES else {}
    return item | {"asks": [one["code"] for one in policy.fields], "claimed": claimed}


def face_with_person(claim: Claim) -> Json:
    """One face as the first question shows it: with its source, and the person it should be."""
    return _items([claim], Question.USABLE)[0]


def faces_with_person(claims: Sequence[Claim]) -> list[Json]:
    return _items(claims, Question.USABLE)


def crop_url(face: Face) -> str:
    return _address("crop", face.crop_sha256)


def _address(name: str, sha256: str) -> str:
    return _pattern(name).replace(ANY_SHA256, sha256)


@cache
def _pattern(name: str) -> str:
    """Looked up once: two hundred addresses go with a grid."""
    return reverse(name, args=[ANY_SHA256])


# ---- Items


def _items(claims: Sequence[Claim], question: str) -> list[Json]:
    names = question == Question.USABLE
    around = _around(claims, names)
    copies = _duplicates(claims) if names else {}
    return [
        {
            "claim": claim.pk,
            "question": question,
            "crop": crop_url(claim.face),
            "identity": _person(claim, around) if names else None,
            "duplicates": copies.get(claim.pk, []),
            "source": _source(claim, question, around.faces[claim.photo_id], around.hits[claim.photo_id]),
        }
        for claim in claims
    ]


def _around(claims: Sequence[Claim], names: bool) -> Around:
    around = Around()
    if not claims:
        return around
    params = {"photos": list({c.photo_id for c in claims}), "identities": list({c.identity_id for c in claims})}
    faces, hits, *accepted = exchange(
        [(text, params) for text in ((FACES, HITS, ACCEPTED) if names else (FACES, HITS))]
    )
    for row in faces:
        face = part(Face, BOX, row)
        around.faces[face.photo_id].append(face)
    _read_hits(hits, around.hits)
    for identity, count, pk, sha256, group in accepted[0] if names else ():
        around.accepted[identity] = count
        around.references[identity].append(Reference(pk, group, _address("crop", sha256)))
    return around


def _read_hits(rows: Sequence[tuple[Any, ...]], into: dict[int, list[Candidate]]) -> None:
    for row in rows:
        hit = part(Candidate, SHOWN_OF_A_HIT, row)
        into[hit.photo_id or 0].append(hit)


def _candidates(photos: Collection[int]) -> dict[int, list[Candidate]]:
    found: dict[int, list[Candidate]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(HITS, {"photos": list(photos)})
        _read_hits(cursor.fetchall(), found)
    return found


def _source(claim: Claim, question: str, faces: list[Face], candidates: list[Candidate]) -> Json:
    photo = claim.photo
    best = _best(claim, candidates)
    return {
        "photo": _address("photo", photo.preview_sha256),
        "width": photo.width,
        "height": photo.height,
        "boxes": [_box(face, claim) for face in faces],
        "taken": photo.taken_at.date().isoformat() if photo.taken_at else None,
        **_provenance(best if question == Question.USABLE else None),
    }


def _provenance(hit: Candidate | None) -> Json:
    """Where the photo comes from. Attributes are asked blind, and titles and addresses tell names: all empty then."""
    if hit is None:
        blind = ("site", "page_url", "creator", "licence", "licence_url", "proof", "proof_words", "attribution")
        return dict.fromkeys(blind, "")
    return {
        "site": _site(hit),
        "page_url": _web(hit.page_url),
        "creator": hit.creator,
        "licence": licence_name(hit.licence) if hit.licence else "",
        "licence_url": licence_url(hit.licence) if hit.licence else "",
        "proof": hit.proof,
        "proof_words": hit.get_proof_display(),
        "attribution": attribution_line(hit.title, hit.creator, hit.page_url, hit.licence) if hit.licence else "",
    }


def _best(claim: Claim, candidates: list[Candidate]) -> Candidate | None:
    """The hit to show: one for the claimed person first, a proved one first among these."""
    return min(candidates, key=lambda c: (c.identity_id != claim.identity_id, c.proof != "proved", c.pk), default=None)


def _web(url: str) -> str:
    """Only what a browser may safely follow becomes a link."""
    return url if url.startswith(("http://", "https://")) else ""


def _box(face: Face, claim: Claim) -> Json:
    return {"x": face.x, "y": face.y, "w": face.width, "h": face.height, "this": face.pk == claim.face_id}


def _duplicates(claims: Sequence[Claim]) -> dict[int, list[Json]]:
    """The other faces of the claims' groups, found for the same identity, that may be seen, the largest first."""
    groups = {claim.face.duplicate_group_id for claim in claims} - {None}
    if not groups:
        return {}
    faces = Face.objects.filter(duplicate_group__in=groups).exclude(quarantines__decision__in=IN_FORCE)
    rows = faces.select_related("photo").order_by("-crop_side", "id")
    found = _candidates({face.photo_id for face in rows})
    return {
        claim.pk: [
            {"crop": crop_url(face), "width": face.photo.width, "site": _site(_best(claim, found[face.photo_id]))}
            for face in rows
            if _twins(face, claim.face) and face.pk != claim.face_id
            if any(hit.identity_id == claim.identity_id for hit in found[face.photo_id])
        ]
        for claim in claims
    }


def _site(hit: Candidate | None) -> str:
    return (urlsplit(hit.page_url).hostname or hit.source) if hit else ""


# ---- References


def _person(claim: Claim, around: Around) -> Json:
    identity = claim.identity
    face, group = claim.face_id, claim.face.duplicate_group_id
    others = [
        known.crop
        for known in around.references[identity.pk]
        if known.face != face and (group is None or known.group != group)
    ]
    return {
        "id": identity.pk,
        "name": identity.name,
        "about": describe(identity),
        "accepted": around.accepted[identity.pk],
        "references": others[:REFERENCES],
        "reference_picture": None if others else _reference_picture(identity),
    }


def _reference_picture(identity: Identity) -> Json | None:
    """What to compare with while there is no accepted face to show."""
    if not identity.reference_preview_sha256:
        return None
    return {
        "picture": _address("photo", identity.reference_preview_sha256),
        "page_url": _web(identity.reference_page_url),
        "credit": identity.reference_credit,
    }


def _twins(one: Face, other: Face) -> bool:
    return one.duplicate_group_id is not None and one.duplicate_group_id == other.duplicate_group_id


def describe(identity: Identity) -> str:
    born = _("b. %(year)d") % {"year": identity.birth_date.year} if identity.birth_date else ""
    return ", ".join(part for part in (identity.about, born) if part)
