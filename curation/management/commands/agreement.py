"""How far annotators agree in any CSV of votes: no database."""

import csv
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from curation.agreement import agreement_of
from curation.agreement_csv import as_json, as_text, resampled, table_of
from curation.vote_csv import CsvVotes, read_votes
from ingest.csv_input import CsvError
from mtf_site.commands import printable

BAD_USAGE = 2


class Command(BaseCommand):
    help = "Measures how far annotators agree in a CSV of item, annotator and label. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="VOTES.csv", help="one vote a row; other columns are ignored")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--level", choices=["nominal", "ordinal", "interval"], default="nominal")
        parser.add_argument("--order", metavar="A,B,C", help="all classes, in their order")
        parser.add_argument("--classes", metavar="A,B,C", help="all classes; any other label is an error")
        parser.add_argument("--bootstrap", type=int, metavar="N", help="intervals from N resamples of the items")
        for column in ("item", "annotator", "label"):
            parser.add_argument(f"--{column}", default=column, metavar="COLUMN", help=f"default: {column}")

    def handle(self, *args: Any, **options: Any) -> None:
        order, level = _usage(options), options["level"]
        try:
            table = table_of(_read(options, order), level, order)
        except (CsvError, ValueError) as error:
            raise CommandError(printable(f"{options['path']}: {error}")) from error
        except OSError as error:
            raise CommandError(printable(f"{options['path']} cannot be read: {error.strerror}")) from error
        found = agreement_of(table, level=level)
        if options["bootstrap"]:
            started = perf_counter()
            found = resampled(found, table, level, options["bootstrap"])
            self.stderr.write(f"{options['bootstrap']:,} resamples in {perf_counter() - started:.1f} s")
        lines = [json.dumps(as_json(found))] if options["json"] else map(printable, as_text(found))
        for line in lines:
            self.stdout.write(line)


def _usage(options: dict[str, Any]) -> list[str] | None:
    """The classes in their order, where they are given."""
    columns = [options[name] for name in ("item", "annotator", "label")]
    if len(set(columns)) < len(columns):
        raise CommandError("item, annotator and label are three different columns", returncode=BAD_USAGE)
    if options["bootstrap"] is not None and options["bootstrap"] < 100:
        raise CommandError("--bootstrap needs 100 resamples or more", returncode=BAD_USAGE)
    order, classes = _names(options["order"]), _names(options["classes"])
    if order and classes and set(order) != set(classes):
        raise CommandError("--order and --classes name different classes", returncode=BAD_USAGE)
    if classes and not order and options["level"] == "ordinal":
        raise CommandError("the ordinal level takes its classes from --order", returncode=BAD_USAGE)
    return order or classes


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    names = [name.strip() for name in next(csv.reader([text]), [])]
    if len(set(names)) < len(names) or not all(names) or len(names) < 2:
        raise CommandError("classes are two or more different names, separated by commas", returncode=BAD_USAGE)
    return names


def _read(options: dict[str, Any], classes: list[str] | None) -> CsvVotes:
    path = options["path"]
    size = path.stat().st_size
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), leave=False) as bar:
        return read_votes(
            path,
            item=options["item"],
            annotator=options["annotator"],
            label=options["label"],
            classes=classes,
            progress=bar.update,
        )
