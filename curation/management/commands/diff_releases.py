"""Tells what became different from one release on disk to another, without the database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from curation.release import folders
from curation.release.changes import changes_markdown
from curation.release.diff import LISTED
from mtf_site.printing import printable


class Command(BaseCommand):
    help = "Tell what is different between two releases on disk. Proves neither: see verify_release."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", type=Path, metavar="A", help="the folder of the earlier one")
        parser.add_argument("after", type=Path, metavar="B", help="the folder of the later one")
        parser.add_argument("--json", action="store_true", help="every change, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            before, after = folders.opened(options["before"]), folders.opened(options["after"])
            changes = folders.compare(before, after, listed=None if options["json"] else LISTED)
        except folders.NotARelease as refusal:
            raise CommandError(printable(str(refusal))) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(changes.to_json(), sort_keys=True, indent=1))
        else:
            text = changes_markdown(changes, whole="diff_releases --json")
            self.stdout.write("\n".join(map(printable, text.splitlines())))
