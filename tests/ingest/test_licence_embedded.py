"""Files are made with Pillow, their metadata by hand where Pillow writes none."""

import io
import struct
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ingest import pictures
from ingest.licences import ALL_RIGHTS_RESERVED, Said, embedded

NAMESPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
        "cc": "http://creativecommons.org/ns#",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    }.items()
)
BY, NC = (f"https://creativecommons.org/licenses/{code}/4.0/" for code in ("by", "by-nc"))


def picture(kind: str = "JPEG", **how: Any) -> bytes:
    xmp = how.pop("xmp", None)
    if xmp is not None:
        how |= _xmp_of(kind, xmp)
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#446688").save(out, kind, **how)
    return out.getvalue()


def _xmp_of(kind: str, data: bytes) -> dict[str, Any]:
    """How Pillow is told to write it, which differs by the kind of file."""
    if kind == "PNG":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", data.decode())
        return {"pnginfo": info}
    return {"tiffinfo": {700: data}} if kind == "TIFF" else {"xmp": data}


def with_exif(copyright_: Any = None, artist: Any = None, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    for tag, value in ((0x8298, copyright_), (0x013B, artist)):
        if value is not None:
            exif[tag] = value.encode()  # as UTF-8: of a text Pillow would write ASCII only
    return picture(kind, exif=exif)


def with_iptc(*fields: tuple[int, bytes]) -> bytes:
    """APP13 as Photoshop writes it: resource 0x0404 with data sets of record 2."""
    sets = b"".join(b"\x1c\x02" + struct.pack(">BH", number, len(value)) + value for number, value in fields)
    block = b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0" + struct.pack(">I", len(sets)) + sets
    payload = b"Photoshop 3.0\0" + block + b"\0" * (len(block) % 2)
    plain = picture()
    return plain[:2] + b"\xff\xed" + struct.pack(">H", len(payload) + 2) + payload + plain[2:]


def with_xmp(inside: str, attributes: str = "", kind: str = "JPEG") -> bytes:
    described = f'<rdf:Description rdf:about="" {attributes}>{inside}</rdf:Description>'
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>{described}</rdf:RDF></x:xmpmeta>'
    return picture(kind, xmp=packet.encode())


def said(data: bytes) -> list[tuple[str, str, str]]:
    return [(one.kind, one.says, one.place) for one in embedded(pictures.metadata(data)).said]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_names_the_holder_and_the_maker(kind: str) -> None:
    found = embedded(pictures.metadata(with_exif("© 2020 Jane Doe", "J. Okafor", kind)))
    assert found.creator == "J. Okafor"
    assert found.said[0] == Said("embedded", place="EXIF Copyright", words="© 2020 Jane Doe")
    assert [one.place for one in found.said] == ["EXIF Copyright", "EXIF Artist"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("© Jane Doe", "NOASSERTION"),
        ("© Jane Doe. All rights reserved.", ALL_RIGHTS_RESERVED),
        ("Jane Doe\0All rights reserved", ALL_RIGHTS_RESERVED),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        (f"Jane Doe, {NC}", "CC-BY-NC-4.0"),
    ],
)
def test_exif_copyright_may_name_a_licence(words: str, says: str) -> None:
    assert said(with_exif(words)) == [("embedded", says, "EXIF Copyright")]


def test_iptc_is_read_in_utf8_and_in_the_old_way() -> None:
    found = embedded(
        pictures.metadata(
            with_iptc((80, "Zoë Okafor".encode()), (110, "Agentür".encode("latin-1")), (116, b"All rights reserved"))
        )
    )
    assert found.creator == "Zoë Okafor"
    assert {(one.place, one.says, one.words) for one in found.said} == {
        ("IPTC 2:116 copyright", ALL_RIGHTS_RESERVED, "All rights reserved"),
        ("IPTC 2:80 byline", "NOASSERTION", "Zoë Okafor"),
        ("IPTC 2:110 credit", "NOASSERTION", "Agentür"),
    }


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_xmp_is_read_from_every_kind_of_file(kind: str) -> None:
    data = with_xmp(f'<cc:license rdf:resource="{BY}"/>', kind=kind)
    (found,) = embedded(pictures.metadata(data)).said
    assert (found.says, found.licence_url, found.place) == ("CC-BY-4.0", BY, "XMP cc:license")


@pytest.mark.parametrize(
    ("inside", "attributes", "expected"),
    [
        (
            '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">All rights reserved</rdf:li></rdf:Alt></dc:rights>',
            "",
            ("embedded", ALL_RIGHTS_RESERVED, "XMP dc:rights"),
        ),
        ("", f'xmpRights:WebStatement="{NC}"', ("embedded", "CC-BY-NC-4.0", "XMP xmpRights:WebStatement")),
        (
            f"<xmpRights:WebStatement>{NC}</xmpRights:WebStatement>",
            "",
            ("embedded", "CC-BY-NC-4.0", "XMP xmpRights:WebStatement"),
        ),
        (
            "<xmpRights:UsageTerms><rdf:Alt><rdf:li>CC BY-ND 4.0</rdf:li></rdf:Alt></xmpRights:UsageTerms>",
            "",
            ("embedded", "CC-BY-ND-4.0", "XMP xmpRights:UsageTerms"),
        ),
        (
            "<dc:creator><rdf:Seq><rdf:li>J. Okafor</rdf:li></rdf:Seq></dc:creator>",
            "",
            ("embedded", "NOASSERTION", "XMP dc:creator"),
        ),
        ("", 'photoshop:Credit="J. Okafor"', ("embedded", "NOASSERTION", "XMP photoshop:Credit")),
        ("", 'plus:LicensorURL="https://agency.example/"', ("seller", "NOASSERTION", "XMP plus:LicensorURL")),
        (
            '<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorName>A</plus:LicensorName>'
            "<plus:LicensorURL>https://agency.example/</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>",
            "",
            ("seller", "NOASSERTION", "XMP plus:LicensorURL"),
        ),
        (
            '<plus:Licensor><rdf:Seq><rdf:li plus:LicensorURL="https://agency.example/"/></rdf:Seq></plus:Licensor>',
            "",
            ("seller", "NOASSERTION", "XMP plus:LicensorURL"),
        ),
    ],
)  # fmt: skip
def test_xmp_says(inside: str, attributes: str, expected: tuple[str, str, str]) -> None:
    assert said(with_xmp(inside, attributes)) == [expected]


@pytest.mark.parametrize("words", ["Getty Images", "Jane Doe/AFP", "AP Photo/Jane Doe", "REUTERS", "picture alliance"])
def test_a_credit_to_an_agency_is_a_sign_that_it_is_sold(words: str) -> None:
    assert ("seller", "NOASSERTION", "IPTC 2:110 credit") in said(with_iptc((110, words.encode())))


@pytest.mark.parametrize(
    "data",
    [
        picture(),
        picture(xmp=b"<x:xmpmeta>no end"),
        picture(xmp=b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
        picture(xmp=b"\xff\xfe\x00\x00"),
        picture("PNG", xmp=b"<a>" * 300_000 + b"</a>" * 300_000),
        with_iptc((116, b"")),
        picture()[:2] + b"\xff\xed\x00\x1aPhotoshop 3.0\x00garbage..." + picture()[2:],
        picture()[:2] + b"\xff\xe1\x00\x10Exif\x00\x00MM\x00*\xff\xff\xff\xff" + picture()[2:],
    ],
    ids=["none", "broken", "entities", "binary", "deep", "empty", "app13", "exif"],
)
def test_no_metadata_and_malformed_metadata_say_nothing(data: bytes) -> None:
    assert said(data) == []


def test_long_metadata_is_cut() -> None:
    found = embedded(pictures.metadata(with_exif("© " + "x" * 60_000)))
    assert [len(one.words) for one in found.said] == [500]
    huge = picture("PNG", xmp=b"<a>" + b" " * 3_000_000 + b"</a>")
    assert pictures.metadata(huge).xmp == b""


def test_metadata_is_read_under_the_guard_of_pictures() -> None:
    with pytest.raises(pictures.PictureRefused) as refused:
        pictures.metadata(picture(), pictures.Limits(max_pixels=10))
    assert refused.value.code == "too_many_pixels"
