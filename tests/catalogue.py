"""The catalogues of texts: what the source says, and what each `locale/*/LC_MESSAGES/django.po` holds.

`make texts` (this file as a program) brings each catalogue up to date: texts that are new stand there empty, texts that
are gone leave it, the .mo beside it is written anew. Templates are read by Django's own `templatize`, as `makemessages`
reads them; Python by its own parser. No program of the system is needed, so the test of completeness always runs.
"""

import ast
import re
import struct
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
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
MESSAGE = re.compile(r'^(msgid|msgid_plural|msgstr|msgstr\[\d\]) (".*")$', re.M)


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
    """msgid → text, of a .po file as `write` writes it."""
    found = {}
    for entry in catalogue.read_text().split("\n\n"):
        lines = {name: ast.literal_eval(text) for name, text in MESSAGE.findall(entry)}
        if lines.get("msgid"):
            said = [text for name, text in lines.items() if name.startswith("msgstr")]
            fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", entry, re.M))
            found[lines["msgid"]] = Text(lines["msgid"], lines.get("msgid_plural"), set(), said, fuzzy)
    return found


def header(catalogue: Path) -> str:
    return catalogue.read_text().split("\n\n", 1)[0] + "\n"


def write(catalogue: Path, texts: Iterable[Text]) -> None:
    start = header(catalogue)
    catalogue.write_text(start + "".join(f"\n{_entry(text)}" for text in texts))


def _entry(text: Text) -> str:
    marks = ["fuzzy"] * text.fuzzy + ["python-format"] * ("%(" in text.one or bool(re.search("%[sd]", text.one)))
    lines = [f"#: {' '.join(sorted(text.files))}"] + [f"#, {', '.join(marks)}"] * bool(marks)
    lines.append(f"msgid {_quoted(text.one)}")
    if text.many is None:
        return "\n".join([*lines, f"msgstr {_quoted((text.said or [''])[0])}"]) + "\n"
    forms = [f"msgstr[{n}] {_quoted(said)}" for n, said in enumerate(text.said or ["", ""])]
    return "\n".join([*lines, f"msgid_plural {_quoted(text.many)}", *forms]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def compiled(catalogue: Path) -> bytes:
    """A .mo file: a table of the sorted msgids, one of their translations, then both, each ended by a zero byte."""
    head = "".join(ast.literal_eval(line) for line in re.findall(r'^(".*")$', header(catalogue), re.M))
    said = {b"": head.encode()}
    for text in read(catalogue).values():
        if all(text.said) and not text.fuzzy:
            said["\0".join(filter(None, (text.one, text.many))).encode()] = "\0".join(text.said).encode()
    tables, strings, at = [], b"", 28 + 16 * len(said)
    for column in (sorted(said), [said[key] for key in sorted(said)]):
        for string in column:
            tables.append(struct.pack("<II", len(string), at + len(strings)))
            strings += string + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(said), 28, 28 + 8 * len(said), 0, 28) + b"".join(tables) + strings


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
