"""The catalogues of texts: what the source says, and what each `locale/*/LC_MESSAGES/django.po` holds.

`make texts` (this file as a program) brings each catalogue up to date: texts that are new stand there empty, texts that
are gone leave it, the .mo beside it is written anew. Templates are read by Django's own `templatize`, as `makemessages`
reads them; Python by its own parser; catalogues are polib's. No program of the system is needed, so the test of
completeness always runs.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
import polib
from django.conf import settings
from django.utils.translation.template import templatize

from tests.conftest import REPO

ROOMS = ("curation", "ingest", "mtf_site")
SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop", "Sentence"}
PLURAL = {"ngettext", "ngettext_lazy"}
QUESTIONS = "curation/release/catalogue"  # of the release sheet
TEXT = r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
SAID = re.compile(rf"\b(?:n?gettext|_)\({TEXT}(?:, {TEXT}, count)?\)")
PLACE = re.compile(r"%\(\w+\)[sdr]|%[sd%]|{\w*}")


@dataclass
class Text:
    """A msgid, its plural or None, the files that say it, and how a catalogue says it (one string a plural form)."""

    one: str
    many: str | None = None
    files: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    fuzzy: bool = False


def places(text: str) -> list[str]:
    """What is put into it, sorted: a translation may name it in another order."""
    return sorted(PLACE.findall(text))


def in_template(source: str) -> Iterator[tuple[str, str | None]]:
    for one, many in SAID.findall(templatize(source)):
        yield ast.literal_eval(one), ast.literal_eval(many) if many else None


def in_python(source: str) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            wanted = 1 if node.func.id in SINGLE else 2 if node.func.id in PLURAL else 0
            texts = [arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant)]
            if wanted and len(texts) == wanted and all(isinstance(text, str) for text in texts):
                yield str(texts[0]), str(texts[1]) if wanted == 2 else None


def in_questions(source: str) -> Iterator[tuple[str, str | None]]:
    for section in tomllib.loads(source).values():
        yield section["title"], None
        for question in section["questions"]:
            words = [text for _value, text in question.get("choices", ())]
            yield from ((text, None) for text in (question["text"], question.get("more"), *words) if text)


def spoken() -> dict[str, Text]:
    """msgid → text, of everything in templates and Python that goes through gettext, in the order of the files."""
    found: dict[str, Text] = {}
    for path in sorted((REPO / "templates").rglob("*.*")):
        gather(found, path, in_template(path.read_text()))
    for room in ROOMS:
        for path in sorted((REPO / room).rglob("*.py")):
            gather(found, path, in_python(path.read_text()))
    for path in sorted((REPO / QUESTIONS).glob("*.toml")):
        gather(found, path, in_questions(path.read_text()))
    return found


def gather(found: dict[str, Text], path: Path, texts: Iterable[tuple[str, str | None]]) -> None:
    for one, many in texts:
        text = found.setdefault(one, Text(one, many))
        if many != text.many:
            raise ValueError(f"{path}: {one!r} is said with {many!r} here, with {text.many!r} in {min(text.files)}")
        text.files.add(str(path.relative_to(REPO)))


def read(catalogue: Path) -> dict[str, Text]:
    """msgid → text, of a .po file."""
    return {entry.msgid: _text(entry) for entry in polib.pofile(str(catalogue))}


def _text(entry: polib.POEntry) -> Text:
    said = [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)] or [entry.msgstr]
    return Text(entry.msgid, entry.msgid_plural or None, set(), said, entry.fuzzy)


def write(catalogue: Path, texts: Iterable[Text]) -> None:
    """In the place of all that it says; its head stays."""
    file = polib.pofile(str(catalogue), wrapwidth=0)
    file[:] = [_entry(text) for text in texts]
    file.save()


def _entry(text: Text) -> polib.POEntry:
    marks = ["fuzzy"] * text.fuzzy + ["python-format"] * bool(re.search(r"%(\(\w+\))?[sdr]", text.one))
    entry = polib.POEntry(msgid=text.one, flags=marks, occurrences=[(file, "") for file in sorted(text.files)])
    if text.many is None:
        entry.msgstr = (text.said or [""])[0]
    else:
        entry.msgid_plural, entry.msgstr_plural = text.many, dict(enumerate(text.said or ["", ""]))
    return entry


def compiled(catalogue: Path) -> bytes:
    """The .mo file."""
    made: bytes = polib.pofile(str(catalogue)).to_binary()
    return made


def catalogues() -> list[Path]:
    return sorted((REPO / "locale").glob("*/LC_MESSAGES/django.po"))


def bring_up_to_date(catalogue: Path) -> int:
    """How many texts it does not say yet."""
    known, wanted = read(catalogue), spoken()
    for text in wanted.values():
        before = known.get(text.one)
        if before and before.many == text.many:
            text.said, text.fuzzy = before.said, before.fuzzy
    write(catalogue, wanted.values())
    catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))
    return sum(text.fuzzy or not all(text.said or [""]) for text in wanted.values())


if __name__ == "__main__":
    settings.configure(INSTALLED_APPS=[])
    django.setup()
    for path in catalogues():
        print(f"{path.relative_to(REPO)}: {bring_up_to_date(path)} texts to translate")
