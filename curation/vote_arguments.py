"""What the commands that read a CSV of votes are told alike: its columns, its classes, and how far they have read."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from curation.vote_csv import CsvVotes, read_votes

BAD_USAGE = 2
COLUMNS = ("item", "annotator", "label")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="VOTES.csv", help="one vote a row; other columns are ignored")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--classes", metavar="A,B,C", help="all classes; any other label is an error")
    for column in COLUMNS:
        parser.add_argument(f"--{column}", default=column, metavar="COLUMN", help=f"default: {column}")


def check_columns(options: dict[str, Any]) -> None:
    if len({options[name] for name in COLUMNS}) < len(COLUMNS):
        raise CommandError("item, annotator and label are three different columns", returncode=BAD_USAGE)


def classes_of(text: str | None) -> list[str] | None:
    """As in one line of a CSV, so that a name may hold a comma in quotes."""
    if text is None:
        return None
    names = [name.strip() for name in next(csv.reader([text]), [])]
    if len(set(names)) < len(names) or not all(names) or len(names) < 2:
        raise CommandError("classes are two or more different names, separated by commas", returncode=BAD_USAGE)
    return names


def read(options: dict[str, Any], classes: list[str] | None) -> CsvVotes:
    """With a bar where somebody looks; OSError and CsvError as of `read_votes`."""
    path: Path = options["path"]
    columns = {name: options[name] for name in COLUMNS}
    with tqdm(
        total=path.stat().st_size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), leave=False
    ) as bar:
        return read_votes(path, **columns, classes=classes, progress=bar.update)
