"""One statement about a picture's licence, whoever makes it."""

from dataclasses import dataclass

from ingest.licences.ids import NO_ASSERTION

FILTER, ORDER, API, PAGE, EMBEDDED, SELLER = "filter", "order", "api", "page", "embedded", "seller"

MAX_PLACE = 60
MAX_WORDS = 500


@dataclass(frozen=True)
class Said:
    """`kind` is one of the above; `says` an SPDX id, or NOASSERTION for words that name no licence."""

    kind: str
    says: str = NO_ASSERTION
    licence_url: str = ""
    place: str = ""
    words: str = ""
    at_url: str = ""

    @property
    def names_one(self) -> bool:
        return self.says != NO_ASSERTION
