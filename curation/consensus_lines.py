"""A consensus as text, a piece at a time: JSON for programs, a table for people."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from curation.ballots import Ballots
from curation.consensus import UNDECIDED
from curation.consensus_fits import Fit

BATCH = 5_000  # items a piece
REMEMBERED = 100_000  # texts of equal items are made once; more different ones than this are begun anew
NO_LABEL = "(undecided)"
NOTHING = 1e-9  # expected judgements: below, nothing is known of what is stated of that class

Write = Callable[[Fit, Ballots, int], str]


def as_json(found: Fit, votes: Ballots, method: str) -> Iterator[str]:
    """One object; its small parts come first, items last."""
    head = {
        "method": method,
        "rounds": found.rounds,
        "converged": found.converged,
        "log_likelihood": found.log_likelihood,
        "class_marginals": dict(zip(votes.labels, found.marginals.tolist(), strict=True)),
        "annotators": [_annotator(found, votes, at) for at in range(len(votes.annotators))],
    }
    yield json.dumps(head, allow_nan=False)[:-1] + ', "items": [\n'
    first = True
    for texts in _texts(found, votes, lambda *each: json.dumps(_item(*each), allow_nan=False)[1:]):
        lines = ",\n".join('{"item": ' + json.dumps(name) + ", " + text for name, text in texts)
        yield lines if first else ",\n" + lines
        first = False
    yield "\n]}\n"


def as_table(found: Fit, votes: Ballots, method: str) -> Iterator[str]:
    """Shares of the classes, then annotators, then items; columns parted by two spaces or more."""
    hard = found.difficulty is not None
    yield f"{method}: {len(votes.items):,} items, {len(votes.annotators):,} annotators, {len(votes.item):,} votes\n"
    if found.rounds is not None:
        yield f"log-likelihood {found.log_likelihood:.6f} after {found.rounds} rounds\n"
    yield "\n" + _aligned([["class", "share"], *_shares(found, votes)])
    yield "\n" + _aligned([_annotators_header(found), *_annotators(found, votes)])
    wide = max(len("item"), *(len(str(name)) for name in votes.items))
    yield f"\n{'item':{wide}}  {'label':{_label_width(votes)}}  probability" + ("  difficulty\n" if hard else "\n")
    for texts in _texts(found, votes, _told):
        yield "".join(f"{name!s:{wide}}  {text}\n" for name, text in texts)


def _texts(found: Fit, votes: Ballots, write: Write) -> Iterator[list[tuple[Any, str]]]:
    """Batches of items with what `write` says of each; items with the same numbers have the same text."""
    known: dict[tuple[bytes, float, int], str] = {}
    for begin in range(0, len(votes.items), BATCH):
        part = slice(begin, begin + BATCH)
        shares = found.probabilities[part].copy()
        keys = shares.view(f"V{shares.itemsize * shares.shape[1]}")[:, 0].tolist()
        hard = [0.0] * len(shares) if found.difficulty is None else found.difficulty[part].tolist()
        texts = []
        for at, key in enumerate(zip(keys, hard, found.label[part].tolist(), strict=True), start=begin):
            text = known.get(key)
            if text is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                text = known[key] = write(found, votes, at)
            texts.append(text)
        yield list(zip(votes.items[part], texts, strict=True))


def _item(found: Fit, votes: Ballots, at: int) -> dict[str, Any]:
    told = {
        "label": _label(found, votes, at),
        "probabilities": dict(zip(votes.labels, found.probabilities[at].tolist(), strict=True)),
    }
    return told if found.difficulty is None else {**told, "difficulty": float(found.difficulty[at])}


def _label(found: Fit, votes: Ballots, at: int) -> Any:
    return None if found.label[at] == UNDECIDED else votes.labels[found.label[at]]


def _annotator(found: Fit, votes: Ballots, at: int) -> dict[str, Any]:
    rates = {
        true: dict(zip(votes.labels, stated, strict=True)) if weight > NOTHING else None
        for true, stated, weight in zip(
            votes.labels, found.error_rates[at].tolist(), found.weights[at].tolist(), strict=True
        )
    }
    told = {"annotator": votes.annotators[at], "error_rates": rates}
    return told if found.ability is None else {**told, "ability": float(found.ability[at])}


def _told(found: Fit, votes: Ballots, at: int) -> str:
    label = _label(found, votes, at)
    said = NO_LABEL if label is None else str(label)
    hard = "" if found.difficulty is None else f"  {found.difficulty[at]:10.2f}"
    return f"{said:{_label_width(votes)}}  {found.probabilities[at].max():11.3f}{hard}"


def _label_width(votes: Ballots) -> int:
    return max(len(NO_LABEL), *(len(str(name)) for name in votes.labels))


def _shares(found: Fit, votes: Ballots) -> Iterator[list[str]]:
    for name, share in zip(votes.labels, found.marginals, strict=True):
        yield [str(name), f"{share:.3f}"]


def _annotators_header(found: Fit) -> list[str]:
    return ["annotator", "votes", "right", *([] if found.ability is None else ["ability"])]


def _annotators(found: Fit, votes: Ballots) -> Iterator[list[str]]:
    """`right` is the share of an annotator's judgements that is expected to be."""
    for at, name in enumerate(votes.annotators):
        cast = found.weights[at].sum()
        right = found.weights[at] @ found.error_rates[at].diagonal() / cast if cast else float("nan")
        ability = [] if found.ability is None else [f"{found.ability[at]:.2f}"]
        yield [str(name), f"{cast:,.0f}", f"{right:.3f}", *ability]


def _aligned(rows: list[list[str]]) -> str:
    """Names to the left, figures to the right."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        f"{row[0]:{wide[0]}}" + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], wide[1:], strict=True))
        for row in rows
    )
    return "\n".join(lines) + "\n"
