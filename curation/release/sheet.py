"""What the makers of a release must say of it: the datasheet's questions, the lawful basis, how to cite it.

A pure catalogue: which answers there are is told to it as {code: text}.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from curation.release.answer_forms import FORMS, AnswerError, tidy
from ingest.sentences import Sentence

CATALOGUE = Path(__file__).parent / "catalogue"
FILES = ("datasheet.toml", "makers.toml")
DATASHEET = ("motivation", "composition", "collection", "preprocessing", "uses", "distribution", "maintenance")

Answered = Literal["fact", "opinion", "comment"]
Answers = Mapping[str, str]

__all__ = ["BY_CODE", "DATASHEET", "QUESTIONS", "SECTIONS", "AnswerError", "Question", "Section", "check", "missing"]


@dataclass(frozen=True)
class Question:
    """`code` is `<section>.<name>`. A fact is told from the data, and may be added to; an opinion must be answered;
    a comment may be. `more` is what is asked along with it; `choices` are (value, words) where it is a choice.
    """

    code: str
    text: str
    more: str
    answered: Answered
    form: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_required(self) -> bool:
        return self.answered == "opinion"

    def words(self, value: str) -> str:
        """Of a choice, what stands in the papers for its value."""
        return dict(self.choices).get(value, value)


@dataclass(frozen=True)
class Section:
    code: str
    title: str
    questions: tuple[Question, ...]


def _read(file: str) -> Iterable[Section]:
    known: dict[str, Any] = tomllib.loads((CATALOGUE / file).read_text(encoding="utf-8"))
    for code, section in known.items():
        yield Section(code, section["title"], tuple(_question(code, one) for one in section["questions"]))


def _question(section: str, told: dict[str, Any]) -> Question:
    return Question(
        code=f"{section}.{told['name']}",
        text=told["text"],
        more=told.get("more", ""),
        answered=told["answered"],
        form=told.get("form", "prose"),
        choices=tuple((value, words) for value, words in told.get("choices", ())),
    )


SECTIONS = tuple(section for file in FILES for section in _read(file))
QUESTIONS = tuple(question for section in SECTIONS for question in section.questions)
BY_CODE: Mapping[str, Question] = {question.code: question for question in QUESTIONS}


def check(code: str, text: str) -> str:
    """The answer as it is kept, "" for none. AnswerError for what is no answer, and for a question that is none."""
    question = BY_CODE.get(code)
    if question is None:
        raise AnswerError(Sentence("“%(code)s” is none of the questions.", code=code))
    text = tidy(text)
    if not text:
        return ""
    if question.form == "choice":
        return _chosen(question, text)
    return FORMS[question.form](text)


def _chosen(question: Question, text: str) -> str:
    if text not in dict(question.choices):
        raise AnswerError(
            Sentence("Choose one of: %(all)s.", all=", ".join((value for value, _words in question.choices)))
        )
    return text


def is_answered(question: Question, answers: Answers) -> bool:
    """Whether there is an answer that holds: one that was stored under other rules may not."""
    try:
        return bool(check(question.code, answers.get(question.code, "")))
    except AnswerError:
        return False


def missing(answers: Answers) -> list[Question]:
    """The questions that stop a release, in their order."""
    return [question for question in QUESTIONS if question.is_required and not is_answered(question, answers)]
