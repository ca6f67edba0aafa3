"""What the data itself said in a datasheet that was written before."""

import re

QUESTION = re.compile(r"^### (.*)$", re.M)
SECTION = re.compile(r"^## ", re.M)
LAW = "\n## Lawful basis\n"


def told_before(datasheet: str) -> dict[str, str]:
    """Markdown by question: without what was asked besides, and without what the makers said."""
    parts = QUESTION.split(datasheet.split(LAW)[0])
    return {text: _fact(SECTION.split(answer)[0]) for text, answer in zip(parts[1::2], parts[2::2], strict=True)}


def _fact(answer: str) -> str:
    lines = [line for line in answer.strip().split("\n") if not line.startswith(">")]
    if lines and re.fullmatch(r"\*.*\*", lines[0]):
        lines = lines[1:]
    return "\n".join(lines).strip()
