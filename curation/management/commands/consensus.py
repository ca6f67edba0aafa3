"""manage.py consensus: labels from the votes of several annotators, in any CSV. No database."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray
from tqdm import tqdm

from curation.ballots import MOST_CLASSES, Ballots
from curation.columns import reordered
from curation.consensus_fits import METHODS, fit
from curation.consensus_lines import as_json, as_table
from curation.vote_csv import Column, CsvVotes, read_votes
from ingest.csv_input import CsvError
from mtf_site.commands import printable

DEFAULT_METHOD = "dawid-skene"
LISTED = 5  # items named in a warning, at most
USAGE = 2


class Command(BaseCommand):
    help = "Labels, their probabilities and annotators' error rates from votes: a CSV with item,annotator,label."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("votes", type=Path, metavar="VOTES.csv", help="columns item, annotator, label")
        parser.add_argument("--method", choices=sorted(METHODS), default=DEFAULT_METHOD)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
        parser.add_argument("--gold", type=Path, metavar="GOLD.csv", help="columns item, label: answers that are known")
        parser.add_argument("--classes", nargs="+", metavar="CLASS", help="the classes there are; no other is taken")
        parser.add_argument("--quorum", type=int, metavar="N", help="majority: votes that a label needs, 1 if not told")
        parser.add_argument(
            "--smoothing", type=float, metavar="S", help="dawid-skene: imagined judgements a cell, 0 if not told"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        try:
            votes = _ballots(_read(options["votes"], classes=options["classes"]), options["classes"])
            gold = _gold(options["gold"], votes) if options["gold"] else {}
        except CsvError as error:
            raise CommandError(printable(str(error))) from error
        except OSError as error:
            raise CommandError(f"{error.filename or options['votes']} cannot be read: {error.strerror}") from error
        self._warn_of_gold(gold, votes)
        found = fit(
            votes, options["method"], gold=gold, quorum=options["quorum"] or 1, smoothing=options["smoothing"] or 0.0
        )
        if found.converged is False:
            self.stderr.write(f"not converged after {found.rounds:,} rounds: the figures are as far as it came")
        self._write((as_json if options["json"] else as_table)(found, votes, options["method"]))

    def _warn_of_gold(self, gold: Mapping[str, str], votes: Ballots) -> None:
        unseen = sorted(gold.keys() - set(votes.items)) if gold else []
        if unseen:
            named = ", ".join(unseen[:LISTED]) + (", …" if len(unseen) > LISTED else "")
            self.stderr.write(printable(f"{len(unseen):,} gold items have no vote and are left out: {named}"))

    def _write(self, pieces: Iterable[str]) -> None:
        try:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            self.stdout.flush()
        except BrokenPipeError:  # whoever read it has seen enough; Python would complain once more at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check(options: Mapping[str, Any]) -> None:
    """Options that the method would not read, or that make no sense."""
    for option, method, least in (("quorum", "majority", 1), ("smoothing", "dawid-skene", 0)):
        value = options[option]
        if value is not None and options["method"] != method:
            raise CommandError(f"--{option} is for --method {method}.", returncode=USAGE)
        if value is not None and not value >= least:
            raise CommandError(f"--{option} must be at least {least}.", returncode=USAGE)
    classes = options["classes"] or []
    if len(set(classes)) < len(classes):
        raise CommandError("--classes names a class twice.", returncode=USAGE)


def _read(path: Path, **options: Any) -> CsvVotes:
    size = path.stat().st_size
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), leave=False) as bar:
        return read_votes(path, progress=bar.update, **options)


def _gold(path: Path, votes: Ballots) -> dict[str, str]:
    """Read as votes of nobody in particular: each item stands for its own annotator."""
    given = read_votes(path, annotator="item", classes=votes.labels)
    found: dict[str, str] = {}
    for item, label in zip(given.items.codes.tolist(), given.labels.codes.tolist(), strict=True):
        name, known = given.items.names[item], given.labels.names[label]
        if found.setdefault(name, known) != known:
            raise CsvError([(0, f"The gold item {name!r} has two labels, {found[name]!r} and {known!r}.")])
    return found


def _ballots(votes: CsvVotes, classes: list[str] | None) -> Ballots:
    """Items in the order of the file, annotators and classes sorted, classes that were given as they were given."""
    annotator, annotators = _sorted(votes.annotators)
    label, labels = (votes.labels.codes, votes.labels.names) if classes else _sorted(votes.labels)
    if len(labels) > MOST_CLASSES:
        raise CsvError([(0, f"{len(labels):,} different labels: is the column label the right one?")])
    columns = (votes.items.codes, annotator.astype(np.int32), label.astype(np.int16))
    return Ballots(*columns, votes.items.names, annotators, labels)


def _sorted(column: Column) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Whole numbers by their value, all else by letters."""
    whole = all(map(str.isdecimal, column.names))
    width = max(map(len, column.names)) if whole else 0
    return reordered(column.codes, column.names, sorted(column.names, key=lambda name: name.zfill(width)))
