"""DATASHEET.md: every question of "Datasheets for Datasets", with facts from the data and the team's own answers."""

from collections.abc import Iterator

from curation.release import sheet
from curation.release.papers.datasheet_facts import FACTS, contact
from curation.release.papers.facts import Facts
from curation.release.papers.text import escaped, quoted

ABOUT = """# Datasheet: {title}, release {version}

The questions are those of “Datasheets for Datasets” (Gebru et al., Communications of the ACM 64(12), 2021). What stands
in a quotation is what the makers say; everything else is told from the data, as it was on {day}.
"""
NO_COMMENT = "No."
LAW = """## Lawful basis

### On which lawful basis is the personal data processed (GDPR, Art. 6)?

{basis}.

{basis_reason}

### Which condition allows processing labels of race (GDPR, Art. 9)?

{article_9}.

{article_9_reason}

### Where does somebody ask to be erased?

{contact}
"""


def as_file(facts: Facts) -> str:
    day = facts.frozen_on.isoformat()
    head = ABOUT.format(title=escaped(facts.title), version=facts.version, day=day)
    parts = [head.strip(), *_sections(facts), _law(facts).strip()]
    return "\n\n".join(parts) + "\n"


def _sections(facts: Facts) -> Iterator[str]:
    for section in sheet.SECTIONS:
        if section.code in sheet.DATASHEET:
            yield f"## {section.title}"
            yield from (f"### {_asked(one)}\n\n{answer(one, facts)}" for one in section.questions)


def _asked(question: sheet.Question) -> str:
    return f"{question.text}\n\n*{question.more}*" if question.more else question.text


def answer(question: sheet.Question, facts: Facts) -> str:
    """Markdown: the fact, what the team adds to it, or what the team says."""
    fact = FACTS[question.code](facts) if question.answered == "fact" else ""
    said = facts.answers.get(question.code, "")
    parts = [fact, quoted(said) if said else ""]
    return "\n\n".join(part for part in parts if part) or NO_COMMENT


def _law(facts: Facts) -> str:
    said = facts.answers
    return LAW.format(
        basis=sheet.BY_CODE["law.basis"].words(said["law.basis"]),
        basis_reason=quoted(said["law.basis-reason"]),
        article_9=sheet.BY_CODE["law.article-9"].words(said["law.article-9"]),
        article_9_reason=quoted(said["law.article-9-reason"]),
        contact=contact(facts),
    )
