"""What was erased must not enter again: asked of the identity and the addresses at the candidate, of the bytes and
the look at the photo.
"""

import hashlib
from collections.abc import Iterable

from django.db import connection

from ingest.addresses import url_key
from ingest.models import Candidate, Identity, Tombstone
from ingest.pending import Refused

Kind = Tombstone.Kind
ERASED = "erased"
LOOKS_ERASED = "near_duplicate_erased"
# A phash is 16 hex digits here and a signed number in a photo's row: as bits they are the same.
NEAR = """
SELECT EXISTS (
    SELECT FROM ingest_tombstone
    WHERE kind = 'phash' AND value ~ '^[0-9a-fA-F]{16}$'
      AND bit_count(('x' || value)::bit(64) # CAST(%s AS bigint)::bit(64)) <= %s
)
"""


def one_line(text: str) -> str:
    return " ".join(text.split())


def mark(text: str) -> str:
    """What a tombstone of kind "identity" holds: the hash of a name, alias or Wikidata id, never the name.

    Without a key: names and Wikidata ids can be guessed, and a guess tested, by whoever has the database.
    """
    return hashlib.sha256(one_line(text).casefold().encode()).hexdigest()


def names_of(name: str, aliases: Iterable[str], wikidata_id: str | None) -> list[str]:
    return [text for text in (name, *aliases, wikidata_id or "") if text]


def tombstones_among(marks: Iterable[str]) -> set[str]:
    return _stones(Kind.IDENTITY, marks)


def is_tombstoned(identity: Identity) -> bool:
    names = names_of(identity.name, identity.aliases, identity.wikidata_id)
    return bool(tombstones_among(mark(text) for text in names))


def is_erased_address(*urls: str) -> bool:
    """Any of these: a picture's address, or that of its page."""
    return bool(_stones(Kind.URL, (url_key(url) for url in urls if url)))


def check_identity(identity: Identity) -> None:
    if is_tombstoned(identity):
        raise Refused(ERASED, f"{identity} was erased and must not enter again.")


def check_addresses(candidate: Candidate) -> None:
    if is_erased_address(candidate.image_url, candidate.page_url):
        raise Refused(ERASED, "What was at this address has been erased and must not enter again.")


def check_bytes(sha256: str) -> None:
    if _stones(Kind.SHA256, [sha256]):
        raise Refused(ERASED, "This picture has been erased and must not enter again.")


def check_phash(phash: int | None, bits: int) -> None:
    """Refuse a perceptual hash (64 bits, as a signed number) within `bits` of an erased picture's; None fits none."""
    if phash is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(NEAR, [phash, bits])
        (is_near,) = cursor.fetchone()
    if is_near:
        raise Refused(LOOKS_ERASED, "This picture looks like one that has been erased and must not enter again.")


def _stones(kind: Kind, values: Iterable[str]) -> set[str]:
    found = Tombstone.objects.filter(kind=kind, value__in=list(values))
    return set(found.values_list("value", flat=True))
