"""manage.py simulate_review: how sure labels become, and at how many votes, before anybody answers."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from curation import simulated_profile as profiles
from curation.simulated_profile import Profile, ProfileError
from curation.simulated_strategies import STRATEGIES, Attempt, attempts, task
from curation.simulation_summary import as_json, summary, table

HELP = """Let annotators of given skill review faces whose truth is known, and compare what comes out.
With --quick in memory, strategy against strategy; nothing of this installation is read or written."""


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--profile", type=Path, default=profiles.DEFAULT, help="a .toml file; default: six people")
        parser.add_argument("--reviewers", type=int, help="so many of the profile's; default: all of them")
        parser.add_argument("--faces", type=int, help="default: as the profile says")
        parser.add_argument("--seeds", type=int, default=1, help="how often, each time with other faces and answers")
        parser.add_argument("--first-seed", type=int, default=1)
        parser.add_argument("--question", action="append", help="a field of the profile; repeatable; default: all")
        parser.add_argument("--votes", type=int, nargs="+", default=[3], help="a face, where their number is fixed")
        parser.add_argument("--quick", action="store_true", help="in memory")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            profile = _profile(options)
            seeds = _seeds(options)
            fields = _fields(profile, options["question"])
            found = _quickly(profile, fields, seeds, options["votes"])
        except ValueError as error:  # of the profile, or of what is asked of it
            raise CommandError(str(error)) from error
        lines = summary(found)
        if options["json"]:
            head = {"profile": profile.title, "reviewers": len(profile.annotators), "seeds": list(seeds)}
            self.stdout.write(json.dumps(head | {"lines": [as_json(line) for line in lines]}))
        else:
            self.stdout.write(f"{profile.title}: {len(profile.annotators)} reviewers\n\n{table(lines)}")


def _profile(options: dict[str, Any]) -> Profile:
    profile = profiles.load(options["profile"])
    if options["reviewers"] is not None:
        profile = profiles.with_reviewers(profile, options["reviewers"])
    return profiles.with_faces(profile, options["faces"]) if options["faces"] is not None else profile


def _seeds(options: dict[str, Any]) -> range:
    if options["seeds"] < 1 or options["first_seed"] < 0:
        raise ValueError("there must be at least one seed, and the first one no less than 0")
    return range(options["first_seed"], options["first_seed"] + options["seeds"])


def _fields(profile: Profile, wanted: Sequence[str] | None) -> list[str]:
    known = [one.name for one in profile.fields]
    strange = next((name for name in wanted or () if name not in known), None)
    if strange is not None:
        raise ProfileError(f"the profile has no field “{strange}”; there are: {', '.join(known)}")
    return [name for name in known if not wanted or name in wanted]


def _quickly(profile: Profile, fields: Sequence[str], seeds: range, votes: Sequence[int]) -> list[Attempt]:
    if min(votes) < 1:
        raise ValueError("a face wants at least one vote")
    found: list[Attempt] = []
    with tqdm(total=len(fields) * len(seeds), unit="run", disable=not sys.stderr.isatty()) as bar:
        for field in fields:
            for seed in seeds:
                found += attempts(task(profile, field, seed=seed), STRATEGIES, votes=votes)
                bar.update()
    return found
