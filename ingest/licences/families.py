"""What each family of licences permits, and what it asks: a table of facts, which no policy changes."""

import re
from dataclasses import dataclass

from ingest.licences.ids import NO_KNOWN_COPYRIGHT

MODIFY, COMMERCIAL, REDISTRIBUTE = "modify", "commercial", "redistribute"
EVERYTHING = frozenset({MODIFY, COMMERCIAL, REDISTRIBUTE})


@dataclass(frozen=True)
class Family:
    """`pattern` matches whole SPDX ids; `example` is one of them."""

    name: str
    pattern: str
    example: str
    permits: frozenset[str] = EVERYTHING
    asks_attribution: bool = True
    asks_same_licence: bool = False


# First match counts. A crop is an adaptation, so ND forbids it.
FAMILIES = (
    Family("nc_nd", r"(LicenseRef-)?CC-BY-NC-ND(-.+)?", "CC-BY-NC-ND-4.0", frozenset({REDISTRIBUTE})),
    Family("nc", r"(LicenseRef-)?CC-BY-NC(-.+)?", "CC-BY-NC-4.0", frozenset({MODIFY, REDISTRIBUTE})),
    Family("nd", r"(LicenseRef-)?CC-BY-ND(-.+)?", "CC-BY-ND-4.0", frozenset({COMMERCIAL, REDISTRIBUTE})),
    Family(
        "public_domain",
        r"CC0-1\.0|CC-PDM-1\.0|CC-PDDC|LicenseRef-US-Gov-Work|LicenseRef-Public-Domain",
        "CC0-1.0",
        asks_attribution=False,
    ),
    Family("share_alike", r"(LicenseRef-)?CC-BY-SA(-\d\.\d(-[A-Z]+)?)?", "CC-BY-SA-4.0", asks_same_licence=True),
    Family("attribution", r"(LicenseRef-)?CC-BY(-\d\.\d(-[A-Z]+)?)?", "CC-BY-4.0"),
    Family("all_rights_reserved", r"LicenseRef-All-Rights-Reserved", "LicenseRef-All-Rights-Reserved", frozenset()),
    Family("no_known_copyright", re.escape(NO_KNOWN_COPYRIGHT), NO_KNOWN_COPYRIGHT, asks_attribution=False),
    Family("open_government", r"OGL-UK-\d\.\d", "OGL-UK-3.0"),
    Family("free_art", r"LAL-1\.\d", "LAL-1.3", asks_same_licence=True),
    Family("gfdl", r"GFDL-1\.\d(-.+)?", "GFDL-1.3-or-later", asks_same_licence=True),
)
ID = re.compile(r"[A-Za-z0-9.+-]+")


def family_of(spdx: str | None) -> Family | None:
    """None for what is no licence that we know."""
    if not spdx or not ID.fullmatch(spdx):
        return None
    return next((family for family in FAMILIES if re.fullmatch(family.pattern, spdx)), None)


def needs_attribution(spdx: str | None) -> bool:
    """False only for what is known to be free of it."""
    family = family_of(spdx)
    return family is None or family.asks_attribution


def needs_same_licence(spdx: str | None) -> bool:
    """Whether what is made of it is passed on under it: share-alike, or as strict."""
    family = family_of(spdx)
    return family is not None and family.asks_same_licence
