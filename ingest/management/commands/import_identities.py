from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingest.csv_input import CsvError, read_file
from ingest.identities import IdentityRefused, RowReport, approver, import_identities
from ingest.identity_csv import read_identities_csv


class Command(BaseCommand):
    help = "Approve the public figures of a CSV file: all of them, or none with a line for every fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="columns: name; aliases (a|b), wikidata_id, birth_date, race, "
                            "gender, basis may be left out")  # fmt: skip
        parser.add_argument("--approved-by", required=True, metavar="NAME", help="account with the role admin")
        parser.add_argument("--basis", required=True, metavar="TEXT", help="why these people are public figures")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = approver(options["approved_by"])
            rows = read_identities_csv(read_file(options["file"]))
            report = import_identities(rows, approved_by=account, basis=options["basis"])
        except (IdentityRefused, OSError) as error:
            raise CommandError(str(error)) from error
        except CsvError as error:
            for line, text in error.problems:
                self.stdout.write(f"line {line}: {text}" if line else text)
            raise CommandError(f"{options['file']}: nothing was imported, {_faults(error)}.") from error
        self._write(report)

    def _write(self, report: list[RowReport]) -> None:
        for row in report:
            note = f" ({row.detail})" if row.detail else ""
            self.stdout.write(f"line {row.line}: {row.name}: {row.outcome}{note}")
        created = sum(row.outcome == "created" for row in report)
        self.stdout.write(f"{created} created, {len(report) - created} already there.")


def _faults(error: CsvError) -> str:
    count = len(error.problems)
    return f"{count} fault{'s' if count > 1 else ''} found"
