"""The answers of the release sheet as they are kept: read, written, and moved as a file."""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from curation.models import SheetAnswer
from curation.release import sheet


class SheetRefused(Exception):
    """Why no answer of a file was taken, a line each."""


def answers() -> dict[str, str]:
    return dict(SheetAnswer.objects.values_list("code", "text"))


def save(given: Mapping[str, str], *, by: User | None) -> int:
    """Keeps the answers that changed, and says how many; an empty one takes the answer back. AnswerError for any that
    does not hold, and then none is kept."""
    tidied = {code: sheet.check(code, text) for code, text in given.items()}
    with transaction.atomic():
        known = dict(SheetAnswer.objects.select_for_update().order_by("code").values_list("code", "text"))
        changed = {code: text for code, text in tidied.items() if text != known.get(code, "")}
        SheetAnswer.objects.filter(code__in=[code for code, text in changed.items() if not text]).delete()
        _write({code: text for code, text in changed.items() if text}, by)
    return len(changed)


def _write(changed: Mapping[str, str], by: User | None) -> None:
    now = timezone.now()
    rows = [SheetAnswer(code=c, text=t, answered_by=by, answered_at=now) for c, t in sorted(changed.items())]
    SheetAnswer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["text", "answered_by", "answered_at"],
    )


# ---- As a file


def as_toml(given: Mapping[str, str]) -> str:
    """Every question in its order, as a comment; the answers below them. An unanswered one is an empty text."""
    parts = ["# Answers of the release sheet. An empty text takes an answer back.\n"]
    for section in sheet.SECTIONS:
        parts.append(f"\n[{section.code}]  # {section.title}\n")
        parts += [_entry(question, given.get(question.code, "")) for question in section.questions]
    return "".join(parts)


def _entry(question: sheet.Question, answer: str) -> str:
    told = {"fact": "told from the data; add to it if you like", "opinion": "required", "comment": "if you like"}
    values = f" One of: {', '.join(value for value, _words in question.choices)}." if question.choices else ""
    name = question.code.split(".")[1]
    return f"# {question.text} ({told[question.answered]}){values}\n{name} = {_toml_text(answer)}\n"


def _toml_text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def from_toml(data: bytes) -> dict[str, str]:
    """Answers by code, tidied. SheetRefused with all that is wrong."""
    try:
        told = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SheetRefused(f"This is no TOML file: {error}") from error
    found: dict[str, str] = {}
    wrong: list[str] = []
    for code, text in _flat(told):
        try:
            if not isinstance(text, str):
                raise sheet.AnswerError("The answer must be a text in quotes.")
            found[code] = sheet.check(code, text)
        except sheet.AnswerError as error:
            wrong.append(f"{code}: {error}")
    if wrong:
        raise SheetRefused("\n".join(wrong))
    return found


def _flat(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """(section.name, answer)."""
    return [
        (f"{section}.{name}", text)
        for section, known in told.items()
        for name, text in (known.items() if isinstance(known, dict) else [("", known)])
    ]
