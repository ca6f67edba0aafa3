"""Papers as blocks to show: what stands in them comes out, and strangers' words are words."""

import pytest

from curation.release import papers
from curation.release.paper_reading import Block, Piece, blocks, pieces
from tests.curation import paper_scenes as p


def plain(block: Block) -> str:
    return " ".join("".join(piece.text for piece in line) for line in block.lines)


def test_each_kind_of_block_is_told_apart() -> None:
    found = blocks(
        "# One\n\nTwo\nlines:\n- first\n  goes on\n- second\n\n> said &amp; done\n>\n> again\n\n    code()\n\n"
        "![A plot](balance-age.svg)\n\n| a | n |\n|---|--:|\n| b \\| c | 1,000 |\n"
    )
    kinds = ["heading", "text", "list", "quote", "code", "picture", "table"]
    assert [block.kind for block in found] == kinds
    heading, text, items, quote, code, picture, table = found
    assert (heading.level, plain(heading)) == (1, "One")
    assert (plain(text), len(items.lines), plain(items)) == ("Two lines:", 2, "first goes on second")
    assert plain(quote) == "said & done  again"
    assert (code.plain, picture.source, picture.plain) == ("code()", "balance-age.svg", "A plot")
    cells = [cell for row in table.rows for cell, _ in row]
    assert cells == [[Piece("b "), Piece("|"), Piece(" c")], [Piece("1,000")]]
    assert table.numbers == [False, True]


def test_marks_inside_a_line() -> None:
    assert pieces(r"`a*b` \*c\* **d** *e f* 3*4*5 [g\@h](<mailto:g@h>) [no](<javascript:x>)") == [
        Piece("a*b", "code"), Piece(" "), Piece("*"), Piece("c"), Piece("*"), Piece(" "), Piece("d", "strong"),
        Piece(" "), Piece("e f", "em"), Piece(" 3*4*5 "), Piece("g@h", "link", "mailto:g@h"), Piece(" "),
        Piece("no", "", "javascript:x"),
    ]  # fmt: skip


@pytest.mark.parametrize("selection", ["curated", "non-curated"])
def test_no_paper_shows_its_marks(selection: str) -> None:
    told = papers.render(p.facts(selection=selection, formats=("imagefolder", "parquet")))
    for path in (path for path in told if path.endswith(".md")):
        found = blocks(told[path])
        assert found[0].kind == ("head" if path == "README.md" else "heading")
        words = " ".join(plain(block) for block in found if block.kind in ("heading", "text", "list"))
        assert not {"](<", "**", "## ", "\n|"} & {mark for mark in ("](<", "**", "## ", "\n|") if mark in words}
        tables = told[path].count("--: |\n") + told[path].count("--:|\n")
        assert sum(block.kind == "table" for block in found) == tables


def test_a_strangers_words_make_no_mark() -> None:
    found = pieces(papers.text.escaped("<b>*x* `y` a_b [z](<https://example.org>) \\ | #"))
    assert {piece.how for piece in found} == {""}
    assert "".join(piece.text for piece in found) == "<b>*x* `y` a_b [z](<https://example.org>) \\ | #"
