"""manage.py simulate_review: how sure labels become, and at how many votes, before anybody answers."""

import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from curation import simulated_profile as profiles
from curation.overlap import MOST_VOTES
from curation.scratch_database import NoScratch, scratch_database
from curation.simulated_profile import Profile, ProfileError
from curation.simulated_strategies import STRATEGIES, Attempt, attempts, task
from curation.simulation import Worked, simulate
from curation.simulation_stock import check
from curation.simulation_summary import as_json, summary, table

Outcome = tuple[list[Attempt], dict[str, Any]]  # and what else there is to tell

HELP = """Let annotators of given skill review faces whose truth is known, and tell what comes out.
They work through the real queue, in a database that is made for this and gone at the end; with --quick in memory,
strategy against strategy. Nothing of this installation is read or written."""


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
            _check_votes(profile, options["votes"])
            work = _quickly if options["quick"] else _really
            found, more = work(profile, fields, seeds, options["votes"])
        except (ProfileError, NoScratch) as error:
            raise CommandError(str(error)) from error
        head = {"profile": profile.title, "reviewers": len(profile.annotators), "seeds": list(seeds)}
        lines = summary(found)
        if options["json"]:
            self.stdout.write(json.dumps(head | {"lines": [as_json(line) for line in lines]} | more))
        else:
            self.stdout.write(f"{profile.title}: {len(profile.annotators)} reviewers\n\n{table(lines)}")
            self.stdout.write(_readable(more))


def _profile(options: dict[str, Any]) -> Profile:
    profile = profiles.load(options["profile"])
    if options["reviewers"] is not None:
        profile = profiles.with_reviewers(profile, options["reviewers"])
    return profiles.with_faces(profile, options["faces"]) if options["faces"] is not None else profile


def _seeds(options: dict[str, Any]) -> range:
    if options["seeds"] < 1 or options["first_seed"] < 0:
        raise ProfileError("there must be at least one seed, and the first one no less than 0")
    return range(options["first_seed"], options["first_seed"] + options["seeds"])


def _fields(profile: Profile, wanted: Sequence[str] | None) -> list[str]:
    known = [one.name for one in profile.fields]
    strange = next((name for name in wanted or () if name not in known), None)
    if strange is not None:
        raise ProfileError(f"the profile has no field “{strange}”; there are: {', '.join(known)}")
    return [name for name in known if not wanted or name in wanted]


def _check_votes(profile: Profile, votes: Sequence[int]) -> None:
    if not 1 <= min(votes) <= max(votes) <= MOST_VOTES:
        raise ProfileError(f"a face gets 1 to {MOST_VOTES} votes")
    if max(votes) > len(profile.annotators):
        raise ProfileError(
            f"{max(votes)} votes on a face want {max(votes)} reviewers, and there are {len(profile.annotators)}"
        )


# ---- In memory


def _quickly(profile: Profile, fields: Sequence[str], seeds: range, votes: Sequence[int]) -> Outcome:
    found: list[Attempt] = []
    with tqdm(total=len(fields) * len(seeds), unit="run", disable=not sys.stderr.isatty()) as bar:
        for field in fields:
            for seed in seeds:
                found += attempts(task(profile, field, seed=seed), STRATEGIES, votes=votes)
                bar.update()
    return found, {}


# ---- In the database


def _really(profile: Profile, fields: Sequence[str], seeds: range, votes: Sequence[int]) -> Outcome:
    """The tables are made once, and copied for each run."""
    check(profile)
    ways = [*votes, None]
    run = partial(simulate, profile, questions=fields)
    worked: list[Worked] = []
    bar = tqdm(unit=" answers", disable=not sys.stderr.isatty())
    with _terminated_tidily(), scratch_database() as empty, bar:
        for seed in seeds:
            worked += [run(seed=seed, votes=k, like=empty, progress=bar.update) for k in ways]
    found = sorted((one for run in worked for one in run.attempts), key=lambda one: fields.index(one.field))
    answers, seconds = sum(run.answers for run in worked), sum(run.seconds for run in worked)
    people = [asdict(person) for person in worked[-1].people]
    return found, {"answers": answers, "answers_a_second": round(answers / seconds, 1), "people": people}


@contextmanager
def _terminated_tidily() -> Iterator[None]:
    """So that a SIGTERM, which would end the process at once, lets the databases be dropped."""

    def leave(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _readable(more: dict[str, Any]) -> str:
    """Who did what in the last run, and how quickly the queue went."""
    if not more:
        return ""
    lines = [
        f"{one['name']}: {one['answers']:,} answers in {one['hours']:.1f} h, right in "
        + ", ".join(f"{name} {100 * share:.0f} %" for name, share in one["right"].items())
        for one in more["people"]
    ]
    return "\n".join(["", *lines, "", f"{more['answers']:,} answers, {more['answers_a_second']:,.0f} a second"])
