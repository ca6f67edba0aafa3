import pytest
from license_expression import get_spdx_licensing

from ingest import licences
from ingest.licences import (
    ALL_RIGHTS_RESERVED,
    MTF,
    NO_KNOWN_COPYRIGHT,
    US_GOV_WORK,
    licence_links,
    licence_name,
    licence_url,
    needs_attribution,
    page_licence,
    parse_licence_url,
    read_licence,
)

CC = "https://creativecommons.org"
PAGE = "https://photos.example/p/1"

KNOWN = [
    (f"{CC}/licenses/by/4.0/", "CC-BY-4.0"),
    (f"{CC}/licenses/by/4.0", "CC-BY-4.0"),
    ("http://www.creativecommons.org/licenses/by-sa/2.0/", "CC-BY-SA-2.0"),
    ("//creativecommons.org/licenses/by-sa/3.0", "CC-BY-SA-3.0"),
    ("HTTPS://CreativeCommons.org:443/Licenses/BY-SA/4.0/", "CC-BY-SA-4.0"),
    (f" {CC}/licenses/by/4.0/?ref=chooser-v1#x ", "CC-BY-4.0"),
    (f"{CC}/licenses/by/4.0/deed.de", "CC-BY-4.0"),
    (f"{CC}/licenses/by/2.0/deed.zh_TW", "CC-BY-2.0"),
    (f"{CC}/licenses/by-nc/3.0/deed", "CC-BY-NC-3.0"),
    (f"{CC}/licenses/by-nd/4.0/legalcode.fr", "CC-BY-ND-4.0"),
    (f"{CC}/licenses/by-nc-nd/4.0/legalcode", "CC-BY-NC-ND-4.0"),
    (f"{CC}/licenses/by-nc-sa/2.5/rdf", "CC-BY-NC-SA-2.5"),
    (f"{CC}/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
    (f"{CC}/licenses/by-sa/3.0/de/", "CC-BY-SA-3.0-DE"),
    (f"{CC}/licenses/by/3.0/igo/deed.en", "CC-BY-3.0-IGO"),
    (f"{CC}/licenses/by-sa/2.1/jp/", "CC-BY-SA-2.1-JP"),
    (f"{CC}/licenses/by/2.0/fr/", "LicenseRef-CC-BY-2.0-FR"),
    (f"{CC}/licenses/by-sa/2.5/scotland/", "LicenseRef-CC-BY-SA-2.5-SCOTLAND"),
    (f"{CC}/licenses/by-nc/2.0/be/", "LicenseRef-CC-BY-NC-2.0-BE"),
    (f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
    (f"{CC}/publicdomain/zero/1.0/deed.pt-br", "CC0-1.0"),
    (f"{CC}/publicdomain/mark/1.0/", "CC-PDM-1.0"),
    (f"{CC}/licenses/publicdomain/", "CC-PDDC"),
    ("http://www.usa.gov/copyright.shtml", US_GOV_WORK),
    ("https://www.flickr.com/commons/usage/", NO_KNOWN_COPYRIGHT),
    ("http://rightsstatements.org/vocab/InC/1.0/", ALL_RIGHTS_RESERVED),
    ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
]

UNKNOWN = [
    "",
    "CC BY 4.0",
    CC,
    f"{CC}/licenses/",
    f"{CC}/licenses/by/",
    f"{CC}/licenses/by/9.0/",
    f"{CC}/licenses/by/4.0/de/",
    f"{CC}/licenses/by/4.0/anything/else",
    f"{CC}/licenses/sampling+/1.0/",
    f"{CC}/licenses/by-sa-nc-nd/4.0/",
    f"{CC}/publicdomain/zero/2.0/",
    f"{CC}/publicdomain/",
    "https://creativecommons.org.evil.example/licenses/by/4.0/",
    "https://evil.example/creativecommons.org/licenses/by/4.0/",
    "https://evil.example/?x=https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org@evil.example/licenses/by/4.0/",
    "https://user@creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org:8080/licenses/by/4.0/",
    "ftp://creativecommons.org/licenses/by/4.0/",
    "https://photos.example/terms",
    "http://[bad",
]


@pytest.mark.parametrize(("url", "spdx"), KNOWN)
def test_licence_url_gives_the_spdx_id(url: str, spdx: str) -> None:
    assert parse_licence_url(url) == spdx


@pytest.mark.parametrize("url", UNKNOWN)
def test_licence_url_that_names_none_is_unknown(url: str) -> None:
    assert parse_licence_url(url) is None


def test_spdx_ids_are_valid_and_the_list_of_ports_is_complete() -> None:
    spdx = get_spdx_licensing()
    ids = {found for _, found in KNOWN if not found.startswith("LicenseRef-")} | licences.SPDX_PORTS
    assert [found for found in ids if spdx.validate(found).errors] == []
    assert {known for known in spdx.known_symbols if licences.CC_ID.fullmatch(known)} >= licences.SPDX_PORTS
    ported = {known for known in spdx.known_symbols if (m := licences.CC_ID.fullmatch(known)) and m[3]}
    assert ported == licences.SPDX_PORTS


@pytest.mark.parametrize(
    ("spdx", "verdict", "reason"),
    [
        ("CC0-1.0", "take", "public_domain"),
        ("CC-PDM-1.0", "take", "public_domain"),
        ("CC-PDDC", "take", "public_domain"),
        (US_GOV_WORK, "take", "public_domain"),
        ("CC-BY-2.0", "take", "attribution"),
        ("CC-BY-3.0-IGO", "take", "attribution"),
        ("LicenseRef-CC-BY-2.0-FR", "take", "attribution"),
        ("CC-BY-SA-4.0", "take", "share_alike"),
        ("LicenseRef-CC-BY-SA-2.5-SCOTLAND", "take", "share_alike"),
        ("CC-BY-ND-4.0", "refuse", "nd"),
        ("LicenseRef-CC-BY-ND-2.0-FR", "refuse", "nd"),
        ("CC-BY-NC-4.0", "refuse", "nc"),
        ("CC-BY-NC-SA-2.0-UK", "refuse", "nc"),
        ("CC-BY-NC-ND-3.0-IGO", "refuse", "nc"),
        ("LicenseRef-CC-BY-NC-2.0-BE", "refuse", "nc"),
        (ALL_RIGHTS_RESERVED, "refuse", "all_rights_reserved"),
        (None, "refuse", "unknown"),
        ("", "refuse", "unknown"),
        ("NOASSERTION", "refuse", "unknown"),
        ("MIT", "refuse", "unknown"),
        ("CC-BY-4.0 OR CC-BY-NC-4.0", "refuse", "unknown"),
        ("CC-BY-4.0\n", "refuse", "unknown"),
        (NO_KNOWN_COPYRIGHT, "ask", "no_known_copyright"),
        ("OGL-UK-3.0", "ask", "unusual_licence"),
        ("LAL-1.3", "ask", "unusual_licence"),
        ("GFDL-1.2-or-later", "ask", "unusual_licence"),
    ],
)
def test_judgement(spdx: str | None, verdict: str, reason: str) -> None:
    assert (MTF.judge(spdx).verdict, MTF.judge(spdx).reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("spdx", "name", "url", "attribution"),
    [
        ("CC-BY-SA-4.0", "CC BY-SA 4.0", f"{CC}/licenses/by-sa/4.0/", True),
        ("CC-BY-3.0-IGO", "CC BY 3.0 IGO", f"{CC}/licenses/by/3.0/igo/", True),
        ("LicenseRef-CC-BY-2.0-FR", "CC BY 2.0 FR", f"{CC}/licenses/by/2.0/fr/", True),
        ("CC0-1.0", "CC0 1.0", f"{CC}/publicdomain/zero/1.0/", False),
        ("CC-PDM-1.0", "Public Domain Mark 1.0", f"{CC}/publicdomain/mark/1.0/", False),
        (US_GOV_WORK, "Work of the US government", "https://www.usa.gov/copyright.shtml", False),
        ("MIT", "MIT", "", True),
    ],
)
def test_licence_in_words(spdx: str, name: str, url: str, attribution: bool) -> None:
    assert (licence_name(spdx), licence_url(spdx), needs_attribution(spdx)) == (name, url, attribution)
    assert url == "" or parse_licence_url(url) == spdx


def test_unknown_licence_needs_attribution_and_has_a_name() -> None:
    assert needs_attribution(None)
    assert licence_name(None) == "unknown licence"


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        (" CC0-1.0 ", "CC0-1.0"),
        (f"{CC}/licenses/by/4.0/", "CC-BY-4.0"),
        ("LicenseRef-CC-BY-2.0-FR", "LicenseRef-CC-BY-2.0-FR"),
        (US_GOV_WORK, US_GOV_WORK),
    ],
)
def test_stated_licence_is_read(text: str, spdx: str) -> None:
    assert read_licence(text) == spdx


@pytest.mark.parametrize(
    "text",
    ["", "CC BY", "free", "MIT OR CC0-1.0", "LicenseRef-CC-BY-4.0", "LicenseRef-X", "https://x.example/l"],
)
def test_stated_licence_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="neither an SPDX licence id"):
        read_licence(text)


class TestPages:
    def test_rel_is_a_list_of_tokens_in_any_case(self) -> None:
        html = f"""
            <link rel="stylesheet" href="{CC}/licenses/by-nc/4.0/">
            <link REL="License" href="{CC}/licenses/by/4.0/deed.de">
            <a rel="noopener LICENSE nofollow" href="/terms">our terms</a>
            <a href="{CC}/licenses/by-nd/4.0/">no rel</a> <a rel="license">no address</a>
            <a rel="licensed" href="{CC}/licenses/by-nd/4.0/">another word</a>
            <!-- <a rel="license" href="{CC}/licenses/by-nd/4.0/">a comment</a> -->"""
        found = [(link.url, link.spdx, link.how) for link in licence_links(html.encode(), PAGE)]
        assert found == [
            (f"{CC}/licenses/by/4.0/deed.de", "CC-BY-4.0", "link rel=license"),
            ("https://photos.example/terms", None, "a rel=license"),
        ]

    def test_page_with_one_licence_said_twice_is_proof(self) -> None:
        html = f"""<link rel="license" href="{CC}/licenses/by/4.0/">
                   <a rel="license" href="http://creativecommons.org/licenses/by/4.0/deed.fr">CC BY-NC</a>"""
        said = page_licence(html, PAGE)
        assert (said.spdx, said.contradiction, len(said.links)) == ("CC-BY-4.0", False, 2)

    @pytest.mark.parametrize("other", [f"{CC}/licenses/by-nc/4.0/", f"{CC}/licenses/by/3.0/", "/terms"])
    def test_page_with_contradicting_licences_proves_nothing(self, other: str) -> None:
        html = f'<a rel=license href="{CC}/licenses/by/4.0/">x</a><a rel=license href="{other}">y</a>'
        said = page_licence(html, PAGE)
        assert (said.spdx, said.contradiction) == (None, True)

    @pytest.mark.parametrize(
        "html", ["", "plain words, CC BY 4.0", b"\xff\xfe\x00", "<a rel=license href='http://[x'>"]
    )
    def test_page_without_a_readable_licence_proves_nothing(self, html: str | bytes) -> None:
        said = page_licence(html, PAGE)
        assert (said.spdx, said.contradiction) == (None, False)


@pytest.mark.parametrize(
    ("markup", "creator"),
    [
        ('<a property="cc:attributionName" rel="cc:attributionURL" href="/j">J. Okafor</a>', "J. Okafor"),
        ('<span itemprop="creator author">Jane\n  Doe</span>', "Jane Doe"),
        ('<a rel="nofollow author" href="/j">J. Okafor</a>', "J. Okafor"),
        ('<meta name="Author" content="J. Okafor">', "J. Okafor"),
        ('<meta name="author" content="The site"><b property="cc:attributionName">J. Okafor</b>', "J. Okafor"),
        ('<span class="creator">J. Okafor</span>', ""),
        ('<meta name="author" content=" ">', ""),
    ],
)
def test_page_licence_reads_whom_to_credit(markup: str, creator: str) -> None:
    assert page_licence(f"<html>{markup}</html>", "https://example.org/").creator == creator
