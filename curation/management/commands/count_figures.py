"""manage.py count_figures: counts what the start page tells and takes long to count, as a worker does now and then."""

from typing import Any

from django.core.management.base import BaseCommand

from curation import slow_figures


class Command(BaseCommand):
    help = "Count the start page's slow figures, and look for contradictions. A worker does so every ten minutes."

    def handle(self, **_: Any) -> None:
        slow_figures.count()
        self.stdout.write(f"counted: {', '.join(slow_figures.COUNTS)}")
