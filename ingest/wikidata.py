"""People as Wikidata describes them: `wbgetentities` read into plain values.

Ethnic group (P172) is not read at all: race is judged from pictures, by people, and never taken over.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ingest.identity_csv import ADULT, MAX_NAME, WIKIDATA_ID, IdentityRow, Precision, may_be_minor
from ingest.sentences import Sentence

IDS_A_CALL = 50
MAX_ABOUT, MAX_ALIASES, MAX_CATEGORY = 300, 30, 300
LANGUAGES = ("en", "mul")
QUESTION = {
    "action": "wbgetentities",
    "props": "labels|aliases|descriptions|claims",
    "languages": "|".join(LANGUAGES),
    "format": "json",
}
INSTANCE_OF, GENDER, BIRTH, CATEGORY, PICTURE = "P31", "P21", "P569", "P373", "P18"
HUMAN = "Q5"
GENDER_OF = {"Q6581072": "female", "Q1052281": "female", "Q6581097": "male", "Q2449503": "male"}
TIME = re.compile(r"\+0*(\d{1,4})-(\d\d)-(\d\d)T", re.ASCII)  # no BC: a minus; no year beyond 9999
PRECISIONS: dict[int, Literal["year", "month", "day"]] = {9: "year", 10: "month", 11: "day"}
SEPARATORS = re.compile(r"[\s,;]+")
RANKS = ("preferred", "normal")


class NotEntities(ValueError):
    """The answer has not the shape of entities."""


@dataclass(frozen=True)
class Person:
    """`wikidata_id` differs from `asked` after a redirect, and is "" where Wikidata has no such entry."""

    asked: str
    wikidata_id: str = ""
    name: str = ""
    aliases: tuple[str, ...] = ()
    about: str = ""
    is_human: bool = False
    birth_date: date | None = None  # the first day of what is known
    birth_precision: Precision = ""
    gender: str = ""  # "female", "male" or not said
    commons_category: str = ""
    picture: str = ""  # name of a file on Commons

    def row(self, line: int) -> IdentityRow:
        return IdentityRow(
            line=line,
            name=self.name,
            aliases=self.aliases,
            wikidata_id=self.wikidata_id,
            former_ids=(self.asked,) if self.asked != self.wikidata_id else (),
            birth_date=self.birth_date,
            birth_precision=self.birth_precision,
            gender=self.gender,
            about=self.about,
            commons_category=self.commons_category,
        )


def read_ids(text: str) -> list[str]:
    """Q ids by line, comma or space, or as addresses of Wikidata, each once; ValueError names what is none."""
    words = [word.rpartition("/")[2].upper() for word in SEPARATORS.split(text.strip()) if word]
    wrong = [word for word in words if not WIKIDATA_ID.fullmatch(word)]
    if wrong:
        raise ValueError(Sentence("%(id)r is not Q and a number.", id=wrong[0]))
    if not words:
        raise ValueError(Sentence("There is no id."))
    return list(dict.fromkeys(words))


def read_people(answer: Mapping[str, Any], asked: Sequence[str]) -> list[Person]:
    """One person for each id that was asked for, in that order."""
    entities = answer.get("entities")
    if not isinstance(entities, dict) or not all(isinstance(entity, dict) for entity in entities.values()):
        raise NotEntities("“entities” is missing")
    by_id = dict(entities)
    for entity in entities.values():
        redirect = entity.get("redirects")
        if isinstance(redirect, dict):
            by_id[str(redirect.get("from"))] = entity
    return [_person(number, by_id.get(number)) for number in asked]


def why_not(person: Person, today: date) -> list[str]:
    """What speaks against this person, going by Wikidata alone."""
    if not person.wikidata_id:
        return [Sentence("Wikidata has no such entry.")]
    reasons: list[str] = []
    if not person.is_human:
        reasons.append(Sentence("Not a human, says Wikidata (P31)."))
    if not person.name:
        reasons.append(Sentence("Wikidata has no English name for this entry."))
    elif len(person.name) > MAX_NAME:
        reasons.append(Sentence("The name is longer than %(most)s characters.", most=MAX_NAME))
    if may_be_minor(person.birth_date, person.birth_precision, today):
        reasons.append(Sentence("Under %(age)s, or may be, by the date of birth.", age=ADULT))
    return reasons


# ---- One entity


def _person(asked: str, entity: Mapping[str, Any] | None) -> Person:
    if entity is None or "missing" in entity:
        return Person(asked)
    claims = entity.get("claims")
    claims = claims if isinstance(claims, dict) else {}  # [] where there are none
    name = _one_line(_first_text(entity.get("labels")))
    born, precision = _birth(_values(claims, BIRTH))
    genders = {GENDER_OF.get(number, "") for number in _items(_values(claims, GENDER))}
    return Person(
        asked=asked,
        wikidata_id=str(entity.get("id") or asked),
        name=name,
        aliases=_aliases(entity.get("aliases"), name),
        about=_one_line(_first_text(entity.get("descriptions")))[:MAX_ABOUT],
        is_human=HUMAN in _items(_values(claims, INSTANCE_OF, RANKS)),
        birth_date=born,
        birth_precision=precision,
        gender=genders.pop() if len(genders) == 1 else "",
        commons_category=next(_texts(_values(claims, CATEGORY)), "")[:MAX_CATEGORY],
        picture=next(_texts(_values(claims, PICTURE)), ""),
    )


def _first_text(texts: object) -> str:
    """In the first of our languages that there is."""
    return next((text for language in LANGUAGES for text in _in_language(texts, language)), "")


def _aliases(texts: object, name: str) -> tuple[str, ...]:
    """Without the name itself, and without what is too long to be one."""
    found = (_one_line(text) for language in LANGUAGES for text in _in_language(texts, language))
    fitting = dict.fromkeys(alias for alias in found if alias and alias != name and len(alias) <= MAX_NAME)
    return tuple(fitting)[:MAX_ALIASES]


def _in_language(texts: object, language: str) -> list[str]:
    """Labels and descriptions are one entry a language, aliases a list; [] stands where there are none at all."""
    entries = texts.get(language, []) if isinstance(texts, dict) else []
    entries = entries if isinstance(entries, list) else [entries]
    return [str(entry["value"]) for entry in entries if isinstance(entry, dict) and entry.get("value")]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _values(claims: Mapping[str, Any], number: str, ranks: Sequence[str] = ()) -> list[Any]:
    """The values of the best rank there is, or of all `ranks`; never deprecated ones.

    "Unknown" and "none" count for the rank and bring no value: a preferred "unknown" hides what is known less well.
    """
    found = claims.get(number, [])
    statements = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    best = next((rank for rank in RANKS if any(one.get("rank") == rank for one in statements)), "")
    snaks = [one.get("mainsnak") for one in statements if one.get("rank") in (ranks or (best,))]
    known = [snak for snak in snaks if isinstance(snak, dict) and snak.get("snaktype") == "value"]
    values = [snak["datavalue"] for snak in known if isinstance(snak.get("datavalue"), dict)]
    return [value.get("value") for value in values]


def _items(values: Iterable[Any]) -> list[str]:
    return [str(value["id"]) for value in values if isinstance(value, dict) and "id" in value]


def _texts(values: Iterable[Any]) -> Iterator[str]:
    return (_one_line(value) for value in values if isinstance(value, str) and value.strip())


def _birth(values: Iterable[Any]) -> tuple[date | None, Precision]:
    """The most precise of the dates; nothing where only a decade, a century or a year BC is known."""
    read = [found for value in values if isinstance(value, dict) and (found := _date(value))]
    return max(read, key=lambda found: ("year", "month", "day").index(found[1]), default=(None, ""))


def _date(value: Mapping[str, Any]) -> tuple[date, Literal["year", "month", "day"]] | None:
    match = TIME.match(str(value.get("time", "")))
    number = value.get("precision")
    precision = PRECISIONS.get(number) if isinstance(number, int) else None
    if not match or precision is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    known = {"year": (1, 1), "month": (month, 1), "day": (month, day)}[precision]
    try:
        return date(year, *known), precision
    except ValueError:  # "+1952-00-00" with the precision of a day, or a day that only the Julian calendar had
        return (date(year, 1, 1), "year") if year else None
