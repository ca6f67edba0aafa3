"""A paper as blocks to show: the Markdown that papers are made of, and no more of it."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

HEADING = re.compile(r"(#{1,4}) (.*)")
PICTURE = re.compile(r"!\[(.*)\]\(([\w./-]+)\)")
RULE = re.compile(r"\|( ?:?-+:? ?\|)+")
CELL = re.compile(r"(?<!\\)\|")
MARK = re.compile(
    r"\\(?P<plain>[^a-zA-Z0-9\s])|`(?P<code>[^`]+)`|\[(?P<words>(?:[^\]\\]|\\.)*)\]\(<(?P<address>[^>]*)>\)"
    r"|\*\*(?P<strong>.+?)\*\*|(?<!\w)\*(?P<em>[^*\s](?:[^*]*[^*\s])?)\*(?!\w)"
)
WEB = ("https://", "http://", "mailto:")


@dataclass(frozen=True)
class Piece:
    """A stretch of text: `how` is "", code, strong, em, or link, which has an `address`."""

    text: str
    how: str = ""
    address: str = ""


Line = list[Piece]


@dataclass(frozen=True)
class Block:
    """`kind` is heading, text, list, quote, table, code, picture or head; a picture has its path in `source`."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    level: int = 0
    plain: str = ""
    source: str = ""
    heads: list[Line] = field(default_factory=list)
    numbers: list[bool] = field(default_factory=list)
    rows: list[list[tuple[Line, bool]]] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """In the order of the paper. What stands before it for Hugging Face is its head."""
    head, rest = "", text
    if text.startswith("---\n") and "\n---\n" in text:
        head, rest = text[4:].split("\n---\n", 1)
    groups = (group.split("\n") for group in re.split(r"\n{2,}", rest.strip("\n")) if group.strip())
    found = [block for group in groups for block in _blocks(group)]
    return ([Block("head", plain=head)] if head else []) + found


def _blocks(lines: list[str]) -> Iterator[Block]:
    if heading := HEADING.fullmatch(lines[0]):
        yield Block("heading", [pieces(heading[2])], level=len(heading[1]))
        yield from _blocks(lines[1:]) if lines[1:] else ()
    elif len(lines) > 1 and RULE.fullmatch(lines[1]):
        yield _table(lines)
    elif picture := PICTURE.fullmatch(lines[0]):
        yield Block("picture", plain=_bare(picture[1]), source=picture[2])
    elif all(line.startswith("    ") for line in lines):
        yield Block("code", plain="\n".join(line[4:] for line in lines))
    elif all(line.startswith(">") for line in lines):
        yield Block("quote", [pieces(html.unescape(line[1:].strip())) for line in lines])
    else:
        yield from _words(lines)


def _words(lines: Sequence[str]) -> Iterator[Block]:
    """A paragraph, a list, or a list right below a paragraph."""
    first = next((number for number, line in enumerate(lines) if line.startswith("- ")), len(lines))
    if first:
        yield Block("text", [pieces(" ".join(lines[:first]))])
    items: list[str] = []
    for line in lines[first:]:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line.strip()}"
    if items:
        yield Block("list", [pieces(item) for item in items])


def _table(lines: Sequence[str]) -> Block:
    heads, rule, *rows = ([cell.strip() for cell in CELL.split(line)[1:-1]] for line in lines)
    numbers = [cell.endswith(":") for cell in rule]
    told = [list(zip(map(pieces, row), numbers, strict=False)) for row in rows]
    return Block("table", heads=list(map(pieces, heads)), numbers=numbers, rows=told)


def pieces(text: str) -> Line:
    found, place = [], 0
    for mark in MARK.finditer(text):
        found += [Piece(text[place : mark.start()]), *_marked(mark)]
        place = mark.end()
    return [piece for piece in (*found, Piece(text[place:])) if piece.text]


def _marked(mark: re.Match[str]) -> Line:
    how = mark.lastgroup or ""
    if how == "plain":
        return [Piece(mark["plain"])]
    if how == "address":
        address = mark["address"]
        return [Piece(_bare(mark["words"]), "link" if address.startswith(WEB) else "", address)]
    return [Piece(mark[how] if how == "code" else _bare(mark[how]), how)]


def _bare(text: str) -> str:
    """Without marks: there are none inside others."""
    return "".join(piece.text for piece in pieces(text))
