import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from ingest import tasks
from ingest.csv_input import CsvError, read_file
from ingest.identities import IdentityRefused, approved, approver, named
from ingest.job_orders import DEFAULT_LIMIT, JobRefused
from ingest.jobs import start_job
from ingest.models import CrawlJob, Identity
from ingest.progress import Progress, why_nothing
from ingest.sources import SOURCES
from ingest.waiting import shown_on, watch
from ingest.worker import log_path, own_worker, worker_answers
from mtf_site.roles import Role

BAD_USAGE = 2
# Which options belong to which sources; the others are refused with them. The first is needed.
SEARCHING = [name for name, source in SOURCES.items() if source.searches]
SEARCH_OPTIONS = ("identity", "all")
OWN_OPTIONS = {"urls": ("csv",), "folder": ("folder", "licence", "creator")}
NO_WORKER = (
    "No worker answers: the job waits until one runs (celery -A mtf_site worker --beat -Q crawl,fetch,detect), "
    "or until you type: manage.py crawl --resume {}"
)


class Command(BaseCommand):
    help = "Start a crawl job. Exit status 0 done, 1 refused or failed, 2 bad usage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        order = parser.add_mutually_exclusive_group(required=True)
        order.add_argument("--source", choices=sorted(SOURCES))
        order.add_argument("--resume", type=int, metavar="JOB", help="wait for a job that was started before")
        parser.add_argument("--identity", action="append", metavar="NAME", help="look for this one; repeatable")
        parser.add_argument("--all", action="store_true", help="look for every approved identity")
        parser.add_argument("--csv", type=Path, metavar="FILE",
                            help="urls: columns identity,image_url,page_url,licence_url,creator")  # fmt: skip
        parser.add_argument("--folder", metavar="DIR", help="folder: one sub-folder per identity, named for it")
        parser.add_argument("--licence", help="folder: SPDX id or address of the licence of all pictures")
        parser.add_argument("--creator", help="folder: who made the pictures")
        parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="hits for one identity at most")
        parser.add_argument("--allow-unproved", action="store_true",
                            help="let pictures without a proved licence be reviewed; never released")  # fmt: skip
        parser.add_argument("--started-by", metavar="USER", help="account with the role admin, if there are several")
        parser.add_argument("--wait", action="store_true", help="show progress until the job is over")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = self._started(options) if options["resume"] is None else self._resumed(options["resume"])
        except (IdentityRefused, JobRefused, OSError) as error:
            raise CommandError(str(error)) from error
        if options["wait"] or options["resume"] is not None:
            self._wait(job)
        elif not worker_answers():
            self.stderr.write(NO_WORKER.format(job.pk))

    def _resumed(self, pk: int) -> CrawlJob:
        job = CrawlJob.objects.filter(pk=pk).first()
        if job is None:
            raise JobRefused(f"There is no crawl job {pk}.")
        return job

    def _started(self, options: dict[str, Any]) -> CrawlJob:
        _check_usage(options)
        job = start_job(
            source=options["source"],
            identities=_identities(options),
            parameters=_parameters(options),
            allow_unproved=options["allow_unproved"],
            by=_starter(options["started_by"]),
        )
        tasks.announce(job)
        self.stdout.write(f"Crawl job {job.pk} started: {job.source}, {job.discoveries.count()} identities.")
        return job

    def _wait(self, job: CrawlJob) -> None:
        try:
            with ExitStack() as stack:
                worker = None if worker_answers() else stack.enter_context(own_worker())
                show = stack.enter_context(shown_on(sys.stderr))
                outcome = watch(job, show, lambda: self._say_if_nobody_works(job, worker))
        except KeyboardInterrupt:
            self.stderr.write(f"\nThe job is not cancelled. To go on: manage.py crawl --resume {job.pk}")
            raise
        self._sum_up(job, outcome)

    def _say_if_nobody_works(self, job: CrawlJob, worker: "Popen[bytes] | None") -> None:
        if worker is not None and worker.poll() is not None:
            raise CommandError(f"The worker ended with status {worker.returncode}; see {log_path()}.")
        if not worker_answers():
            self.stderr.write(NO_WORKER.format(job.pk))

    def _sum_up(self, job: CrawlJob, outcome: Progress) -> None:
        tally = outcome.tally
        self.stdout.write(
            f"Crawl job {job.pk} {job.get_state_display()}: {tally.found} found, {outcome.known} known before,"
            f" {tally.fetched} fetched, {outcome.faces} faces, {tally.refused} refused, {tally.failed} failed."
        )
        for verb, reasons in (
            ("refused", outcome.refused),
            ("failed", outcome.failed),
            ("waits for a person", outcome.held),
        ):
            for reason in reasons:
                self.stdout.write(f"  {verb}: {reason.words}: {reason.count}")
        for error in outcome.unanswered:
            self.stdout.write(f"  source: {error}")
        if sentence := why_nothing(job, outcome):
            raise CommandError(sentence)


def _check_usage(options: dict[str, Any]) -> None:
    source = options["source"]
    searches = SOURCES[source].searches
    for other, names in OWN_OPTIONS.items():
        if other != source and (given := _given(options, names)):
            raise CommandError(f"{given} belongs to the source {other}.", returncode=BAD_USAGE)
    if not searches and (given := _given(options, SEARCH_OPTIONS)):
        raise CommandError(f"{given} belongs to the sources {', '.join(SEARCHING)}.", returncode=BAD_USAGE)
    needed, alternative = (SEARCH_OPTIONS[0], " (or --all)") if searches else (OWN_OPTIONS[source][0], "")
    if not options[needed] and not (searches and options["all"]):
        raise CommandError(f"The source {source} needs --{needed}{alternative}.", returncode=BAD_USAGE)


def _given(options: dict[str, Any], names: Sequence[str]) -> str:
    """The first of these options that was used, as it was typed; "" for none."""
    return next((f"--{name}" for name in sorted(names) if options[name]), "")


def _identities(options: dict[str, Any]) -> list[Identity] | None:
    if not SOURCES[options["source"]].searches:
        return None
    if options["all"]:
        return list(approved())
    people = named(options["identity"])
    if people.missing:
        raise JobRefused(f"Not among the approved identities: {', '.join(people.missing)}. Nothing was started.")
    return list(people.found)


def _parameters(options: dict[str, Any]) -> dict[str, Any]:
    parameters = {"limit": options["limit"]}
    if options["source"] == "urls":
        return parameters | {"csv": _read(options["csv"]), "file": options["csv"].name}
    if options["source"] == "folder":
        stated = {name: options[name] or "" for name in ("licence", "creator")}
        return parameters | stated | {"root": os.path.abspath(options["folder"])}
    return parameters


def _read(path: Path) -> bytes:
    try:
        return read_file(path)
    except CsvError as error:
        raise JobRefused(str(error)) from error


def _starter(username: str | None) -> User:
    """The account whose name the job carries; without a name, the only admin there is."""
    if username:
        return approver(username)
    admins = User.objects.filter(is_active=True, groups__name=Role.ADMIN) | User.objects.filter(
        is_active=True, is_superuser=True
    )
    found = list(admins.distinct()[:2])
    if len(found) != 1:
        few = "There is no account with the role admin" if not found else "There are several admins"
        raise JobRefused(f"{few}: say with --started-by whose name the job carries.")
    return found[0]
