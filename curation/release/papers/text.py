"""How papers are written: JSON, Markdown that shows what strangers wrote and never obeys it, tables, numbers."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#!@$&^])")
LINK_LIKE = re.compile(r"(?<=[a-zA-Z]):(?=//)|(?<=[wW]{3})\.")
NO_LETTERS = ("Cc", "Cs", "Co", "Cn")
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def one_line(text: str) -> str:
    """Without what cannot be seen or turns the line around."""
    text = " ".join(text.split())
    if text.isprintable():  # nearly always
        return text
    return "".join(c for c in text if c not in BIDI and unicodedata.category(c) not in NO_LETTERS)


def escaped(text: str) -> str:
    """Of a stranger's text: one line of Markdown that shows it as it is, and makes no link, tag, cell or emphasis."""
    return LINK_LIKE.sub(lambda found: f"\\{found[0]}", SPECIAL.sub(r"\\\1", one_line(text)))


def link(words: str, address: str) -> str:
    """Without an address that Markdown could misread, the words alone."""
    plain = address.startswith(("https://", "http://")) and not set(address) & set(" <>\"'\\`()[]|\n\t")
    return f"[{escaped(words)}](<{address}>)" if plain else escaped(words)


def quoted(text: str) -> str:
    """The team's own words, as a quotation: they may use Markdown's inline marks and lists, and no HTML."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return "\n".join(f"> {line}".rstrip() for line in safe.split("\n"))


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, left: int = 1) -> str:
    """The first `left` columns are words; the others are numbers. Texts are Markdown already."""
    rule = ["---"] * left + ["--:"] * (len(heads) - left)
    lines = [heads, rule, *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def counted(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else "".join(words)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
