"""The ids by which licences are known here: SPDX's, and our own `LicenseRef-` ones for what SPDX does not list.

Creative Commons ports that SPDX does not list ("CC BY 2.0 FR") are `LicenseRef-CC-BY-2.0-FR`; a licence that is
named without its version is `LicenseRef-CC-BY`: enough to contradict, not enough to prove.
"""

import re

NO_ASSERTION = "NOASSERTION"
US_GOV_WORK = "LicenseRef-US-Gov-Work"
PUBLIC_DOMAIN = "LicenseRef-Public-Domain"  # said in these words, without a mark that says more
NO_KNOWN_COPYRIGHT = "LicenseRef-No-Known-Copyright"
ALL_RIGHTS_RESERVED = "LicenseRef-All-Rights-Reserved"
OWN_IDS = {US_GOV_WORK, PUBLIC_DOMAIN, NO_KNOWN_COPYRIGHT, ALL_RIGHTS_RESERVED}

CC_CODES = {"by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"}
CC_VERSIONS = {"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"}
# Creative Commons 1.0 wrote the parts in another order.
OLD_CODES = {"by-nd-nc": "by-nc-nd"}
# The ports that SPDX gives an id of their own.
SPDX_PORTS = {
    *("CC-BY-2.5-AU", "CC-BY-3.0-AT", "CC-BY-3.0-AU", "CC-BY-3.0-DE", "CC-BY-3.0-IGO", "CC-BY-3.0-NL"),
    *("CC-BY-3.0-US", "CC-BY-NC-3.0-DE", "CC-BY-NC-ND-3.0-DE", "CC-BY-NC-ND-3.0-IGO", "CC-BY-NC-SA-2.0-DE"),
    *("CC-BY-NC-SA-2.0-FR", "CC-BY-NC-SA-2.0-UK", "CC-BY-NC-SA-3.0-DE", "CC-BY-NC-SA-3.0-IGO"),
    *("CC-BY-ND-3.0-DE", "CC-BY-SA-2.0-UK", "CC-BY-SA-2.1-JP", "CC-BY-SA-3.0-AT", "CC-BY-SA-3.0-DE"),
    "CC-BY-SA-3.0-IGO",
}
PUBLIC_DOMAIN_PATHS = {
    "publicdomain/zero/1.0": "CC0-1.0",
    "publicdomain/mark/1.0": "CC-PDM-1.0",
    "licenses/publicdomain": "CC-PDDC",
    "publicdomain/certification/1.0/us": "CC-PDDC",
}
CC_ID = re.compile(r"(?:LicenseRef-)?CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(?:-([A-Z]{2,8}))?")
CC_FAMILY = re.compile(r"LicenseRef-CC-(BY(?:-NC)?(?:-SA|-ND)?)")

# Exact addresses outside Creative Commons, without scheme, "www." and trailing slash.
OTHER_URLS = {
    "usa.gov/copyright.shtml": US_GOV_WORK,
    "usa.gov/government-works": US_GOV_WORK,
    "usa.gov/government-copyright": US_GOV_WORK,
    "flickr.com/commons/usage": NO_KNOWN_COPYRIGHT,
    "rightsstatements.org/vocab/nkc/1.0": NO_KNOWN_COPYRIGHT,
    "rightsstatements.org/page/nkc/1.0": NO_KNOWN_COPYRIGHT,
    "rightsstatements.org/vocab/inc/1.0": ALL_RIGHTS_RESERVED,
    "rightsstatements.org/page/inc/1.0": ALL_RIGHTS_RESERVED,
    "nationalarchives.gov.uk/doc/open-government-licence/version/1": "OGL-UK-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0",
    "artlibre.org/licence/lal": "LAL-1.3",
    "artlibre.org/licence/lal/en": "LAL-1.3",
    "gnu.org/licenses/old-licenses/fdl-1.2.html": "GFDL-1.2-only",
    "gnu.org/copyleft/fdl.html": "GFDL-1.3-or-later",
    "gnu.org/licenses/fdl-1.3.html": "GFDL-1.3-only",
}

NAMES = {
    "CC0-1.0": "CC0 1.0",
    "CC-PDM-1.0": "Public Domain Mark 1.0",
    "CC-PDDC": "Creative Commons Public Domain Dedication",
    US_GOV_WORK: "Work of the US government",
    PUBLIC_DOMAIN: "Public domain",
    NO_KNOWN_COPYRIGHT: "No known copyright restrictions",
    ALL_RIGHTS_RESERVED: "All rights reserved",
    NO_ASSERTION: "no licence named",
}


def cc_id(code: str, version: str = "", port: str = "") -> str | None:
    """The id of a Creative Commons licence from its parts in any case; None when there is no such licence."""
    code = OLD_CODES.get(code.lower(), code.lower())
    if code not in CC_CODES or (version == "4.0" and port):
        return None
    if not version:
        return f"LicenseRef-CC-{code.upper()}"
    if version not in CC_VERSIONS:
        return None
    found = "-".join(part for part in ("CC", code.upper(), version, port.upper()) if part)
    return found if not port or found in SPDX_PORTS else f"LicenseRef-{found}"


def agree(one: str, other: str) -> bool:
    """True for the same licence, also where one of the two names no version."""
    return one == other or _family(one) == other or one == _family(other)


def _family(spdx: str) -> str:
    match = CC_ID.fullmatch(spdx)
    return f"LicenseRef-CC-{match[1]}" if match else ""


def licence_name(spdx: str | None) -> str:
    """For people: "CC BY-SA 4.0"."""
    spdx = spdx or ""
    if match := CC_ID.fullmatch(spdx):
        return " ".join(["CC", *(part for part in match.groups() if part)])
    if match := CC_FAMILY.fullmatch(spdx):
        return f"CC {match[1]}, no version named"
    return NAMES.get(spdx, spdx or "unknown licence")


def licence_url(spdx: str) -> str:
    """The canonical address of the licence, "" where there is none that we know."""
    if match := CC_ID.fullmatch(spdx):
        parts = "/".join(part.lower() for part in match.groups() if part)
        return f"https://creativecommons.org/licenses/{parts}/"
    for path, known in PUBLIC_DOMAIN_PATHS.items():
        if known == spdx:
            return f"https://creativecommons.org/{path}/"
    return next((f"https://www.{address}" for address, known in OTHER_URLS.items() if known == spdx), "")
