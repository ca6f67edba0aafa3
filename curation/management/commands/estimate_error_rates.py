"""manage.py estimate_error_rates: how reliable each reviewer is, from all counted answers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from curation import estimating
from curation.models import ErrorRates


class Command(BaseCommand):
    help = "Estimate reviewers' error rates, by which answers are weighed under a rule of adaptive overlap."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-due", action="store_true", help="only where enough answers came in since")

    def handle(self, *, if_due: bool, **_: Any) -> None:
        made = estimating.estimate_if_due() if if_due else estimating.estimate()
        if made is None:
            self.stdout.write(f"nothing estimated: too few answers (a field wants {estimating.FEWEST})")
            return
        self.stdout.write(f"version {made.version}, in force from {made.in_force_at:%H:%M:%S} UTC:")
        for line in _lines(made):
            self.stdout.write(line)


def _lines(made: ErrorRates) -> list[str]:
    return [
        f"  {field}: {known['votes']:,} answers of {len(known['reviewers'])} reviewers to {known['items']:,} faces"
        for field, known in made.fields.items()
    ]
