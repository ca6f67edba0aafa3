"""Strangers' texts stay texts in the papers of a release."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest

from curation.release import papers
from curation.release.papers import attribution, text
from tests.curation import paper_scenes as p
from tests.curation.sheets import ANSWERS

# ---- Texts of strangers

NASTY = (
    '=HYPERLINK("http://evil.example")',
    "+1|cmd",
    "@SUM(A1)",
    "a|b",
    "`code`",
    "**bold** _it_",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "line\nbreak\r\n- item",
    "\u202egnp.exe",
    "http://evil.example/",
    "www.evil.example",
    "{{7*7}}",
    "名前 Ünï 𝄞",
    "#tag & \\",
)


@pytest.mark.parametrize("creator", NASTY)
def test_a_creator_is_one_harmless_cell_of_the_csv(creator: str) -> None:
    row = p.row(0, creator=creator, licence="CC-BY-4.0")
    data = (attribution.head() + attribution.csv_row(row)).decode()
    (found,) = csv.DictReader(io.StringIO(data, newline=""))
    assert data.count("\n") == 2
    assert found["id"] == row["id"]
    assert not found["credited_to"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert found["credited_to"].lstrip("'") == text.one_line(creator)
    assert found["attribution"].startswith("Photograph by ")
    assert text.one_line(creator)[:20] in found["attribution"]


@pytest.mark.parametrize("creator", NASTY)
def test_a_creator_is_plain_words_in_markdown(creator: str) -> None:
    line = attribution.markdown_row(p.row(0, creator=creator, licence="CC-BY-4.0")).decode()
    assert line.count("\n") == 1
    bare = re.sub(r"\\.", "", line.replace(f"`{p.row(0)['id']}`", ""))
    bare = bare.replace("[Photograph](<https://example.org/p/0>)", "").replace(
        "[CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>)", ""
    )
    assert not set(bare) & set("|`*_[]<>{}#@&!\u202e")
    assert "http://" not in bare
    assert "www." not in bare


def test_a_page_that_is_no_address_makes_no_link() -> None:
    for page in ("javascript:alert(1)", "https://x.example/)[y](z", "https://x.example/ b", ""):
        line = attribution.markdown_row(p.row(0, source_page=page)).decode()
        assert "](<http" not in line.split("by", 1)[0]
        assert "](javascript" not in line


def test_attribution_says_where_from_also_of_what_asks_for_none() -> None:
    row = p.row(0, licence="CC0-1.0", creator="")
    assert attribution.line(row) == "Photograph, https://example.org/p/0, CC0 1.0, cropped"
    assert "by an author who is not named" in attribution.markdown_row(row).decode()


def test_columns_that_metadata_has_too_are_told_word_for_word() -> None:
    known = p.rows()
    found = list(
        csv.DictReader(io.StringIO(b"".join(map(attribution.csv_row, known)).decode(), newline=""), attribution.HEADER)
    )
    shared = set(attribution.HEADER) & set(p.columns_of("curated"))
    assert {"id", "licence", "licence_url"} <= shared
    for row, credit in zip(known, found, strict=True):
        assert {name: credit[name] for name in shared} == {name: row[name] for name in shared}


@pytest.mark.parametrize("answer", ["a <script>x</script>", "&lt;b&gt; & co", "# Heading\n\n---\n- item"])
def test_an_answer_of_the_team_stays_a_quotation_without_tags(answer: str) -> None:
    told = papers.render(p.facts(answers=ANSWERS | {"uses.other": answer}))["DATASHEET.md"]
    assert "<script" not in told
    start = answer.split("\n")[0].replace("&", "&amp;").replace("<", "&lt;")
    assert f"\n> {start}\n" in told


def test_labels_and_sources_of_odd_characters_break_no_table_and_no_plot() -> None:
    odd = 'A|B "<x>" & [c](d)\u202e'
    told = papers.render(p.facts(known=p.rows(source=odd, perceived_race=odd)))
    for path, svg in told.items():
        if path.endswith(".svg"):
            ElementTree.fromstring(svg)  # noqa: S314
    rows = [line for line in told["reports/balance.md"].split("\n") if "A\\|B" in line]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
