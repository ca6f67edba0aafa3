"""Twelve invented public figures: nobody of these names is known to be one, and nobody looks like them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

Race = Literal["Asian (Chinese/Korean)", "Asian (Indian)", "Black", "White"]
Gender = Literal["female", "male"]
Beard = Literal["", "stubble", "full", "moustache", "goatee"]
Glasses = Literal["", "round", "square", "rimless"]
Style = Literal["afro", "bald", "bob", "bun", "crop", "fringe", "long", "quiff", "receding", "side", "waves"]

COLUMNS = ("name", "aliases", "wikidata_id", "birth_date", "race", "gender", "basis")


@dataclass(frozen=True)
class Look:
    """What stays the same from photograph to photograph. Numbers without a note are factors around 1."""

    skin: str
    hair: str
    style: Style
    eyes: str
    width: float = 1.0
    jaw: float = 0.0  # -0.1 pointed .. 0.12 square
    build: float = 0.5  # 0 slender .. 1 broad
    brow: float = 1.0
    arch: float = 0.06
    nose: float = 1.0
    lips: float = 1.0
    eye_open: float = 1.0
    slant: float = 0.03
    crease: float = 1.0  # 0 = no fold in the upper lid
    beard: Beard = ""
    glasses: Glasses = ""
    wrinkles: float = 0.0  # 0..1
    grey: float = 0.0  # 0..1
    makeup: float = 0.0  # 0..1
    freckles: bool = False
    mole: bool = False
    wardrobe: tuple[str, ...] = ("#2c3e57", "#8a3b3b", "#3d5a45")


@dataclass(frozen=True)
class Person:
    name: str
    slug: str
    occupation: str
    born: int
    race: Race
    gender: Gender
    look: Look
    alias: str = ""


ADA = Look(
    skin="#eec3a5", hair="#8e3f1d", style="waves", eyes="#4f7d5c", width=0.96, jaw=-0.05, build=0.15, brow=0.8,
    lips=1.05, makeup=0.5, freckles=True, wardrobe=("#1f6f6b", "#e3d3b4", "#274472"),
)  # fmt: skip
BO = Look(
    skin="#e9bba0", hair="#a98a63", style="receding", eyes="#5b86a8", width=1.05, jaw=0.07, build=0.9, brow=1.25,
    nose=1.15, lips=0.8, beard="full", wrinkles=0.85, grey=0.9, wardrobe=("#1d1f26", "#3b4a3f", "#5a4636"),
)  # fmt: skip
GRETA = Look(
    skin="#f0cbb4", hair="#b48a5a", style="bob", eyes="#6c8fae", width=1.0, jaw=-0.01, build=0.3, brow=0.75,
    lips=0.85, glasses="round", wrinkles=0.7, grey=0.95, makeup=0.35, wardrobe=("#7b2d4b", "#34495e", "#b0863f"),
)  # fmt: skip
CHIDI = Look(
    skin="#6b4029", hair="#15100e", style="crop", eyes="#2d1a10", width=1.02, jaw=0.1, build=0.95, brow=1.25,
    nose=1.3, lips=1.3, beard="goatee", wardrobe=("#e8e4da", "#b5502b", "#20344f"),
)  # fmt: skip
NOMVULA = Look(
    skin="#87543a", hair="#1c1210", style="afro", eyes="#3a2115", width=0.97, jaw=-0.05, build=0.2, brow=0.9, arch=0.09,
    nose=1.2, lips=1.35, makeup=0.8, mole=True, wardrobe=("#d99a1f", "#7a1f5c", "#f0ece2"),
)  # fmt: skip
JOSIAH = Look(
    skin="#6e4630", hair="#201815", style="bald", eyes="#2a180f", width=1.04, jaw=0.05, build=0.8, brow=1.2,
    nose=1.35, lips=1.15, beard="stubble", glasses="rimless", wrinkles=0.75, grey=0.7,
    wardrobe=("#22252e", "#6a2230", "#4b5a6a"),
)  # fmt: skip
YAOQING = Look(
    skin="#f1cfae", hair="#16120f", style="fringe", eyes="#2b1a10", width=1.0, jaw=-0.06, build=0.1, brow=0.8,
    nose=0.92, eye_open=0.82, slant=0.07, crease=0.15, makeup=0.45, wardrobe=("#b7c9d6", "#5c2a3a", "#2c2f3f"),
)  # fmt: skip
DAMWOO = Look(
    skin="#e6bd97", hair="#1d1715", style="quiff", eyes="#24160e", width=1.0, jaw=0.05, build=0.65, brow=1.3,
    arch=0.02, nose=0.98, lips=0.95, eye_open=0.78, slant=0.05, crease=0.2, wardrobe=("#efeae0", "#2a2a33", "#4f6b58"),
)  # fmt: skip
MIRYUNG = Look(
    skin="#ecc5a0", hair="#2a211d", style="bun", eyes="#2a1b12", width=1.04, jaw=0.0, build=0.3, brow=0.7,
    nose=1.0, lips=0.9, eye_open=0.76, slant=0.04, crease=0.35, wrinkles=0.75, grey=0.7, makeup=0.5,
    wardrobe=("#4a2f5e", "#1f2a30", "#a64b4b"),
)  # fmt: skip
ISHANI = Look(
    skin="#b97f55", hair="#17100d", style="long", eyes="#3b2113", width=0.96, jaw=-0.06, build=0.15, brow=1.1, arch=0.1,
    nose=1.02, lips=1.15, eye_open=1.12, slant=0.05, makeup=0.7, wardrobe=("#b3261e", "#0f5c63", "#d8a03d"),
)  # fmt: skip
ROHAN = Look(
    skin="#a86f47", hair="#1a120e", style="quiff", eyes="#332014", width=1.0, jaw=0.08, build=0.8, brow=1.5,
    nose=1.12, lips=1.0, beard="full", wardrobe=("#f1efe9", "#23527a", "#3d4a2b"),
)  # fmt: skip
DEVENDRA = Look(
    skin="#9c6a48", hair="#2a211c", style="side", eyes="#30200f", width=1.06, jaw=0.03, build=0.7, brow=1.4,
    nose=1.22, lips=0.9, beard="moustache", glasses="square", wrinkles=0.8, grey=0.85,
    wardrobe=("#d9cdb6", "#50332a", "#39434f"),
)  # fmt: skip

PEOPLE = (
    Person("Ada Marlow", "ada-marlow", "stage actor", 1991, "White", "female", ADA, "A. Marlow"),
    Person("Bo Lindqvarn", "bo-lindqvarn", "conductor", 1951, "White", "male", BO),
    Person("Greta Halvorsen-Pym", "greta-halvorsen-pym", "novelist", 1957, "White", "female", GRETA, "Greta Pym"),
    Person("Chidi Ozumbara", "chidi-ozumbara", "sprinter", 1995, "Black", "male", CHIDI),
    Person("Nomvula Tshabe", "nomvula-tshabe", "jazz singer", 1993, "Black", "female", NOMVULA),
    Person(
        "Josiah Okwemba", "josiah-okwemba", "constitutional judge", 1953, "Black", "male", JOSIAH, "Justice Okwemba"
    ),
    Person("Lin Yaoqing", "lin-yaoqing", "chess champion", 1997, "Asian (Chinese/Korean)", "female", YAOQING),
    Person("Seo Dam-woo", "seo-dam-woo", "film actor", 1990, "Asian (Chinese/Korean)", "male", DAMWOO, "Dam-woo Seo"),
    Person("Hwang Mi-ryung", "hwang-mi-ryung", "concert pianist", 1955, "Asian (Chinese/Korean)", "female", MIRYUNG),
    Person("Ishani Vardekar", "ishani-vardekar", "television astronomer", 1989, "Asian (Indian)", "female", ISHANI),
    Person("Rohan Palshetty", "rohan-palshetty", "cricketer", 1992, "Asian (Indian)", "male", ROHAN),
    Person("Devendra Kulshan", "devendra-kulshan", "film director", 1950, "Asian (Indian)", "male", DEVENDRA),
)
BY_SLUG = {person.slug: person for person in PEOPLE}


def in_young_years(person: Person) -> Person:
    return replace(person, look=replace(person.look, grey=0.0, wrinkles=0.0))


def identity_rows() -> Iterator[dict[str, str]]:
    for person in PEOPLE:
        yield {
            "name": person.name,
            "aliases": person.alias,
            "wikidata_id": "",
            "birth_date": str(person.born),
            "race": person.race,
            "gender": person.gender,
            "basis": f"Invented for the demo: {person.occupation}",
        }


def write_identities(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(identity_rows())
