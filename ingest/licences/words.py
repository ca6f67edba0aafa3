"""Licences by the words that people, cameras and APIs use for them. Words prove less than an address does."""

import re
from collections.abc import Iterator

from license_expression import ExpressionError, LicenseSymbol, get_spdx_licensing

from ingest.licences.ids import (
    ALL_RIGHTS_RESERVED,
    CC_ID,
    CC_VERSIONS,
    NO_KNOWN_COPYRIGHT,
    OWN_IDS,
    PUBLIC_DOMAIN,
    US_GOV_WORK,
    cc_id,
)
from ingest.licences.urls import parse_licence_url
from ingest.sentences import Sentence

# The whole text, in lower case, spaces and underscores as hyphens: codes of Commons, Openverse and others.
CODES = {
    "pd": PUBLIC_DOMAIN,
    "pd-old": PUBLIC_DOMAIN,
    "pd-self": PUBLIC_DOMAIN,
    "pd-author": PUBLIC_DOMAIN,
    "public-domain": PUBLIC_DOMAIN,
    "cc0": "CC0-1.0",
    "cc-0": "CC0-1.0",
    "cc-zero": "CC0-1.0",
    "cc-pd": "CC-PDDC",
    "pdm": "CC-PDM-1.0",
    "cc-pdm": "CC-PDM-1.0",
    "cc-pd-mark": "CC-PDM-1.0",
    "ogl": "OGL-UK-1.0",
    "ogl2": "OGL-UK-2.0",
    "ogl3": "OGL-UK-3.0",
    "fal": "LAL-1.3",
    "gfdl": "GFDL-1.2-or-later",
}
US_GOVERNMENT = re.compile(r"pd-usgov(?:-[a-z0-9-]+)?|pd-us-?gov(?:ernment)?")

ADDRESS = re.compile(r"(?:https?:)?//[^\s<>\"'()]+|\bcreativecommons\.org/[^\s<>\"'()]+", re.IGNORECASE)
SHORT = re.compile(
    r"\bcc[ -]?(by(?:[ -]nc)?(?:[ -](?:sa|nd))?|by[ -]nd[ -]nc)\b"
    r"(?:[ -]+(?:v(?:ersion)?\.? ?)?(\d\.\d))?(?:(-[a-z]{2,8}| [A-Z]{2,8})\b)?",
    re.IGNORECASE,
)
LONG = re.compile(
    r"\bcreative commons[ :,-]+attribution"
    r"([ -]+non[ -]?commercial)?([ -]+share[ -]?alike|[ -]+no[ -]?deriv(?:ative)?s?(?: works)?)?"
    r"(?: licen[cs]e)?(?:[ ,]+(?:version )?(\d\.\d))?(?: (?:licen[cs]e )?([a-z]+(?: [a-z]+)?))?",
    re.IGNORECASE,
)
COUNTRIES = {
    "austria": "at", "australia": "au", "belgium": "be", "brazil": "br", "canada": "ca", "france": "fr",
    "germany": "de", "deutschland": "de", "igo": "igo", "italy": "it", "japan": "jp", "netherlands": "nl",
    "poland": "pl", "scotland": "scotland", "spain": "es", "switzerland": "ch", "united states": "us",
}  # fmt: skip
PHRASES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bcc0\b|\bcc[ -]zero\b|creative commons zero", re.I), "CC0-1.0"),
    (re.compile(r"public domain mark", re.I), "CC-PDM-1.0"),
    (re.compile(r"public domain dedication", re.I), "CC-PDDC"),
    (re.compile(r"works? of (?:the )?(?:u\.?s\.?|united states)(?: federal)? government", re.I), US_GOV_WORK),
    (re.compile(r"\bpd-usgov\b", re.I), US_GOV_WORK),
    (re.compile(r"no known (?:copyright|restrictions)", re.I), NO_KNOWN_COPYRIGHT),
    (re.compile(r"open government licen[cs]e(?: \(ogl\))?[ ,-]*v?(?:ersion )?3", re.I), "OGL-UK-3.0"),
    (re.compile(r"open government licen[cs]e(?: \(ogl\))?[ ,-]*v?(?:ersion )?2", re.I), "OGL-UK-2.0"),
    (re.compile(r"free art licen[cs]e|licence art libre", re.I), "LAL-1.3"),
    (re.compile(r"gnu free documentation licen[cs]e|\bgfdl\b", re.I), "GFDL-1.2-or-later"),
    (
        re.compile(
            r"\ball rights? reserved|alle rechte vorbehalten|tous droits r[ée]serv[ée]s"
            r"|todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati"
            r"|alle rechten voorbehouden",
            re.I,
        ),
        ALL_RIGHTS_RESERVED,
    ),
)  # fmt: skip
PLAIN_PUBLIC_DOMAIN = re.compile(r"(?<!not in the )\bpublic domain\b(?! (?:mark|dedication))", re.I)
MAX_WORDS = 2000


def read_licence(text: str) -> str:
    """The SPDX id from an id in any case, a short name or a licence URL; ValueError with a sentence otherwise."""
    text = text.strip()
    if "/" in text:
        found = parse_licence_url(text)
    elif text in OWN_IDS or _is_own_port(text):
        found = text
    else:
        found = _spdx_id(text) or _versioned(text)
    if found is None:
        raise ValueError(
            Sentence("%(text)r is neither an SPDX licence id nor the URL of a licence that we know.", text=text)
        )
    return found


def _is_own_port(text: str) -> bool:
    match = CC_ID.fullmatch(text)
    return match is not None and bool(match[3]) and text == cc_id(match[1], match[2], match[3])


def _spdx_id(text: str) -> str | None:
    try:
        symbol = get_spdx_licensing().parse(text, validate=True)
    except ExpressionError:
        return None
    return str(symbol.key) if isinstance(symbol, LicenseSymbol) else None


def _versioned(text: str) -> str | None:
    match = SHORT.fullmatch(text)
    return _short(match) if match and match[2] else None


def licence_in_words(text: str) -> str | None:
    """The one licence that these words name; None when they name none, or several."""
    found = licences_in_words(text)
    return found[0] if len(found) == 1 else None


def licences_in_words(text: str) -> tuple[str, ...]:
    """All licences that these words name, each once, in no promised order.

    A Creative Commons name without a version gives `LicenseRef-CC-BY`, beside a fuller one nothing.
    """
    text = " ".join(text[:MAX_WORDS].split())
    code = re.sub(r"[ _]+", "-", text.lower())
    if code in CODES:
        return (CODES[code],)
    if US_GOVERNMENT.fullmatch(code):
        return (US_GOV_WORK,)
    found = dict.fromkeys(_named(text))
    fuller = {f"LicenseRef-CC-{match[1]}" for spdx in found if (match := CC_ID.fullmatch(spdx))}
    return tuple(spdx for spdx in found if spdx not in fuller)


def _named(text: str) -> Iterator[str]:
    for address in ADDRESS.findall(text):
        whole = address.rstrip(".,;:!")
        if spdx := parse_licence_url(whole if "//" in whole else f"https://{whole}"):
            yield spdx
    text = ADDRESS.sub(" ", text).replace("_", "-")
    yield from (spdx for match in SHORT.finditer(text) if (spdx := _short(match)))
    yield from (spdx for match in LONG.finditer(text) if (spdx := _long(match)))
    phrases = [spdx for pattern, spdx in PHRASES if pattern.search(text)]
    yield from phrases
    if not {"CC0-1.0", US_GOV_WORK} & set(phrases) and PLAIN_PUBLIC_DOMAIN.search(text):
        yield PUBLIC_DOMAIN


def _short(match: re.Match[str]) -> str | None:
    code = re.sub(r"[ _]", "-", match[1].lower())
    version, port = match[2] or "", (match[3] or "")
    # After a space only capitals are a port: "CC BY 2.0 FR", but "CC BY 2.0 in print".
    is_port = bool(version) and version != "4.0" and (port.startswith("-") or port.strip().isupper())
    return cc_id(code, version if version in CC_VERSIONS else "", port.strip(" -") if is_port else "")


def _long(match: re.Match[str]) -> str | None:
    commercial, changes, version, where = match.groups()
    parts = ["by", "nc" if commercial else "", ("sa" if "alike" in changes.lower() else "nd") if changes else ""]
    port = COUNTRIES.get((where or "").lower(), "") or COUNTRIES.get((where or "").lower().split(" ")[0], "")
    known = version if version in CC_VERSIONS else ""
    return cc_id("-".join(filter(None, parts)), known, "" if not known or known == "4.0" else port)
