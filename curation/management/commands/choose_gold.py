from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from curation import gold
from curation.models import GoldItem
from curation.models.claims import Question


class Command(BaseCommand):
    help = "Choose claims whose answer is sure, to be served among others: see docs/gold.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, help="how many claims more")
        parser.add_argument("--question", choices=Question.values, default=Question.USABLE.value)
        parser.add_argument(
            "--votes", type=int, default=gold.AGREEING, help="reviewers who must all have said the same (default 2)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say how many could be chosen")

    def handle(self, *args: Any, **options: Any) -> None:
        question, votes, count = options["question"], options["votes"], options["count"]
        if not 1 <= count <= gold.SAMPLE or not 1 <= votes <= 9:
            raise CommandError(f"Choose 1 to {gold.SAMPLE} claims, agreed on by 1 to 9 reviewers.")
        if options["dry_run"]:
            print(f"{len(gold.sure(question, votes=votes))} claims could be chosen.")
            return
        chosen = gold.choose(question=question, count=count, votes=votes)
        if not chosen:
            raise CommandError("No claim is sure enough yet: none was decided or agreed on that is not gold already.")
        in_use = GoldItem.objects.filter(question=question, retired_at=None).count()
        print(f"{len(chosen)} claims chosen; {in_use} are in use.")
