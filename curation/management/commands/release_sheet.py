"""Carries the answers of the release sheet to and from a file."""

import sys
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from curation.release import answers, sheet
from curation.release.answers import SheetRefused


class Command(BaseCommand):
    help = "Write the answers of the release sheet into a TOML file, or take those of one: all of them, or none."

    def add_arguments(self, parser: CommandParser) -> None:
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--export", type=Path, metavar="FILE.toml", help="a new file, with every question")
        way.add_argument("--import", type=Path, metavar="FILE.toml", dest="source", help="- reads standard input")
        parser.add_argument("--by", metavar="NAME", help="the account that answers (for --import)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["export"]:
                self.write(options["export"])
            else:
                self.read(options["source"], self.account(options["by"]))
        except OSError as error:
            raise CommandError(f"{error.strerror or error}: {error.filename}") from error

    def account(self, name: str | None) -> User | None:
        found = User.objects.filter(username=name).first() if name else None
        if name and found is None:
            raise CommandError(f"There is no account “{name}”.")
        return found

    def write(self, target: Path) -> None:
        known = answers.answers()
        with target.open("x", encoding="utf-8") as file:
            file.write(answers.as_toml(known))
        self.stdout.write(f"{len(known)} answers in {target}; {len(sheet.missing(known))} are missing.")

    def read(self, source: Path, by: User | None) -> None:
        data = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
        try:
            changed = answers.save(answers.from_toml(data), by=by)
        except SheetRefused as refusal:
            raise CommandError(f"No answer was taken.\n{refusal}") from refusal
        lacking = len(sheet.missing(answers.answers()))
        self.stdout.write(f"{changed} answers changed; {lacking} are missing before a release can be frozen.")
