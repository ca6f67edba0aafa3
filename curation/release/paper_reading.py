"""Papers as HTML to show. Much in them was written by strangers: HTML is shown as words, a link leads to the web or
nowhere, a picture is one of the release's own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

WEB = ("https://", "http://", "mailto:")
FENCE = "---\n"


class Page(NamedTuple):
    """`head` is the YAML for Hugging Face, or empty; `body` is safe HTML."""

    head: str
    body: str


def page(text: str, picture: Callable[[str], str] = str) -> Page:
    """`picture` tells the address of a picture from its path as the paper has it."""
    head, fence, rest = text.removeprefix(FENCE).partition(f"\n{FENCE}")
    if not (fence and text.startswith(FENCE)):
        head, rest = "", text
    tokens = list(_dressed(MARKDOWN.parse(rest), picture))
    return Page(head, MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def _dressed(tokens: Iterable[Token], picture: Callable[[str], str]) -> Iterator[Token]:
    leads = True  # whether the link that is open leads anywhere
    for token in tokens:
        if token.children:
            token.children = list(_dressed(token.children, picture))
        match token.type:
            case "heading_open" | "heading_close":
                token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"  # the page has a title of its own
            case "th_open" | "td_open":
                _dress_cell(token)
            case "code_block":
                token.attrs |= {"class": "paper", "tabindex": 0}
            case "link_open":
                leads = str(token.attrs.get("href", "")).startswith(WEB)
                token.attrs |= {"rel": "noopener noreferrer"}
            case "image" if ":" in (path := str(token.attrs["src"])) or path.startswith("/"):
                token = Token("text", "", 0, content=token.content)
            case "image":
                token.attrs["src"] = picture(path)
        if leads or token.type not in ("link_open", "link_close"):
            yield token


def _dress_cell(token: Token) -> None:
    """A class in the place of a style, which the pages' policy forbids."""
    if token.attrs.pop("style", "") == "text-align:right":
        token.attrs["class"] = "n"
    if token.tag == "th":
        token.attrs["scope"] = "col"


def _table_opened(*_told: Any) -> str:
    return '<div class="table" tabindex="0"><table>\n'


def _table_closed(*_told: Any) -> str:
    return "</table></div>\n"


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("table_open", _table_opened)
    reader.add_render_rule("table_close", _table_closed)
    return reader


MARKDOWN = _reader()
