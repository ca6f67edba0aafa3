"""Erases a person or a photo for good: files, faces, answers, evidence. Tombstones stay (docs/erasure.md)."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from curation.erasure import erasing
from curation.erasure.subjects import ErasureRefused, Subject, check_reason, find_identity, find_photo
from curation.release.withdrawn import successor
from ingest.models import Erasure, Face
from mtf_site.commands import BAD_USAGE

CANNOT_ASK = "There is no terminal to confirm on: say --yes, after a look at --dry-run."


class Command(BaseCommand):
    help = "Erase a person or a photo for good; tombstones keep them from entering again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--identity", metavar="SLUG|ID", help="a person, with what was merged into them")
        what.add_argument("--photo", metavar="SHA256|ID", help="a photo with all its faces")
        what.add_argument("--resume", action="store_true", help="finish what was interrupted")
        parser.add_argument("--reason", metavar="TEXT", help="why; kept for good, so without the name")
        parser.add_argument("--asked-by", metavar="USER", help="account of whoever took the request")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask for the number of faces")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["resume"]:
                self.resume()
            else:
                self.erase(options)
        except ErasureRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{error.strerror or error}. What is left of the files goes with --resume.") from error

    def erase(self, options: dict[str, Any]) -> None:
        subject = find_identity(options["identity"]) if options["identity"] else find_photo(options["photo"])
        asked_by = self.account(options["asked_by"])
        if options["dry_run"]:
            self.tell(subject)
            return
        if options["reason"] is None:
            raise CommandError("Say why: --reason.", returncode=BAD_USAGE)
        check_reason(subject, options["reason"])
        faces = self.tell(subject)
        if not options["yes"]:
            self.confirm(faces)
        self.go_on(erasing.order(subject, reason=options["reason"], asked_by=asked_by))

    def account(self, username: str | None) -> User | None:
        if username is None:
            return None
        account = User.objects.filter(username=username, is_active=True).first()
        if account is None:
            raise ErasureRefused("There is no active account of the name given with --asked-by.")
        return account

    def tell(self, subject: Subject) -> int:
        """How many faces would go."""
        outlook = erasing.look(subject)
        for name, count in outlook.counts.items():
            self.stdout.write(f"{name}: {count:,}")
        for version in outlook.releases:
            self.stdout.write(f"withdrawn would be: release {version}")
        for sha256 in outlook.alike:
            self.stdout.write(f"looks like photo {sha256}, which stays: look at it")
        return len(outlook.found.of(Face))

    def confirm(self, faces: int) -> None:
        if not sys.stdin.isatty():
            raise ErasureRefused(CANNOT_ASK)
        if input(f"This cannot be undone. Type the number of faces that go ({faces}): ").strip() != str(faces):
            raise ErasureRefused("Nothing was erased: that is another number.")

    def resume(self) -> None:
        """One after the other: whatever stops one does not stop those that come after it."""
        waiting = erasing.unfinished()
        failed = [failure for erasure in waiting if (failure := self.failure_of(erasure))]
        if failed:
            raise CommandError("\n".join(failed))
        if not waiting:
            left = erasing.sweep()
            self.stdout.write(f"Nothing was interrupted; files that no row refers to, and that went: {left:,}")

    def failure_of(self, erasure: Erasure) -> str:
        """What stops it, in one line without a name; "" of what comes to its end."""
        try:
            self.go_on(erasure)
        except ErasureRefused as refusal:
            return f"erasure {erasure.pk}: {refusal}"
        except OSError as error:
            return f"erasure {erasure.pk}: {error.strerror or error}"
        except DatabaseError as error:
            return f"erasure {erasure.pk}: the database refused it ({type(error).__name__})"
        return ""

    def go_on(self, erasure: Erasure) -> None:
        with tqdm(desc="erasing", unit=" files", disable=not sys.stderr.isatty(), leave=False) as bar:
            erasing.go_on(erasure, bar.update)
        for name, count in erasure.counts.items():
            self.stdout.write(f"{name}: {count:,}")
        for withdrawal in erasure.withdrawals.select_related("release").order_by("release_id"):
            heir = successor(withdrawal.release)
            instead = f"release {heir.version}" if heir else "none yet: freeze one"
            self.stdout.write(f"withdrawn: release {withdrawal.release.version}; in its place: {instead}")
        self.stdout.write(f"erasure {erasure.pk}: done")
