"""How far annotators agree in any CSV of votes: no database."""

import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from curation import vote_arguments
from curation.agreement import agreement_of
from curation.agreement_csv import as_json, as_text, resampled, table_of
from curation.vote_arguments import BAD_USAGE, check_columns, classes_of, read
from ingest.csv_input import CsvError
from mtf_site.printing import printable


class Command(BaseCommand):
    help = "Measures how far annotators agree in a CSV of item, annotator and label. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        vote_arguments.add_arguments(parser)
        parser.add_argument("--level", choices=["nominal", "ordinal", "interval"], default="nominal")
        parser.add_argument("--order", metavar="A,B,C", help="all classes, in their order")
        parser.add_argument("--bootstrap", type=int, metavar="N", help="intervals from N resamples of the items")

    def handle(self, *args: Any, **options: Any) -> None:
        order, level = _usage(options), options["level"]
        try:
            table = table_of(read(options, order), level, order)
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
    check_columns(options)
    if options["bootstrap"] is not None and options["bootstrap"] < 100:
        raise CommandError("--bootstrap needs 100 resamples or more", returncode=BAD_USAGE)
    order, classes = classes_of(options["order"]), classes_of(options["classes"])
    if order and classes and set(order) != set(classes):
        raise CommandError("--order and --classes name different classes", returncode=BAD_USAGE)
    if classes and not order and options["level"] == "ordinal":
        raise CommandError("the ordinal level takes its classes from --order", returncode=BAD_USAGE)
    return order or classes
