"""Proves a release, offline and without the database."""

import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from curation.release.verify import NotARelease, Verification, verify
from mtf_site.printing import printable


class Command(BaseCommand):
    help = "Prove that a release on disk is what its makers froze. Needs no database and no network."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--digest", help="the published sha256:… of MANIFEST.sha256", metavar="sha256:…")
        parser.add_argument(
            "--public-key", help="of minisign, as a file or as text: its signature must hold", metavar="KEY"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tqdm(unit=" files", disable=not sys.stderr.isatty(), leave=False) as bar:
                found = verify(options["folder"], digest=options["digest"], progress=bar.update)
        except NotARelease as error:
            raise CommandError(printable(str(error))) from error
        except BrokenExecutor as error:
            raise CommandError("not verified: a process that reads pictures ended (too little memory?)") from error
        except OSError as error:
            place = printable(str(error.filename or options["folder"]))
            raise CommandError(f"{place} cannot be read: {error.strerror}") from error
        self.tell(found)
        if found.problems:
            raise CommandError(f"not verified: {found.count:,} problems in {options['folder']}")
        if options["public_key"]:
            self.check_signature(options["folder"], options["public_key"])
        self.stdout.write(f"verified: {found.files:,} files, digest {found.digest}")

    def check_signature(self, folder: Path, key: str) -> None:
        from curation.release.signing import SigningError, check  # only here: all else verifies without that library

        try:
            self.stdout.write(f"signed: {printable(check(folder, key))}")
        except SigningError as error:
            raise CommandError(f"not verified: {printable(str(error))}") from error

    def tell(self, found: Verification) -> None:
        for note in found.notes:
            self.stdout.write(f"note: {printable(str(note))}")
        for problem in found.problems:
            self.stdout.write(printable(str(problem)))
        for kind, count in found.more.items():
            self.stdout.write(f"and {count:,} more problems like those above ({kind})")
