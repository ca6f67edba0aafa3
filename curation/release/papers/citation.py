"""CITATION.cff (Citation File Format 1.2.0), and the same as a line and as BibTeX."""

import json
import re
from typing import Any

from curation.release.answer_forms import Author, authors_of, keywords_of
from curation.release.papers.facts import Facts
from curation.release.papers.text import listed

MESSAGE = "If you use this data set, please cite it as below."


def as_cff(facts: Facts) -> str:
    """YAML, each text in JSON's quotes, which YAML reads."""
    said = facts.answers
    told: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": facts.title,
        "version": facts.version,
        "date-released": facts.frozen_on.isoformat(),
        "authors": [_person(author) for author in authors_of(said["citation.authors"])],
        "contact": [{"name": said["citation.publisher"], "email": said["citation.contact"]}],
        "keywords": list(keywords_of(said["citation.keywords"])),
        "url": said.get("citation.home", ""),
        "doi": said.get("citation.doi", ""),
    }
    return "".join(_entry(key, value) for key, value in told.items() if value)


def _person(author: Author) -> dict[str, str]:
    orcid = {"orcid": f"https://orcid.org/{author.orcid}"} if author.orcid else {}
    return {"family-names": author.family, "given-names": author.given} | orcid


def _entry(key: str, value: Any) -> str:
    if isinstance(value, str):
        return f"{key}: {quoted(value)}\n"
    return f"{key}:\n" + "".join(_item(one) for one in value)


def _item(value: str | dict[str, str]) -> str:
    if isinstance(value, str):
        return f"  - {quoted(value)}\n"
    first, *others = (f"{key}: {quoted(text)}\n" for key, text in value.items())
    return f"  - {first}" + "".join(f"    {line}" for line in others)


def quoted(text: str) -> str:
    """A YAML double-quoted scalar: JSON's, with what YAML does not print escaped."""
    return re.sub(
        r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]",
        lambda found: f"\\u{ord(found[0]):04x}",
        json.dumps(text, ensure_ascii=False),
    )


def as_line(facts: Facts) -> str:
    said = facts.answers
    people = listed([f"{author.given} {author.family}" for author in authors_of(said["citation.authors"])])
    doi = said.get("citation.doi", "")
    where = f"https://doi.org/{doi}" if doi else said.get("citation.home", "")
    parts = [f"{people} ({facts.frozen_on.year})", facts.title, f"Version {facts.version}", said["citation.publisher"]]
    return ". ".join(parts) + "." + (f" {where}" if where else "")


def as_bibtex(facts: Facts) -> str:
    said = facts.answers
    people = " and ".join(f"{a.family}, {a.given}" for a in authors_of(said["citation.authors"]))
    fields = {
        "author": people,
        "title": f"{{{_bib(facts.title)}}}",
        "version": facts.version,
        "year": str(facts.frozen_on.year),
        "publisher": said["citation.publisher"],
        "doi": said.get("citation.doi", ""),
        "url": said.get("citation.home", ""),
    }
    lines = [f"  {name} = {{{text if name == 'title' else _bib(text)}}}" for name, text in fields.items() if text]
    return "@misc{mtf_" + facts.version.replace(".", "_") + ",\n" + ",\n".join(lines) + "\n}"


def _bib(text: str) -> str:
    """Without what would end a field or begin a command."""
    return re.sub(r"([#$%&_])", r"\\\1", re.sub(r"[{}\\]", "", text))
