"""Freezes a release the first time it is asked for, and writes it, always the same bytes."""

import getpass
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from curation.models import Release
from curation.release import selection
from curation.release.errors import ReleaseRefused
from curation.release.freezing import check_may_be_written, examine, examine_frozen, freeze, left_out_of_tasks
from curation.release.naming import LABELLED, MANIFEST, TASKS
from curation.release.orders import ACCEPTABLE, FORMATS, Order, order
from curation.release.output import check_target, new_folder, said_of
from curation.release.selection import Finding
from curation.release.signing import Signer, SigningError
from curation.release.writing import write, write_signature

PASSWORD = "MTF_SIGN_PASSWORD"  # noqa: S105, the name of a variable


class Command(BaseCommand):
    help = "Freeze a release (the first time) and write it into a new folder, ready to be published."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", required=True, metavar="X.Y.Z", help="its version")
        parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="a new or empty folder")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; list what blocks or is held back")
        parser.add_argument(
            "--sign-with",
            type=Path,
            metavar="KEYFILE",
            help=f"a secret key of minisign; its password is asked for, or taken from {PASSWORD}",
        )
        chosen = parser.add_argument_group("chosen when a release is frozen, and kept with it")
        chosen.add_argument("--set", choices=sorted(LABELLED), help="which faces (curated)")
        chosen.add_argument("--task", action="append", choices=TASKS, help="with trees and splits; repeatable (all)")
        chosen.add_argument("--format", action="append", choices=FORMATS, help="repeatable (imagefolder)")
        chosen.add_argument(
            "--accept",
            action="append",
            choices=ACCEPTABLE,
            help="what shall not block: such faces are held back; those in dispute are released without that label,"
            " and an empty class holds nobody back",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["output"]).absolute()
        try:
            ordered = self.ordered(options)
            if options["dry_run"]:
                self.try_out(ordered, target)
            else:
                key = options["sign_with"]
                self.export(ordered, target, Signer(key, password) if key else None)
        except (ReleaseRefused, SigningError) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(said_of(error, target)) from error

    def ordered(self, options: dict[str, Any]) -> Order:
        """What is asked for. ReleaseRefused where a frozen release of that version is another."""
        names = {"selection": "set", "tasks": "task", "formats": "format", "accept": "accept"}
        given = {key: options[name] for key, name in names.items() if options.get(name) is not None}
        wanted = order(options["release"], **given)
        known = Release.objects.filter(version=wanted.version).first()
        if known:
            check_same(known, wanted, given)
        return wanted

    def export(self, ordered: Order, target: Path, signer: Signer | None) -> None:
        known = Release.objects.filter(version=ordered.version).first()
        with new_folder(target) as folder:
            with self.bar("reading", selection.triage(ordered).ready if known is None else 0) as bar:
                release = known or freeze(ordered, by=None, progress=bar.update)
            check_may_be_written(release)
            with self.bar("writing", release.faces_count) as bar:
                written = write(release, folder, bar.update)
            if signer:
                write_signature(folder, signer.sign((folder / MANIFEST).read_bytes(), version=release.version))
            check_may_be_written(release)  # again: writing takes long, and a quarantine holds at once
        if written.copies:
            self.stdout.write(f"{written.copies:,} images were copied: hard links are impossible in {target.parent}.")
        self.stdout.write(f"release {release.version}: {release.faces_count:,} images in {target}")
        self.stdout.write(release.digest)

    def try_out(self, ordered: Order, target: Path) -> None:
        """Exit status 1 if a real run would be refused now."""
        known = Release.objects.filter(version=ordered.version).first()
        found = self.look_at_frozen(known) if known else self.look_at_ready(ordered)
        blocking = [one for one in found if one.blocks]
        passing = [one for one in found if not one.blocks]
        self.tell("held back", [one for one in passing if one.code in selection.HELD_BACK])
        self.tell("accepted", [one for one in passing if one.code not in selection.HELD_BACK])
        self.tell("blocking", blocking)
        check_target(target)
        if blocking:
            reasons = "; ".join(one.text for one in blocking)
            raise ReleaseRefused(f"Release {ordered.version} cannot be {'written' if known else 'frozen'}: {reasons}.")

    def look_at_frozen(self, release: Release) -> tuple[Finding, ...]:
        self.stdout.write(f"release {release.version} is frozen: {release.faces_count:,} images, {release.digest}")
        check_may_be_written(release)
        with self.bar("reading", release.faces_count) as bar:
            return examine_frozen(release, bar.update)

    def look_at_ready(self, ordered: Order) -> tuple[Finding, ...]:
        ready = selection.triage(ordered).ready
        self.stdout.write(f"ready: {ready:,} faces")
        for task, state, count in () if ordered.claimed else left_out_of_tasks():
            self.stdout.write(f"  not in the tree of {task}: {count:,} ({state.replace('_', ' ')})")
        with self.bar("reading", ready) as bar:
            return examine(ordered, bar.update)

    def tell(self, title: str, findings: Iterable[Finding]) -> None:
        for found in findings:
            way_out = f" (--accept {found.code})" if found.blocks and found.code in ACCEPTABLE else ""
            self.stdout.write(f"{title}: {found.text}: {found.count:,}{way_out}")
            for example in found.examples:
                self.stdout.write(f"  {example}")

    def bar(self, what: str, total: int) -> "tqdm[Any]":
        return tqdm(desc=what, total=total, unit=" images", disable=not sys.stderr.isatty(), leave=False)


def password() -> str:
    """Of the key that signs."""
    known = os.environ.get(PASSWORD)
    if known is None and not sys.stdin.isatty():
        raise SigningError(f"The key has a password: set {PASSWORD}.")
    return getpass.getpass("Password of the key that signs: ") if known is None else known


def check_same(known: Release, wanted: Order, given: Iterable[str]) -> None:
    """A version is frozen once: what was chosen then cannot be chosen otherwise now."""
    for key in given:
        was, now = getattr(known, key, ""), getattr(wanted, key)
        if key != "accept" and was != (now if isinstance(now, str) else list(now)):
            told = was if isinstance(was, str) else ", ".join(was)
            raise ReleaseRefused(f"Release {known.version} is frozen with other {key}: {told}. Choose another version.")
