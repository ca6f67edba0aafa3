"""manage.py consensus: labels from the votes of several annotators, in any CSV. No database."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from curation import vote_arguments
from curation.ballots import MOST_CLASSES, Ballots
from curation.columns import in_order, reordered
from curation.consensus_fits import METHODS, Fit, fit
from curation.consensus_lines import as_json, as_table
from curation.vote_arguments import BAD_USAGE, check_columns, classes_of, read
from curation.vote_csv import CsvVotes, read_votes
from ingest.csv_input import CsvError
from mtf_site.printing import printable

DEFAULT_METHOD = "dawid-skene"
LISTED = 5  # items named in a warning, at most


class Command(BaseCommand):
    help = "Labels, their probabilities and annotators' error rates from votes: a CSV with item,annotator,label."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        vote_arguments.add_arguments(parser)
        parser.add_argument("--method", choices=sorted(METHODS), default=DEFAULT_METHOD)
        parser.add_argument("--gold", type=Path, metavar="GOLD.csv", help="answers that are known: item and label")
        parser.add_argument("--quorum", type=int, metavar="N", help="majority: votes that a label needs; default: 1")
        parser.add_argument(
            "--smoothing", type=float, metavar="S", help="dawid-skene: imagined judgements a cell; default: 0"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        classes = classes_of(options["classes"])
        with _errors_of(options["path"]):
            votes = _ballots(read(options, classes), classes)
        with _errors_of(options["gold"]):
            gold = _gold(options, votes) if options["gold"] else {}
        self._warn(gold, votes)
        method, quorum, smoothing = options["method"], options["quorum"] or 1, options["smoothing"] or 0.0
        found = fit(votes, method, gold=gold, quorum=quorum, smoothing=smoothing)
        if found.converged is False:
            self.stderr.write(f"not converged after {found.rounds:,} rounds: the figures are as far as it came")
        self._write(as_json(found, votes, method) if options["json"] else _table(found, votes, method))

    def _warn(self, gold: Mapping[str, str], votes: Ballots) -> None:
        if len(votes.annotators) == 1:
            self.stderr.write("only one annotator: the labels are theirs, and nothing can be learnt of their errors")
        elif not (votes.votes() > 1).any():
            self.stderr.write("no item has two votes: the labels are as given, and nothing can be learnt of errors")
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


def _table(found: Fit, votes: Ballots, method: str) -> Iterator[str]:
    for lines in as_table(found, votes, method):
        yield "".join(f"{printable(line)}\n" for line in lines)


def _check(options: dict[str, Any]) -> None:
    """Options that the method would not read, or that make no sense."""
    check_columns(options)
    for option, method, least in (("quorum", "majority", 1), ("smoothing", "dawid-skene", 0)):
        value = options[option]
        if value is not None and options["method"] != method:
            raise CommandError(f"--{option} is for --method {method}.", returncode=BAD_USAGE)
        if value is not None and not value >= least:
            raise CommandError(f"--{option} must be at least {least}.", returncode=BAD_USAGE)


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """What is wrong with a file names the file, in one line."""
    try:
        yield
    except CsvError as error:
        raise CommandError(printable(f"{path}: {error}")) from error
    except OSError as error:
        raise CommandError(printable(f"{path} cannot be read: {error.strerror}")) from error


def _gold(options: Mapping[str, Any], votes: Ballots) -> dict[str, str]:
    """Read as votes of nobody in particular: each item stands for its own annotator."""
    item, label = options["item"], options["label"]
    given = read_votes(options["gold"], item=item, annotator=item, label=label, classes=votes.labels)
    found: dict[str, str] = {}
    for at, code in zip(given.items.codes.tolist(), given.labels.codes.tolist(), strict=True):
        name, known = given.items.names[at], given.labels.names[code]
        if found.setdefault(name, known) != known:
            raise CsvError([(0, f"The gold item {name!r} has two labels, {found[name]!r} and {known!r}.")])
    return found


def _ballots(votes: CsvVotes, classes: list[str] | None) -> Ballots:
    """Items in the order of the file, annotators and classes sorted, classes that were given as they were given."""
    who, said = votes.annotators, votes.labels
    annotator, annotators = reordered(who.codes, who.names, in_order(who.names))
    label, labels = reordered(said.codes, said.names, said.names if classes else in_order(said.names))
    if len(labels) > MOST_CLASSES:
        raise CsvError([(0, f"{len(labels):,} different labels: is the column label the right one?")])
    annotator = annotator.astype(np.int32, copy=False)
    return Ballots(votes.items.codes, annotator, label.astype(np.int16), votes.items.names, annotators, labels)
