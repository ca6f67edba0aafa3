"""Freezes a release the first time it is asked for, and writes it, always the same bytes."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from curation.models import Release
from curation.release import selection
from curation.release.errors import ReleaseRefused
from curation.release.formats import DEFAULT, FORMATS
from curation.release.freezing import check_not_barred, examine, examine_frozen, freeze, left_out_of_tasks
from curation.release.naming import check_version
from curation.release.output import check_target, new_folder
from curation.release.selection import Finding


class Command(BaseCommand):
    help = "Freeze a release (the first time) and write it into a new folder, ready to be published."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", required=True, metavar="X.Y.Z", help="its version")
        parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="a new or empty folder")
        parser.add_argument("--format", choices=sorted(FORMATS), default=DEFAULT)
        parser.add_argument("--dry-run", action="store_true", help="write nothing; list what blocks or is held back")

    def handle(self, *args: Any, **options: Any) -> None:
        version, target = options["release"], Path(options["output"]).absolute()
        try:
            check_version(version)
            if options["dry_run"]:
                self.try_out(version, target)
            else:
                self.export(version, target, options["format"])
        except ReleaseRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            place = error.filename or target
            raise CommandError(f"{error.strerror or error}: {place}. Nothing was left there.") from error

    def export(self, version: str, target: Path, form: str) -> None:
        known = Release.objects.filter(version=version).first()
        with new_folder(target) as folder:
            with self.bar("reading", selection.triage().ready if known is None else 0) as bar:
                release = known or freeze(version, by=None, progress=bar.update)
            check_not_barred(release)
            with self.bar("writing", release.faces_count) as bar:
                written = FORMATS[form](release, folder, bar.update)
            check_not_barred(release)  # again: writing takes long, and a quarantine holds at once
        if written.copies:
            self.stdout.write(f"{written.copies:,} images were copied: hard links are impossible in {target.parent}.")
        self.stdout.write(f"release {version}: {written.images:,} images in {target}")
        self.stdout.write(release.digest)

    def try_out(self, version: str, target: Path) -> None:
        """Exit status 1 if a real run would be refused now."""
        known = Release.objects.filter(version=version).first()
        blocking = self.look_at_frozen(known) if known else self.look_at_ready()
        self.tell("blocking", blocking)
        check_target(target)
        if blocking:
            reasons = "; ".join(found.text for found in blocking)
            raise ReleaseRefused(f"Release {version} cannot be {'written' if known else 'frozen'}: {reasons}.")

    def look_at_frozen(self, release: Release) -> tuple[Finding, ...]:
        self.stdout.write(f"release {release.version} is frozen: {release.faces_count:,} images, {release.digest}")
        check_not_barred(release)
        with self.bar("reading", release.faces_count) as bar:
            return examine_frozen(release, bar.update)

    def look_at_ready(self) -> tuple[Finding, ...]:
        triage = selection.triage()
        self.stdout.write(f"ready: {triage.ready:,} faces")
        for task, state, count in left_out_of_tasks():
            self.stdout.write(f"  not in the tree of {task}: {count:,} ({state.replace('_', ' ')})")
        self.tell("held back", triage.held_back)
        with self.bar("reading", triage.ready) as bar:
            return examine(bar.update)

    def tell(self, title: str, findings: tuple[Finding, ...]) -> None:
        for found in findings:
            self.stdout.write(f"{title}: {found.text}: {found.count:,}")
            for example in found.examples:
                self.stdout.write(f"  {example}")

    def bar(self, what: str, total: int) -> "tqdm[Any]":
        return tqdm(desc=what, total=total, unit=" images", disable=not sys.stderr.isatty(), leave=False)
