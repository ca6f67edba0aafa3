"""Whatever strangers write, reading it ends with an answer, and soon."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.licences import ALL_RIGHTS_RESERVED, MTF, Said, embedded, licences_in_words, page_licence, weigh
from ingest.licences.statements import API, FILTER, ORDER, PAGE, SELLER
from ingest.picture_metadata import Metadata

PAGE_URL = "https://photos.example/p/1"
QUICK = settings(max_examples=60, deadline=None)
IDS = ["NOASSERTION", "CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "LicenseRef-CC-BY", "OGL-UK-3.0", ALL_RIGHTS_RESERVED]

leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["ImageObject", PAGE_URL])
keys = st.sampled_from(["@type", "@graph", "@id", "license", "creator", "name", "contentUrl", "copyrightNotice", "url"])
nodes = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner), max_leaves=20)


@QUICK
@given(st.text(max_size=300))
def test_words_of_any_kind(text: str) -> None:
    assert isinstance(licences_in_words(text), tuple)


@QUICK
@given(nodes)
def test_json_ld_of_any_shape(data: Any) -> None:
    html = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    found = page_licence(html, PAGE_URL, PAGE_URL)
    assert not (found.contradiction and found.spdx)


@QUICK
@given(st.binary(max_size=400))
def test_bytes_instead_of_a_page_or_of_metadata(data: bytes) -> None:
    assert page_licence(data, PAGE_URL).spdx is None
    assert embedded(Metadata({}, {(2, 116): (data,)}, data)).creator == ""


@QUICK
@given(st.lists(st.builds(Said, st.sampled_from([FILTER, ORDER, API, PAGE, SELLER]), st.sampled_from(IDS)), max_size=5))
def test_nothing_is_proved_that_anybody_contradicts(said: list[Said]) -> None:
    found = weigh(said, MTF)
    proving = {one.says for one in said if one.kind in (API, PAGE) and one.names_one}
    if found.outcome == "proved":
        assert found.licence in proving
        assert MTF.judge(found.licence).verdict == "take"
        assert not any(one.kind == SELLER for one in said)
        assert all(MTF.judge(one.says).verdict != "refuse" for one in said if one.names_one)
    assert found.licence in {"", *(one.says for one in said)}
    assert bool(found.code) == (found.outcome != "proved")


@pytest.mark.parametrize(
    "html",
    [
        '<a rel="license" href="/x">' * 20_000,
        "<div>" * 20_000 + '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">',
        '<script type="application/ld+json">[' + ",".join(['{"@type":"ImageObject"}'] * 100_000) + "]</script>",
        '<span itemprop="license">' + "creative commons " * 50_000 + "</span>",
        '<div itemscope itemtype="https://schema.org/ImageObject">'
        + "".join(f'<a rel="license" href="/{number}">x</a>' for number in range(5_000)),
    ],
    ids=["links", "depth", "objects", "words", "scope"],
)
def test_huge_pages_are_read_in_seconds(html: str) -> None:
    began = time.monotonic()
    page_licence(html, PAGE_URL, PAGE_URL)
    assert time.monotonic() - began < 20
