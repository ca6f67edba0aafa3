"""What a file says of itself: EXIF, IPTC and XMP. It never proves a licence, but it may contradict one.

"© Jane Doe" says whose the picture is, and goes well with a licence that Jane Doe gave. "All rights reserved" does not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.licences.agencies import agency_in
from ingest.licences.ids import NO_ASSERTION
from ingest.licences.statements import EMBEDDED, MAX_WORDS, SELLER, Said
from ingest.licences.urls import parse_licence_url
from ingest.licences.words import licences_in_words
from ingest.picture_metadata import ARTIST, COPYRIGHT, Metadata, decoded

IPTC_BYLINE, IPTC_CREDIT, IPTC_COPYRIGHT = (2, 80), (2, 110), (2, 116)

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
CC = "{http://creativecommons.org/ns#}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
PLUS = "{http://ns.useplus.org/ldf/xmp/1.0/}"
XMP_PLACES = {
    f"{DC}rights": "XMP dc:rights",
    f"{RIGHTS}WebStatement": "XMP xmpRights:WebStatement",
    f"{RIGHTS}UsageTerms": "XMP xmpRights:UsageTerms",
    f"{CC}license": "XMP cc:license",
    f"{DC}creator": "XMP dc:creator",
    f"{PHOTOSHOP}Credit": "XMP photoshop:Credit",
    f"{PLUS}LicensorURL": "XMP plus:LicensorURL",
}
LICENSOR = "XMP plus:LicensorURL"
PEOPLE = {"EXIF Artist", "IPTC 2:80 byline", "IPTC 2:110 credit", "XMP dc:creator", "XMP photoshop:Credit"}
CREATORS = ("XMP dc:creator", "IPTC 2:80 byline", "EXIF Artist")
MAX_TEXTS = 40


@dataclass(frozen=True)
class Embedded:
    """`creator` is whom the file names as its author; "" for nobody."""

    said: tuple[Said, ...] = ()
    creator: str = ""


def embedded(metadata: Metadata) -> Embedded:
    """All that a file's metadata says of rights, each place and text once."""
    texts = list(dict.fromkeys(_texts(metadata)))[:MAX_TEXTS]
    said = [said for place, text in texts for said in _said(place, text)]
    by_place = dict(reversed(texts))
    creator = next((by_place[place] for place in CREATORS if place in by_place), "")
    return Embedded(tuple(dict.fromkeys(said)), creator[:MAX_WORDS])


def _texts(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """(place, text) of everything that might speak of rights, empty texts left out."""
    exif = {COPYRIGHT: "EXIF Copyright", ARTIST: "EXIF Artist"}
    iptc = {
        IPTC_COPYRIGHT: "IPTC 2:116 copyright",
        IPTC_BYLINE: "IPTC 2:80 byline",
        IPTC_CREDIT: "IPTC 2:110 credit",
    }
    raw = [(exif[tag], text) for tag, text in metadata.exif.items() if tag in exif]
    raw += [(iptc[key], decoded(value)) for key, values in metadata.iptc.items() if key in iptc for value in values]
    raw += _xmp_texts(metadata.xmp)
    for place, text in raw:
        # EXIF keeps the photographer's and the editor's copyright apart by a zero byte.
        if words := " ".join(text.replace("\0", " ").split()):
            yield place, words


def _xmp_texts(data: bytes) -> list[tuple[str, str]]:
    """Of every property that we read, as element or attribute, wherever it stands; [] for what is no XML."""
    try:
        root = fromstring(data.strip(b"\0 \r\n\t")) if data else None
    except (ParseError, DefusedXmlException, ValueError, RecursionError, LookupError):
        return []
    return list(_properties(root)) if root is not None else []


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in XMP_PLACES:
                yield XMP_PLACES[name], value
        if element.tag in XMP_PLACES:
            for text in _values(element):
                yield XMP_PLACES[element.tag], text


def _values(element: Element) -> Iterable[str]:
    """Its address, its items, or its own text."""
    address = element.get(f"{RDF}resource")
    items = ["".join(item.itertext()) for item in element.iter(f"{RDF}li")]
    return [address] if address else items or ["".join(element.itertext())]


def _said(place: str, text: str) -> Iterator[Said]:
    words = text[:MAX_WORDS]
    if place == LICENSOR:
        yield Said(SELLER, place=place, words=words)
        return
    if agency_in(text):
        yield Said(SELLER, place=place, words=words)
    if place in PEOPLE:
        yield Said(EMBEDDED, place=place, words=words)
        return
    address = text if parse_licence_url(text) else ""
    for spdx in licences_in_words(text) or (NO_ASSERTION,):
        yield Said(EMBEDDED, spdx, licence_url=address, place=place, words=words)
