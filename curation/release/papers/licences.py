"""LICENSES/: the text of every licence that occurs in a release, by its SPDX id.

The texts are those of the SPDX licence list. What is no licence but a statement gets a sentence that says so.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from ingest.licences import NO_KNOWN_COPYRIGHT, PUBLIC_DOMAIN, US_GOV_WORK, licence_name, licence_url

TEXTS = Path(__file__).parent.parent / "licence_texts"
FOLDER = "LICENSES"
GFDL = re.compile(r"(GFDL-1\.\d)-.+")
STATEMENTS = {
    US_GOV_WORK: "A work of the United States government, prepared by its employees as part of their duties: in the"
    " United States it is not protected by copyright (17 U.S.C. § 105). Elsewhere it may be.",
    PUBLIC_DOMAIN: "The source says that this photo is in the public domain. No mark or dedication says more.",
    NO_KNOWN_COPYRIGHT: "The source says that no copyright restrictions are known. That is no grant of rights.",
}


def files(licences: Iterable[str]) -> dict[str, str]:
    return {f"{FOLDER}/{spdx}.txt": text_of(spdx) for spdx in sorted(set(licences)) if spdx}


def text_of(spdx: str) -> str:
    """The whole text where we have it, else its name and address."""
    match = GFDL.fullmatch(spdx)
    known = TEXTS / f"{match[1] if match else spdx}.txt"
    if re.fullmatch(r"[A-Za-z0-9.-]+", spdx) and known.is_file():
        return known.read_text(encoding="utf-8")
    return statement(spdx)


def statement(spdx: str) -> str:
    what = STATEMENTS.get(spdx, "Its text stands at the address below.")
    address = licence_url(spdx)
    return "\n".join([licence_name(spdx), "", what, *(["", address] if address else [])]) + "\n"
