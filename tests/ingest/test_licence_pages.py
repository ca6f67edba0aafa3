import json
from typing import Any

import pytest

from ingest.licences import ALL_RIGHTS_RESERVED, page_licence

CC = "https://creativecommons.org"
BY, SA, NC = (f"{CC}/licenses/{code}/4.0/" for code in ("by", "by-sa", "by-nc"))
PAGE = "https://photos.example/p/1"
MINE, OTHER = "https://cdn.example/1.jpg", "https://cdn.example/2.jpg"


def said(html: str, image: str = MINE, page: str = PAGE) -> tuple[str | None, bool]:
    found = page_licence(f"<!doctype html><html><body>{html}</body></html>", page, image)
    return found.spdx, found.contradiction


def ld(*data: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in data)


def picture(licence: Any = None, url: str = MINE, **more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "ImageObject", "contentUrl": url, "license": licence} | more


@pytest.mark.parametrize(
    "html",
    [
        f'<a rel="license" href="{BY}">x</a>',
        f'<link rel="license" href="{BY}">',
        f'<meta name="dcterms.license" content="{BY}">',
        f'<meta property="og:license" content="{BY}">',
        f'<a rel="cc:license" href="{BY}">x</a>',
        f'<span property="dct:license" resource="{BY}">x</span>',
        f'<meta property="cc:license" content="{BY}">',
        f'<div itemscope itemtype="https://schema.org/WebPage"><a itemprop="license" href="{BY}">x</a></div>',
        '<span itemprop="license">CC BY 4.0</span>',
        f'<p>Photo under <a href="{BY}">CC BY</a>, really <a href="{BY}deed.de">so</a></p>',
        ld(picture(BY)),
        ld(picture([BY])),
        ld(picture({"@type": "CreativeWork", "url": BY})),
        ld(picture("CC BY 4.0")),
        ld([{"@type": "Organization"}, picture(BY)]),
        ld({"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "primaryImageOfPage": picture(BY)}]}),
        ld({"@type": ["Thing", "http://schema.org/ImageObject"], "@id": MINE, "license": BY}),
        '<script type="application/ld+json">{"broken": </script>' + ld(picture(BY)),
        f'<script type="application/ld+json"><!-- {json.dumps(picture(BY))}; --></script>',
        ld(picture(BY), picture(BY)),
    ],
)
def test_each_markup_proves(html: str) -> None:
    assert said(html) == ("CC-BY-4.0", False)


@pytest.mark.parametrize(
    "html",
    [
        "CC BY 4.0",
        f'<p><a href="{BY}">one</a> <a href="{NC}">another</a></p>',  # a page about licences
        '<script type="application/ld+json">[[[[</script>',
        ld({"@type": "Article", "license": BY, "image": picture()}),  # that of the text
        ld(picture()),
        '<script type="application/ld+json">' + "[" * 5000 + "]" * 5000 + "</script>",
    ],
)
def test_what_is_no_statement_about_a_picture_proves_nothing(html: str) -> None:
    assert said(html) == (None, False)


def test_only_the_statement_about_this_picture_counts() -> None:
    page = ld(picture(BY), picture(NC, OTHER))
    assert said(page, MINE) == ("CC-BY-4.0", False)
    assert said(page, OTHER) == ("CC-BY-NC-4.0", False)
    assert said(page, "https://cdn.example/3.jpg") == (None, True)
    # A picture without a licence of its own is not under that of its neighbour.
    assert said(ld(picture(None), picture(BY, OTHER)), MINE) == (None, False)


def test_addresses_of_one_picture_may_differ_in_scheme_and_size() -> None:
    page = ld(picture(BY, "//cdn.example/a%20b.jpg?w=1600"), picture(NC, OTHER))
    assert said(page, "http://cdn.example/a b.jpg?w=200") == ("CC-BY-4.0", False)
    by_query = ld(picture(BY, "https://cdn.example/get?id=1"), picture(NC, "https://cdn.example/get?id=2"))
    assert said(by_query, "https://cdn.example/get?id=2") == ("CC-BY-NC-4.0", False)


def test_a_footer_does_not_prove_a_picture_that_says_otherwise() -> None:
    assert said(f'{ld(picture(NC))}<footer><a rel="license" href="{BY}">x</a></footer>') == (None, True)
    assert said(f'{ld(picture(NC))}<footer><a href="{BY}">x</a></footer>') == ("CC-BY-NC-4.0", False)


def test_microdata_and_rdfa_may_speak_of_one_picture() -> None:
    scope = (
        '<div itemscope itemtype="https://schema.org/ImageObject"><img itemprop="contentUrl" src="{url}">'
        '<a itemprop="license" href="{licence}">x</a></div>'
    )
    both = scope.format(url=MINE, licence=BY) + scope.format(url=OTHER, licence=NC)
    assert (said(both, MINE), said(both, OTHER)) == (("CC-BY-4.0", False), ("CC-BY-NC-4.0", False))
    one = '<div about="{url}"><a rel="license" href="{licence}">x</a></div>'
    rdfa = one.format(url=MINE, licence=BY) + one.format(url=OTHER, licence=NC)
    assert (said(rdfa, MINE), said(rdfa, OTHER)) == (("CC-BY-4.0", False), ("CC-BY-NC-4.0", False))
    assert said(f'<div about=""><a rel="license" href="{BY}">x</a></div>', MINE) == ("CC-BY-4.0", False)


def test_wikimedias_licence_of_the_text_is_not_that_of_the_picture() -> None:
    page = "https://commons.wikimedia.org/wiki/File:Ada.jpg"
    head = f'<link rel="license" href="{SA}">'
    assert said(head, page=page) == (None, False)
    assert said(head + ld(picture(BY)), page=page) == ("CC-BY-4.0", False)


def test_a_name_without_a_version_is_the_same_licence() -> None:
    assert said(ld(picture(["CC BY", BY]))) == ("CC-BY-4.0", False)
    assert said(ld(picture(["CC BY-NC", BY]))) == (None, True)


def test_all_rights_reserved_in_the_pictures_notice_contradicts_its_licence() -> None:
    assert said(ld(picture(BY, copyrightNotice="© Jane Doe"))) == ("CC-BY-4.0", False)
    assert said(ld(picture(BY, copyrightNotice="© Jane Doe, all rights reserved"))) == (None, True)
    assert said(ld(picture(None, copyrightNotice="All rights reserved"))) == (ALL_RIGHTS_RESERVED, False)


@pytest.mark.parametrize(
    ("more", "creator"),
    [
        ({"creator": {"@type": "Person", "name": "J. Okafor"}}, "J. Okafor"),
        ({"creator": ["Ada", {"name": "Bo"}]}, "Ada, Bo"),
        ({"author": "J. Okafor"}, "J. Okafor"),
        ({"creditText": "J. Okafor"}, "J. Okafor"),
        ({"creator": {"@type": "Person"}}, "The site"),
    ],
)
def test_the_picture_names_its_creator(more: dict[str, Any], creator: str) -> None:
    html = f'<meta name="author" content="The site">{ld(picture(BY, **more))}'
    assert page_licence(html, PAGE, MINE).creator == creator


@pytest.mark.parametrize(
    ("more", "is_sold"),
    [
        ({"acquireLicensePage": "https://www.gettyimages.com/detail/1"}, True),
        ({"creditText": "Getty Images"}, True),
        ({"creator": "Jane Doe/AFP"}, True),
        ({"copyrightNotice": "© Shutterstock"}, True),
        ({"acquireLicensePage": "//commons.wikimedia.org/wiki/File:Ada.jpg", "creator": "Afpasia Reuter"}, False),
    ],
)
def test_signs_of_an_agency_are_told(more: dict[str, Any], is_sold: bool) -> None:
    assert bool(page_licence(ld(picture(BY, **more)), PAGE, MINE).sellers) is is_sold


def test_an_agencys_own_page_is_a_sign() -> None:
    assert page_licence("", "https://www.alamy.com/1", MINE).sellers
    assert not page_licence("", "https://notalamy.com/1", MINE).sellers
