"""What the data itself said in a datasheet that was written before, and its paragraphs and tables as plain words."""

import re
from dataclasses import dataclass, field

QUESTION = re.compile(r"^### (.*)$", re.M)
SECTION = re.compile(r"^## ", re.M)
CELL = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"\|( -+:? \|)+")
LINK = re.compile(r"\[((?:[^\]\\]|\\.)*)\]\(<[^>]*>\)")
LAW = "\n## Lawful basis\n"


def told_before(datasheet: str) -> dict[str, str]:
    """By question: without what was asked besides, and without what the makers said."""
    parts = QUESTION.split(datasheet.split(LAW)[0])
    return {text: _fact(SECTION.split(answer)[0]) for text, answer in zip(parts[1::2], parts[2::2], strict=True)}


def _fact(answer: str) -> str:
    lines = [line for line in answer.strip().split("\n") if not line.startswith(">")]
    if lines and re.fullmatch(r"\*.*\*", lines[0]):
        lines = lines[1:]
    return "\n".join(lines).strip()


@dataclass(frozen=True)
class Block:
    """A paragraph or list, or else a table."""

    text: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def blocks(markdown: str) -> list[Block]:
    return [_block(part.split("\n")) for part in markdown.split("\n\n") if part.strip()]


def _block(lines: list[str]) -> Block:
    if len(lines) < 2 or not RULE.fullmatch(lines[1]):
        return Block(text="\n".join(map(_plain, lines)))
    heads, _rule, *rows = ([_plain(cell.strip()) for cell in CELL.split(line)[1:-1]] for line in lines)
    return Block(heads=heads, rows=rows)


def _plain(text: str) -> str:
    """Without Markdown's marks."""
    return re.sub(r"\\(.)", r"\1", LINK.sub(r"\1", text).replace("`", ""))
