"""manage.py recount_pairs: counts anew how many questions each two reviewers both answered."""

from typing import Any

from django.core.management.base import BaseCommand

from curation import pairs
from curation.models import ReviewerPair


class Command(BaseCommand):
    help = "Count anew how many questions each two reviewers both answered; the queue balances by it."

    def handle(self, **_: Any) -> None:
        changed = pairs.recount()
        self.stdout.write(f"{ReviewerPair.objects.count()} pairs, {changed} changed")
