"""The questions of a release's sheet, and what is an answer to them."""

import pytest

from curation.release import sheet
from curation.release.answer_forms import Author, authors_of, keywords_of
from curation.release.sheet import AnswerError
from tests.curation.sheets import ANSWERS

CHIDI = "Eze, Chidi; 0000-0002-1825-0097"


def test_the_datasheet_asks_all_57_questions_in_seven_sections() -> None:
    asked = {section.title: len(section.questions) for section in sheet.SECTIONS if section.code in sheet.DATASHEET}
    assert asked == {
        "Motivation": 4,
        "Composition": 16,
        "Collection process": 12,
        "Preprocessing/cleaning/labeling": 4,
        "Uses": 6,
        "Distribution": 7,
        "Maintenance": 8,
    }
    assert sum(asked.values()) == 57


def test_every_section_of_the_datasheet_ends_with_room_for_comments() -> None:
    for section in sheet.SECTIONS[:7]:
        assert section.questions[-1].text == "Any other comments?"
        assert not section.questions[-1].is_required


def test_codes_are_unique_and_fit_their_column() -> None:
    assert len(sheet.BY_CODE) == len(sheet.QUESTIONS)
    assert max(map(len, sheet.BY_CODE)) <= 60


def test_nothing_answered_leaves_every_opinion_missing_and_no_fact() -> None:
    lacking = sheet.missing({})
    assert {question.answered for question in lacking} == {"opinion"}
    assert len(lacking) == sum(question.answered == "opinion" for question in sheet.QUESTIONS)


def test_a_full_sheet_lacks_nothing_and_without_any_opinion_lacks_that_one() -> None:
    assert sheet.missing(ANSWERS) == []
    for code in ANSWERS:
        lacking = [question.code for question in sheet.missing({**ANSWERS, code: " "})]
        assert lacking == ([code] if sheet.BY_CODE[code].is_required else [])


def test_the_lawful_basis_has_no_default_and_wants_its_reason() -> None:
    """Neither the choice nor the reason is there unless somebody gave it, and an answer under other rules is none."""
    codes = ["law.basis", "law.basis-reason", "law.article-9", "law.article-9-reason", "law.erasure-contact"]
    law = {code for code in ANSWERS if code.startswith("law.")}
    without = {code: text for code, text in ANSWERS.items() if code not in law}
    assert [question.code for question in sheet.missing(without)] == codes
    assert [q.code for q in sheet.missing({**ANSWERS, "law.basis": "because"})] == ["law.basis"]


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("motivation.purpose", "  For science.  \r\n\r\n\r\n\r\nAnd more. \r\n", "For science.\n\nAnd more."),
        ("motivation.purpose", " \n ", ""),
        ("law.basis", "public-task", "public-task"),
        ("citation.authors", "Marlow ,  Ada\n\nEze, Chidi;0000-0002-1825-0097", f"Marlow, Ada\n{CHIDI}"),
        ("citation.authors", "Li, 明; https://orcid.org/0000-0002-1694-233x", "Li, 明; 0000-0002-1694-233X"),
        ("citation.keywords", "faces,\nbias , faces,", "faces, bias"),
        ("citation.doi", "https://doi.org/10.5281/zenodo.7", "10.5281/zenodo.7"),
        ("citation.home", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("law.erasure-contact", "erasure@example.org", "erasure@example.org"),
        ("law.erasure-contact", "https://example.org/erasure", "https://example.org/erasure"),
    ],
)  # fmt: skip
def test_an_answer_is_tidied(code: str, text: str, kept: str) -> None:
    assert sheet.check(code, text) == kept
    assert sheet.check(code, kept) == kept


@pytest.mark.parametrize(
    ("code", "text", "complaint"),
    [
        ("motivation.nothing", "x", "none of the questions"),
        ("motivation.purpose", "TODO", "placeholder"),
        ("motivation.purpose", "tbd.", "placeholder"),
        ("motivation.purpose", "…", "placeholder"),
        ("motivation.purpose", "a\x00b", "control character"),
        ("motivation.purpose", "a\x1b[31mb", "control character"),
        ("motivation.purpose", "\ud800", "control character"),
        ("motivation.purpose", "x" * 10_001, "10,001 characters"),
        ("law.basis", "Consent", "Choose one of"),
        ("law.basis-reason", "because", "20 characters"),
        ("law.erasure-contact", "the office", "e-mail address, or the address of a page"),
        ("citation.title", "Faces\nand more", "one line"),
        ("citation.title", "x" * 201, "at most 200"),
        ("citation.contact", "ada@example", "no e-mail address"),
        ("citation.contact", "a@example.org\nb@example.org", "no e-mail address"),
        ("citation.home", "javascript:alert(1)", "no address of a page"),
        ("citation.home", "https://example.org/a b", "no address of a page"),
        ("citation.doi", "zenodo.7", "no DOI"),
        ("citation.authors", "Ada Marlow", "Line 1 is not"),
        ("citation.authors", "Marlow, Ada\nThe team", "Line 2 is not"),
        ("citation.authors", "Marlow, Ada; 0000-0002-1825-0098", "its last digit proves the others"),
        ("citation.authors", "Marlow, Ada\nMarlow, Ada", "twice"),
        ("citation.keywords", " , ", "one keyword"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_reason(code: str, text: str, complaint: str) -> None:
    with pytest.raises(AnswerError, match=complaint):
        sheet.check(code, text)


def test_authors_and_keywords_are_read_as_values() -> None:
    assert authors_of("Marlow, Ada\nEze, Chidi; 0000-0002-1825-0097") == (
        Author("Marlow", "Ada"),
        Author("Eze", "Chidi", "0000-0002-1825-0097"),
    )
    assert keywords_of("faces, bias") == ("faces", "bias")
