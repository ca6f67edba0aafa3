"""Every text that people read can be translated, and the catalogues hold what they say they hold.

The scanners are simple: of a template, what is left of the text between tags and of some attributes once template
tags are taken away must hold no word; of Python, a literal handed to `messages` or to a form must be inside gettext.
"""

import ast
import gettext
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import formats, translation

from curation.templatetags import report_figures
from tests import catalogue
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

CATALOGUES = catalogue.catalogues()


def language_of(path: Path) -> str:
    return path.parent.parent.name


def test_every_language_that_can_be_chosen_has_a_catalogue() -> None:
    assert {language_of(path) for path in CATALOGUES} == {code for code, _name in settings.LANGUAGES if code != "en"}


@pytest.mark.parametrize("path", CATALOGUES, ids=language_of)
def test_a_catalogue_says_every_text_of_the_source(path: Path) -> None:
    """`make texts` puts a new text into it, empty; then somebody must say it."""
    spoken, held = catalogue.spoken(), catalogue.read(path)
    assert len(spoken) > 2000
    assert [f"{one!r}, in {min(text.files)}" for one, text in spoken.items() if one not in held] == []
    assert [one for one in held if one not in spoken] == [], "nothing says these any more: run make texts"
    assert [one for one, text in held.items() if text.many != spoken[one].many] == [], "run make texts"
    assert [one for one, text in held.items() if text.fuzzy or not all(text.said)] == [], "not translated"


@pytest.mark.parametrize("path", CATALOGUES, ids=language_of)
def test_a_translation_has_the_places_of_its_text(path: Path) -> None:
    for one, text in catalogue.read(path).items():
        forms = [one] if text.many is None else [one, text.many]
        assert len(text.said) == len(forms), one
        for form, said in zip(forms, text.said, strict=True):
            assert catalogue.places(said) == catalogue.places(form), form
            assert [said[:1].isspace(), said[-1:].isspace()] == [form[:1].isspace(), form[-1:].isspace()], form
            assert re.findall(r"<[^>]*>", said) == re.findall(r"<[^>]*>", form), form


@pytest.mark.parametrize("path", CATALOGUES, ids=language_of)
def test_a_compiled_catalogue_is_what_its_source_compiles_to(path: Path) -> None:
    """The .mo is kept beside the .po, so that nothing need be compiled where the program is installed."""
    assert path.with_suffix(".mo").read_bytes() == catalogue.compiled(path), "run make texts"
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for one, text in catalogue.read(path).items():
        several = [compiled.ngettext(one, one, n) for n in (1, 2)] if text.many else [compiled.gettext(one)]
        assert several == text.said


def test_a_catalogue_brought_up_to_date_keeps_what_is_said_and_wants_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Releases"\nmsgstr "Veröffentlichungen"\n\nmsgid "Long gone"\nmsgstr "Längst fort"\n'
    )
    wanting = catalogue.bring_up_to_date(path)
    held = catalogue.read(path)
    assert held["Releases"].said == ["Veröffentlichungen"]
    assert "Long gone" not in held
    assert held["Reject"].said == [""]
    assert wanting == len(held) - 1
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert [compiled.gettext(text) for text in ("Releases", "Reject")] == ["Veröffentlichungen", "Reject"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Close" %}', [("Close", None)]),
        ('{% translate "It\'s" %}', [("It's", None)]),
        ("{% blocktranslate with n=x %}{{ n }} of 100 %{% endblocktranslate %}", [("%(n)s of 100 %%", None)]),
        (
            "{% blocktranslate count n=x %}one{% plural %}{{ n }} faces{% endblocktranslate %}",
            [("one", "%(n)s faces")],
        ),
        ('{% include "a.html" with title=_("Hello") %}', [("Hello", None)]),
        ("{% comment %}{% translate 'Never' %}{% endcomment %}", []),
    ],
)
def test_texts_of_a_template_are_found(source: str, found: list[tuple[str, str | None]]) -> None:
    assert list(catalogue.in_template("{% load i18n %}" + source)) == found


def test_texts_of_python_are_found() -> None:
    source = 'a = _("one" " text")\nb = f"{_(\'inside\')}"\nngettext("%d face", "%d faces", n)\n_(name)\nother("no")'
    assert set(catalogue.in_python(source)) == {("one text", None), ("inside", None), ("%d face", "%d faces")}


def test_a_text_with_and_without_a_plural_is_refused() -> None:
    """The one without would not be found among the translations."""
    texts: dict[str, catalogue.Text] = {}
    catalogue.gather(texts, REPO / "a.html", [("face", None)])
    with pytest.raises(ValueError, match=r"'face' is said with 'faces' here, with None in a\.html"):
        catalogue.gather(texts, REPO / "b.html", [("face", "faces")])


# ---- Dates and numbers

DATE = re.compile(r"""\|date:["']([^"']*\bj[^"']*)["']""")


def test_german_writes_the_day_of_every_date_with_a_dot() -> None:
    used = {found for path in TEMPLATES for found in DATE.findall(path.read_text())}
    assert "j M Y" in used
    with translation.override("de"):
        assert {one for one in used if "j." not in formats.get_format(one)} == set()
        assert formats.date_format(date(2026, 11, 29), "j M Y") == "29. Nov. 2026"
    assert formats.date_format(date(2026, 11, 29), "j M Y") == "29 Nov 2026"


@pytest.mark.parametrize(
    ("write", "value", "english"),
    [
        (report_figures.percent, 0.9841, "98.4 %"),
        (report_figures.percent, 0.99999, "99.9 %"),
        (report_figures.kappa, -0.124, "−0.12"),
        (report_figures.kappa, -0.001, "0.00"),
        (report_figures.points, 0.034, "+3.4"),
        (report_figures.points, -0.034, "−3.4"),
        (report_figures.points, -0.0001, "0.0"),
    ],
)
def test_a_figure_is_written_as_the_language_writes_numbers(
    write: Callable[[float], str], value: float, english: str
) -> None:
    assert write(value) == english
    with translation.override("de"):
        assert write(value) == english.replace(".", ",")
