"""Papers that are read by people: whole, of this release, and with the numbers that the rows give."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from curation.release import sheet
from curation.release.naming import METADATA, PARTS, SPLITS
from curation.release.verify import bounded
from curation.release.verify.findings import COUNT, DISAGREE, PAPER, Findings, Unreadable
from curation.release.verify.layout import RELEASE

DATASHEET, CITATION, PARTED = "DATASHEET.md", "CITATION.cff", "reports/splits.json"
LAW = "Lawful basis"
SAYING = re.compile(r"[^\s>]")


def check_datasheet(folder: Path, findings: Findings) -> None:
    """Every question of Datasheets for Datasets stands there, and something below it."""
    known = dict(_answers(folder))
    asked = [one for section in sheet.SECTIONS if section.code in sheet.DATASHEET for one in section.questions]
    lacking = [one.text for one in asked if not _says(known.get(one.text, ()), f"*{one.more}*")]
    lacking += [] if any(LAW in heading for heading in known) else [LAW]
    if lacking:
        findings.add(PAPER, DATASHEET, f"{len(lacking)} of its questions have no answer, first: {lacking[0]}")


def _answers(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Lines by question; "Any other comments?" is asked in every section, and whole if it is so in the last."""
    heading, lines = "", list[str]()
    for line in bounded.text_lines(folder, DATASHEET):
        if line.startswith(("## ", "### ")):
            yield heading, lines
            heading, lines = line.lstrip("# ").rstrip("\n"), []
        else:
            lines.append(line.rstrip("\n"))
    yield heading, lines


def _says(lines: Iterable[str], more: str) -> bool:
    return any(SAYING.search(line) for line in lines if line != more)


def check_citation(folder: Path, version: str, findings: Findings) -> None:
    if not any(line.rstrip("\n") == f'version: "{version}"' for line in bounded.text_lines(folder, CITATION)):
        findings.add(DISAGREE, CITATION, f"is not of version {version}, as {RELEASE} is")


def check_splits(folder: Path, parts: Mapping[tuple[str, str], int], findings: Findings) -> None:
    """`parts` counts images by column and part."""
    told = bounded.json_of(folder, PARTED)
    try:
        found = Counter({(one["column"], part): one["all"][part]["images"] for one in _both(told) for part in PARTS})
    except (TypeError, KeyError, AttributeError):
        raise Unreadable(PAPER, PARTED, "does not tell how many images each part has") from None
    both = [(column, part) for column in SPLITS for part in PARTS]
    if wrong := [f"{part} of {column}" for column, part in both if found[column, part] != parts[column, part]]:
        findings.add(COUNT, PARTED, f"has other numbers of images than {METADATA} in {', '.join(wrong)}")


def _both(told: Any) -> list[Any]:
    return list(told["splits"].values())
