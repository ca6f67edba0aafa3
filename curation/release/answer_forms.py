"""What an answer of the release sheet must look like: a form takes a text and gives it back tidied, or says why not."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.sentences import Sentence

LONGEST = 10_000
LONGEST_LINE = 200
SHORTEST_REASON = 20
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?([/?#][^\s<>\"'\\^`{|}]*)?")
DOI = re.compile(r"10\.\d{4,9}/[A-Za-z0-9._;()/:-]+")
ORCID = re.compile(r"(\d{4}-){3}\d{3}[\dX]")
NO_ANSWERS = {"todo", "tbd", "tba", "tbc", "fixme", "xxx", "lorem ipsum"}


class AnswerError(ValueError):
    """Why a text is no answer, in one sentence for who wrote it."""


@dataclass(frozen=True)
class Author:
    family: str
    given: str
    orcid: str = ""


def tidy(text: str) -> str:
    """Lines without blanks at their ends, at most one empty one between two. AnswerError for what cannot be printed."""
    text = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise AnswerError(Sentence("There is a control character in it: type it anew."))
    if len(text) > LONGEST:
        raise AnswerError(
            Sentence("It has %(n)s characters; at most %(most)s fit.", n=f"{len(text):,}", most=f"{LONGEST:,}")
        )
    return re.sub(r"\n{3,}", "\n\n", text)


def prose(text: str) -> str:
    if not any(c.isalnum() for c in text) or text.strip(" .!?…-").lower() in NO_ANSWERS:
        raise AnswerError(Sentence("This is a placeholder, no answer."))
    return text


def reason(text: str) -> str:
    if len(prose(text)) < SHORTEST_REASON:
        raise AnswerError(Sentence("Write the reason out, in %(fewest)s characters at least.", fewest=SHORTEST_REASON))
    return text


def line(text: str) -> str:
    if "\n" in text:
        raise AnswerError(Sentence("It must be one line."))
    if len(text) > LONGEST_LINE:
        raise AnswerError(Sentence("It has %(n)s characters; at most %(most)s fit.", n=len(text), most=LONGEST_LINE))
    return prose(text)


def email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise AnswerError(Sentence("This is no e-mail address."))
    return text


def url(text: str) -> str:
    if not URL.fullmatch(text):
        raise AnswerError(Sentence("This is no address of a page: it begins with https:// or http://."))
    return text


def contact(text: str) -> str:
    if not EMAIL.fullmatch(text) and not URL.fullmatch(text):
        raise AnswerError(Sentence("Give an e-mail address, or the address of a page that begins with https://."))
    return text


def doi(text: str) -> str:
    """Also given as an address of the resolver."""
    found = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", text)
    if not DOI.fullmatch(found):
        raise AnswerError(Sentence("This is no DOI: one looks like 10.5281/zenodo.1234567."))
    return found


def authors(text: str) -> str:
    return "\n".join(_author_line(author) for author in authors_of(text))


def authors_of(text: str) -> tuple[Author, ...]:
    """AnswerError names the line that is none."""
    lines = [one for one in text.split("\n") if one.strip()]
    found = tuple(_author(number, one) for number, one in enumerate(lines, 1))
    if len(set(found)) < len(found):
        raise AnswerError(Sentence("Somebody is named twice."))
    return found


def _author(number: int, text: str) -> Author:
    name, _, orcid = (part.strip() for part in text.partition(";"))
    family, _, given = (" ".join(part.split()) for part in name.partition(","))
    if not family or not given or "," in given or ";" in orcid:
        raise AnswerError(Sentence("Line %(number)s is not “Family, Given” or “Family, Given; ORCID”.", number=number))
    orcid = re.sub(r"^https?://orcid\.org/", "", orcid).upper()
    if orcid and not _is_orcid(orcid):
        raise AnswerError(
            Sentence(
                "Line %(number)s: %(orcid)s is no ORCID iD; its last digit proves the others.",
                number=number,
                orcid=orcid,
            )
        )
    return Author(family, given, orcid)


def _is_orcid(text: str) -> bool:
    """ISO 7064, modulus 11-2."""
    if not ORCID.fullmatch(text):
        return False
    digits, total = text.replace("-", ""), 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return digits[-1] == "0123456789X"[(12 - total % 11) % 11]


def _author_line(author: Author) -> str:
    name = f"{author.family}, {author.given}"
    return f"{name}; {author.orcid}" if author.orcid else name


def keywords(text: str) -> str:
    found = keywords_of(text)
    if not found:
        raise AnswerError(Sentence("Give one keyword at least."))
    return ", ".join(found)


def keywords_of(text: str) -> tuple[str, ...]:
    """Each once, in their order."""
    words = [" ".join(one.split()) for one in re.split(r"[,\n]", text)]
    return tuple(dict.fromkeys(one for one in words if one))


FORMS: Mapping[str, Callable[[str], str]] = {
    "prose": prose,
    "reason": reason,
    "line": line,
    "email": email,
    "url": url,
    "contact": contact,
    "doi": doi,
    "authors": authors,
    "keywords": keywords,
}
