"""Papers as HTML to show: what stands in them comes out, and strangers' words are words."""

import re

import pytest
from bs4 import BeautifulSoup, Tag

from curation.release import papers
from curation.release.paper_reading import page
from tests.curation import paper_scenes as p


def read(markdown: str) -> Tag:
    return BeautifulSoup(page(markdown, lambda path: f"/plots/{path}?raw").body, "html.parser")


def test_each_kind_of_block_is_told_apart() -> None:
    found = read(
        "# One\n\nTwo\nlines:\n- first\n  goes on\n- second\n\n> said &amp; done\n>\n> again\n\n    code()\n\n"
        "![A plot](balance-age.svg)\n\n| a | n |\n|---|--:|\n| b \\| c | 1,000 |\n"
    )
    blocks = [one.name for one in found if isinstance(one, Tag)]
    assert blocks == ["h2", "p", "ul", "blockquote", "pre", "p", "div"]
    assert [one.get_text() for one in found.select("li")] == ["first\ngoes on", "second"]
    assert [one.get_text() for one in found.select("blockquote p")] == ["said & done", "again"]
    assert found.select_one("pre.paper[tabindex]").get_text() == "code()\n"  # type: ignore[union-attr]
    assert found.select_one("img").attrs == {"src": "/plots/balance-age.svg?raw", "alt": "A plot"}  # type: ignore[union-attr]
    assert [(cell.get_text(), cell.attrs) for cell in found.select("div.table[tabindex] td")] == [
        ("b | c", {}),
        ("1,000", {"class": ["n"]}),
    ]
    assert [head["scope"] for head in found.select("th")] == ["col", "col"]


def test_what_stands_before_a_card_is_its_head() -> None:
    assert page('---\nlicense: "other"\n---\n\n# Card\n') == ('license: "other"', "<h2>Card</h2>\n")
    assert page("---\n\nno head\n").head == page("Words\n---\n").head == ""


@pytest.mark.parametrize("selection", ["curated", "non-curated"])
def test_no_paper_shows_its_marks(selection: str) -> None:
    told = papers.render(p.facts(selection=selection, formats=("imagefolder", "parquet")))
    for path in (path for path in told if path.endswith(".md")):
        assert bool(page(told[path]).head) == (path == "README.md")
        found = read(told[path])
        assert found.find().name == "h2"  # type: ignore[union-attr]
        tables = told[path].count("--: |\n") + told[path].count("--:|\n")
        assert len(found.select("table")) == tables
        for code in found.select("code, pre"):
            code.decompose()
        assert re.findall(r"\]\(<|\*\*|## |\n\|", found.get_text()) == []


def test_a_strangers_words_make_no_mark_and_no_tag() -> None:
    words = "<b>*x* `y` a_b [z](<https://example.org>) \\ | #"
    found = read(papers.text.escaped(words))
    assert (found.get_text(), [one.name for one in found.find_all()]) == (f"{words}\n", ["p"])


def test_quoted_words_lead_to_the_web_or_nowhere_and_bring_no_picture_along() -> None:
    found = read(
        "> [good](https://a.example) [mail](mailto:a@b.example) [near](../x) [bad](javascript:alert(1))\n>\n"
        "> <script>no()</script> ![far](https://a.example/x.png) ![odd](//a.example/x.png) ![data](data:image/png,x)"
    )
    assert [(one.get_text(), one["href"], one["rel"]) for one in found.select("a")] == [
        ("good", "https://a.example", ["noopener", "noreferrer"]),
        ("mail", "mailto:a@b.example", ["noopener", "noreferrer"]),
    ]
    assert {one.name for one in found.find_all()} == {"blockquote", "p", "a"}
    assert "near [bad](javascript:alert(1))" in found.get_text()
    assert "<script>no()</script> far odd " in found.get_text()
