"""Who would review what: the fields with their classes, and reviewers with their skill, speed and faults.

Read from TOML; `curation/profiles/default.toml` explains each line. Plain values in, dataclasses out.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

DEFAULT = Path(__file__).parent / "profiles" / "default.toml"
ROUNDING = 1e-6
SURE = 0.95
MOST_VOTES = 9  # to one question: a constraint of the database
MOST_FACES, MOST_ANNOTATORS, MOST_CLASSES = 10_000_000, 1000, 10
Matrix = tuple[tuple[float, ...], ...]
Kind = Literal["honest", "random", "constant", "agrees_with_claim"]


class ProfileError(ValueError):
    """One sentence for whoever wrote the profile: what is wrong, and where."""


@dataclass(frozen=True)
class FieldProfile:
    """`shares` of the faces are truly of each class. `claim` is the class that all are claimed to be of, or the share
    of the faces whose claim is right."""

    name: str
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    claim: str | float


@dataclass(frozen=True)
class AnnotatorProfile:
    """`accuracy` and `confusion` (true × stated, rows add up to 1) by field; every field is in one of them.

    `seconds` an answer on average; `drift` is what accuracy gains with 1,000 answers.
    """

    name: str
    accuracy: Mapping[str, float] = field(default_factory=dict)
    confusion: Mapping[str, Matrix] = field(default_factory=dict)
    seconds: float = 3.0
    drift: float = 0.0
    kind: Kind = "honest"
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AdaptivePlan:
    """The rule of `curation.overlap`, `sure` by field; rates are estimated anew with `every` so many answers."""

    sure: Mapping[str, float]
    fewest: int = 1
    most: int = 3
    full_share: float = 0.05
    every: int = 500


@dataclass(frozen=True)
class Profile:
    title: str
    faces: int
    gold_rate: float
    adjudicator: float
    fields: tuple[FieldProfile, ...]
    annotators: tuple[AnnotatorProfile, ...]
    adaptive: AdaptivePlan

    def field(self, name: str) -> FieldProfile:
        return next(one for one in self.fields if one.name == name)


def load(path: Path = DEFAULT) -> Profile:
    """ProfileError for a file that cannot be read or says what makes no sense."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise ProfileError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path} is not UTF-8 text") from error
    try:
        return read(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path} is not TOML: {error}") from error
    except ProfileError as error:
        raise ProfileError(f"{path}: {error}") from error


def read(data: Mapping[str, Any]) -> Profile:
    _know(data, "the profile", ("title", "faces", "gold_rate", "adjudicator", "adaptive", "fields", "annotators"))
    tables = _of(data, "fields", dict, "the profile")
    people = _of(data, "annotators", list, "the profile")
    if not tables or not people:
        raise ProfileError("it needs at least one field and one of [[annotators]]")
    if len(people) > MOST_ANNOTATORS:
        raise ProfileError(f"{len(people):,} annotators are more than {MOST_ANNOTATORS:,}")
    fields = tuple(_field(name, table) for name, table in tables.items())
    return Profile(
        title=_of(data, "title", str, "the profile", ""),
        faces=_whole(data.get("faces", 5000), "“faces”", most=MOST_FACES),
        gold_rate=_share(data.get("gold_rate", 0.0), "gold_rate", most=0.5),
        adjudicator=_share(data.get("adjudicator", 1.0), "adjudicator"),
        fields=fields,
        annotators=_annotators(people, fields),
        adaptive=_adaptive(_of(data, "adaptive", dict, "the profile", {}), fields),
    )


def with_reviewers(profile: Profile, wanted: int) -> Profile:
    """So many of the profile's annotators, spread evenly over it; beyond them from its beginning, numbered on."""
    known = profile.annotators
    if wanted < 1 or wanted > MOST_ANNOTATORS:
        raise ProfileError(f"there must be 1 to {MOST_ANNOTATORS:,} reviewers, not {wanted:,}")
    if wanted <= len(known):
        places = [round(n * (len(known) - 1) / max(wanted - 1, 1)) for n in range(wanted)]
        return replace(profile, annotators=tuple(known[place] for place in places))
    again = (
        replace(known[n % len(known)], name=f"{known[n % len(known)].name} {n // len(known) + 1}")
        for n in range(len(known), wanted)
    )
    return replace(profile, annotators=(*known, *again))


def with_faces(profile: Profile, wanted: int) -> Profile:
    return replace(profile, faces=_whole(wanted, "the number of faces", most=MOST_FACES))


# ---- Fields


def _field(name: str, table: Any) -> FieldProfile:
    where = f"field “{name}”"
    _know(table, where, ("classes", "claim"))
    shares = _of(table, "classes", dict, where)
    if not 2 <= len(shares) <= MOST_CLASSES:
        raise ProfileError(f"{where} needs 2 to {MOST_CLASSES} classes")
    classes = tuple(shares)
    row = _row(list(shares.values()), len(classes), f"the classes of {where}")
    claim = table.get("claim", classes[0])
    if isinstance(claim, str) and claim not in classes:
        raise ProfileError(f"{where}: the claim “{claim}” is not one of its classes, {', '.join(classes)}")
    return FieldProfile(name, classes, row, claim if isinstance(claim, str) else _share(claim, f"the claim of {where}"))


def _adaptive(table: dict[str, Any], fields: Collection[FieldProfile]) -> AdaptivePlan:
    _know(table, "[adaptive]", ("sure", "fewest", "most", "full_share", "every"))
    given = table.get("sure", SURE)
    by_field = given if isinstance(given, dict) else {one.name: given for one in fields}
    _know(by_field, "“sure” of [adaptive]", [one.name for one in fields])
    sure = {one.name: _number(by_field.get(one.name, SURE), f"“sure” for {one.name}") for one in fields}
    unfit = next((name for name, value in sure.items() if not 0.5 < value < 1), None)
    if unfit is not None:
        raise ProfileError(f"“sure” for {unfit} must lie between 0.5 and 1, not {sure[unfit]:g}")
    most = _whole(table.get("most", 3), "“most” of [adaptive]", most=MOST_VOTES)
    return AdaptivePlan(
        sure=sure,
        fewest=_whole(table.get("fewest", 1), "“fewest” of [adaptive]", most=most),
        most=most,
        full_share=_share(table.get("full_share", 0.05), "“full_share” of [adaptive]"),
        every=_whole(table.get("every", 500), "“every” of [adaptive]", most=MOST_FACES),
    )


# ---- Annotators


def _annotators(people: list[Any], fields: Collection[FieldProfile]) -> tuple[AnnotatorProfile, ...]:
    made = tuple(_annotator(row, number, fields) for number, row in enumerate(people, 1))
    names = [one.name for one in made]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ProfileError(f"two annotators are called “{twice}”")
    return made


def _annotator(row: Any, number: int, fields: Collection[FieldProfile]) -> AnnotatorProfile:
    where = f"annotator {number}"
    _know(row, where, ("name", "accuracy", "confusion", "seconds", "drift", "kind", "says"))
    name = _of(row, "name", str, where, f"reviewer {number}")
    where = f"annotator “{name}”"
    kind = row.get("kind", "honest")
    if kind not in get_args(Kind):
        raise ProfileError(f"{where} is of kind {kind!r}; there are: {', '.join(get_args(Kind))}")
    confusion = _confusion(_of(row, "confusion", dict, where, {}), fields, where)
    accuracy = _accuracy(row.get("accuracy"), confusion, fields, where) if kind == "honest" else {}
    seconds = _number(row.get("seconds", 3.0), f"the seconds of {where}")
    if not 0 < seconds <= 86_400:
        raise ProfileError(f"the seconds of {where} must be above 0 and no more than a day")
    drift = _number(row.get("drift", 0.0), f"the drift of {where}")
    if not -1 <= drift <= 1:
        raise ProfileError(f"the drift of {where} must lie between -1 and 1: accuracy with every 1,000 answers")
    return AnnotatorProfile(name, accuracy, confusion, seconds, drift, kind, _says(row, fields, where))


def _accuracy(
    given: Any, confusion: Mapping[str, Matrix], fields: Collection[FieldProfile], where: str
) -> dict[str, float]:
    by_field = given if isinstance(given, dict) else {one.name: given for one in fields if given is not None}
    _know(by_field, f"the accuracy of {where}", [one.name for one in fields])
    missing = [one.name for one in fields if one.name not in by_field and one.name not in confusion]
    if missing:
        raise ProfileError(f"{where} has neither accuracy nor confusion for {', '.join(missing)}")
    return {name: _share(value, f"the accuracy of {where}") for name, value in by_field.items()}


def _confusion(given: dict[str, Any], fields: Collection[FieldProfile], where: str) -> dict[str, Matrix]:
    sizes = {one.name: len(one.classes) for one in fields}
    _know(given, f"the confusion of {where}", list(sizes))
    made: dict[str, Matrix] = {}
    for name, rows in given.items():
        what = f"the confusion of {where} for {name}"
        if not isinstance(rows, list) or len(rows) != sizes[name]:
            raise ProfileError(f"{what} needs {sizes[name]} rows, one for each true class")
        made[name] = tuple(_row(row, sizes[name], what) for row in rows)
    return made


def _says(row: Mapping[str, Any], fields: Collection[FieldProfile], where: str) -> dict[str, str]:
    """What a constant annotator says of each field: the first class, unless told."""
    given = _of(row, "says", dict, where, {})
    _know(given, f"what {where} says", [one.name for one in fields])
    for one in fields:
        if given.get(one.name, one.classes[0]) not in one.classes:
            raise ProfileError(f"{where} says {given[one.name]!r} for {one.name}, which is none of its classes")
    return {one.name: str(given.get(one.name, one.classes[0])) for one in fields}


# ---- Values


def _know(table: Any, where: str, known: Collection[str]) -> None:
    if not isinstance(table, dict):
        raise ProfileError(f"{where} must be a table")
    strange = next((key for key in table if key not in known), None)
    if strange is not None:
        raise ProfileError(f"{where} has no “{strange}”; there are: {', '.join(known)}")


def _of(table: Mapping[str, Any], key: str, kind: type, where: str, default: Any = None) -> Any:
    value = table.get(key, default)
    if value is None:
        raise ProfileError(f"{where} lacks “{key}”")
    if not isinstance(value, kind):
        named = {"str": "text", "dict": "a table", "list": "a list"}[kind.__name__]
        raise ProfileError(f"“{key}” of {where} must be {named}")
    return value


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise ProfileError(f"{what} must be a number, not {value!r}")
    return float(value)


def _share(value: Any, what: str, *, most: float = 1.0) -> float:
    number = _number(value, what)
    if not 0 <= number <= most:
        raise ProfileError(f"{what} must lie between 0 and {most:g}, not {number:g}")
    return number


def _row(values: Any, length: int, what: str) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != length:
        raise ProfileError(f"{what} must have {length} numbers in a row")
    row = tuple(_share(value, what) for value in values)
    if abs(sum(row) - 1) > ROUNDING:
        raise ProfileError(f"{what} must add up to 1, not {sum(row):g}")
    return row


def _whole(value: Any, what: str, *, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ProfileError(f"{what} must be a whole number from 1 to {most:,}, not {value!r}")
    return value
