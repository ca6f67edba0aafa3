"""Every text that people read can be translated, and the catalogues hold what they say they hold.

The scanners are simple: of a template, what is left of the text between tags and of some attributes once template
tags are taken away must hold no word; of Python, a literal handed to `messages` or to a form must be inside gettext.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import REPO

TEMPLATES = sorted((REPO / "templates").rglob("*.html"))
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.S)
COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->|{#.*?#}", re.S)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.S)
ELEMENT = re.compile(r"<[^>]*>", re.S)
CLASSES = re.compile(r"{%\s*block \w+_class\s*%}.*?{%\s*endblock\s*%}", re.S)
UNSEEN = re.compile(r"<(script|style|svg|kbd|code|pre)\b.*?</\1>", re.S)
ATTRIBUTE = re.compile(r'\b(?:alt|title|placeholder|aria-label|data-copied)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
# Names, units and licences are the same in every language.
NAMES = re.compile(
    r"\b(?:MTF Curator|Wikidata|(?:Wikimedia )?Commons|sha256|CSV|URLs?|px|UTC|SPDX|IoU)\b"
)  # fmt: skip
ENTITY = re.compile(r"&\w+;")


def visible(source: str) -> Iterator[str]:
    """The words of a template that stand outside of translate and blocktranslate."""
    text = COMMENT.sub(" ", source)
    text = TRANSLATED.sub(" ", CLASSES.sub(" ", text))
    text = TAG.sub(" ", text)
    yield from (found for found in ATTRIBUTE.findall(text) if WORD.search(NAMES.sub("", found)))
    text = ENTITY.sub(" ", ELEMENT.sub("\n", UNSEEN.sub(" ", text)))
    yield from (line.strip() for line in text.splitlines() if WORD.search(NAMES.sub("", line)))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(REPO / "templates")))
def test_a_template_says_nothing_untranslated(path: Path) -> None:
    assert list(visible(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<img alt="a face">', ["a face"]),
        ('<p class="Hello">{% translate "Hello" %} {{ name }} 12 ×</p>', []),
        ("{% blocktranslate count n=n %}<b>one</b>{% plural %}many{% endblocktranslate %}", []),
        ('<button aria-label="{% translate "Close" %}">&nbsp;×</button>', []),
        ("{% if x %}yes{% endif %}", ["yes"]),
        ("<title>{{ x }} · MTF Curator</title>", []),
    ],
)
def test_the_scanner_sees_what_is_not_translated(source: str, found: list[str]) -> None:
    assert list(visible(source)) == found


def bare_texts(source: str) -> Iterator[str]:
    """Literals of several words that go to `messages.…(request, …)` or `….add_error(…, …)` without gettext."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = isinstance(node.func.value, ast.Name) and node.func.value.id == "messages"
            if (said or node.func.attr == "add_error") and len(node.args) > 1:
                yield from _literals(node.args[1])


def _literals(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text) | ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            yield text
        case ast.BinOp(left=left):
            yield from _literals(left)
        case ast.IfExp(body=one, orelse=other):
            yield from _literals(one)
            yield from _literals(other)


@pytest.mark.parametrize("room", ["ingest", "curation"])
def test_views_and_forms_say_nothing_untranslated(room: str) -> None:
    found = {
        str(path.relative_to(REPO)): texts
        for path in (REPO / room).rglob("*.py")
        if (texts := list(bare_texts(path.read_text())))
    }
    assert found == {}


def test_the_scanner_of_python_sees_what_is_not_translated() -> None:
    source = (
        'messages.success(request, "Saved." if x else _("No"))\nform.add_error(None, f"no {x}")\nlog.info(1, "x y")'
    )
    assert list(bare_texts(source)) == ["Saved.", "no "]


# ---- Catalogues


def messages_of(catalogue: Path) -> dict[str, list[str]]:
    """msgid → translations, of a .po file without contexts."""
    found = {}
    for entry in catalogue.read_text().split("\n\n"):
        lines = {name: ast.literal_eval(text) for name, text in re.findall(r'^(msg\S+) (".*")$', entry, re.M)}
        if lines.get("msgid"):
            found[lines["msgid"]] = [text for name, text in lines.items() if name.startswith("msgstr")]
    return found


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_a_compiled_catalogue_says_what_its_source_says(language: str) -> None:
    """The .mo is kept beside the .po, so that nothing need be compiled where the program is installed."""
    folder = REPO / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    source = messages_of(folder / "django.po")
    assert len(source) > 200
    for text, translations in source.items():
        several = (
            [compiled.ngettext(text, text, n) for n in (1, 2)] if len(translations) > 1 else [compiled.gettext(text)]
        )
        assert several == translations, f"run msgfmt on locale/{language}: {text!r} is not up to date"
        for translation in translations:
            assert sorted(PLACE.findall(translation)) == sorted(PLACE.findall(text)), text


PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|{\w+}")
