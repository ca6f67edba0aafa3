from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ingest.csv_input import CsvError, read_file
from ingest.identities import IdentityRefused, RowReport, approver, import_identities
from ingest.identity_csv import read_identities_csv
from ingest.sources import SourceError
from ingest.wikidata import read_ids
from ingest.wikidata_people import import_people

BAD_USAGE = 2


class Command(BaseCommand):
    help = "Approve public figures of a CSV file or of Wikidata: all of them, or none with a line for every fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        people = parser.add_mutually_exclusive_group(required=True)
        people.add_argument("file", nargs="?", type=Path, help="columns: name; aliases (a|b), wikidata_id, birth_date, "
                            "race, gender, basis may be left out")  # fmt: skip
        people.add_argument("--wikidata", nargs="+", metavar="Q", help="ids of people in Wikidata, such as Q42")
        parser.add_argument("--approved-by", required=True, metavar="NAME", help="account with the role admin")
        parser.add_argument("--basis", required=True, metavar="TEXT", help="why these people are public figures")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = approver(options["approved_by"])
            report = self._report(options, account)
        except (IdentityRefused, SourceError, OSError) as error:
            raise CommandError(str(error)) from error
        except CsvError as error:
            for line, text in error.problems:
                self.stdout.write(f"line {line}: {text}" if line and options["file"] else text)
            source = options["file"] or "Wikidata"
            raise CommandError(f"{source}: nothing was imported, {_faults(error)}.") from error
        self._write(report, options["wikidata"])

    def _report(self, options: dict[str, Any], account: User) -> list[RowReport]:
        basis = options["basis"]
        if options["file"]:
            return import_identities(read_identities_csv(read_file(options["file"])), approved_by=account, basis=basis)
        return import_people(_ids(options["wikidata"]), approved_by=account, basis=basis, note=self.stdout.write)

    def _write(self, report: list[RowReport], words: Sequence[str] | None) -> None:
        ids = _ids(words) if words else []
        for row in report:
            note = f" ({row.detail})" if row.detail else ""
            place = ids[row.line - 1] if ids else f"line {row.line}"
            self.stdout.write(f"{place}: {row.name}: {row.outcome}{note}")
        created = sum(row.outcome == "created" for row in report)
        self.stdout.write(f"{created} created, {len(report) - created} already there.")


def _ids(words: Sequence[str]) -> list[str]:
    try:
        return read_ids(" ".join(words))
    except ValueError as error:
        raise CommandError(str(error), returncode=BAD_USAGE) from error


def _faults(error: CsvError) -> str:
    count = len(error.problems)
    return f"{count} fault{'s' if count > 1 else ''} found"
