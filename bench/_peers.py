"""The agreement figures beside those of other packages, on random tables: how far apart, at most.

`krippendorff` has α, `irrCAC` (the author's own code of AC1, after Gwet's R) AC1, Fleiss' κ, percent agreement and
their standard errors, `statsmodels` Fleiss' κ of complete tables and Cohen's κ with its weights and standard error.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from numpy.typing import NDArray
from statsmodels.stats import inter_rater

from curation.agreement import Agreement, Figure, Level, agreement
from curation.cohen import Weights, cohens_kappa
from curation.figure import Z, student

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
WEIGHTS: dict[Weights, str | None] = {"none": None, "linear": "linear", "quadratic": "quadratic"}
NOT_ESTIMABLE = float("nan")

Ratings = NDArray[np.float64]  # [annotators, items], NaN where there is no vote


def differences(tables: int, seed: int = 0) -> dict[str, tuple[int, float]]:
    """By package and figure: the tables in which both had a value, and the greatest difference. NaN: one had none."""
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(tables):
        random = np.random.default_rng([seed, number])
        ratings = random_ratings(random, gaps=number % 3)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            for name, ours, theirs in _compared(ratings, random):
                if not (np.isnan(ours) and np.isnan(theirs)):
                    found[name].append(abs(ours - theirs))
    return {name: (len(apart), float(np.max(apart))) for name, apart in found.items()}


def random_ratings(random: np.random.Generator, gaps: int) -> Ratings:
    """Of 2 to 5 annotators; with gaps a third of the votes is missing, so that columns of one value, items of one
    vote and items of none occur."""
    annotators, items, classes = int(random.integers(2, 6)), int(random.integers(2, 30)), int(random.integers(1, 6))
    truth = random.integers(0, classes, items)
    shape = annotators, items
    said = np.where(random.random(shape) < 0.6, truth, random.integers(0, classes, shape)).astype(np.float64)
    if gaps:
        said[random.random(shape) < 1 / 3] = np.nan
    return said


def of_ratings(ratings: Ratings, level: Level) -> Agreement:
    who, item = np.nonzero(~np.isnan(ratings))
    return agreement(item, who, ratings[who, item].astype(np.int64), level=level)


def _compared(ratings: Ratings, random: np.random.Generator) -> Iterator[tuple[str, float, float]]:
    """Name, our figure, the package's; NaN where there is none."""
    for level in LEVELS:
        ours = of_ratings(ratings, level).krippendorff_alpha
        yield f"krippendorff: {level} alpha", _value(ours), _alpha(ratings, level)
    found = of_ratings(ratings, "nominal")
    if found.percent_agreement.n and len(found.labels) > 1:
        yield from _beside_irrcac(ratings, found)
    if not np.isnan(ratings).any() and len(found.labels) > 1:
        counts = [np.bincount(column, minlength=5) for column in ratings.T.astype(np.int64)]
        theirs = float(inter_rater.fleiss_kappa(np.array(counts)))
        yield "statsmodels: Fleiss' kappa", _value(found.fleiss_kappa), theirs
    table = random.integers(0, 30, size=(random.integers(2, 6),) * 2)
    for weights, name in WEIGHTS.items():
        cohen, peer = cohens_kappa(table, weights), inter_rater.cohens_kappa(table, wt=name)
        yield f"statsmodels: Cohen's kappa, weights {weights}", _value(cohen), float(peer.kappa)
        yield f"statsmodels: its standard error, weights {weights}", _error(cohen, Z), float(peer.std_kappa)


def _beside_irrcac(ratings: Ratings, found: Agreement) -> Iterator[tuple[str, float, float]]:
    seen = pd.DataFrame(ratings.T).dropna(how="all")
    peer = CAC(seen, digits=15, categories=[float(label) for label in found.labels])
    gwet, fleiss = peer.gwet()["est"], peer.fleiss()["est"]
    yield "irrCAC: percent agreement", _value(found.percent_agreement), float(gwet["pa"])
    yield "irrCAC: Gwet's AC1", _value(found.gwet_ac1), float(gwet["coefficient_value"])
    yield "irrCAC: Fleiss' kappa", _value(found.fleiss_kappa), float(fleiss["coefficient_value"])
    if found.items == found.percent_agreement.n:  # with lone votes it takes the number of the others as known
        for name, figure, theirs in (("AC1", found.gwet_ac1, gwet), ("Fleiss' kappa", found.fleiss_kappa, fleiss)):
            if figure.low is not None and figure.low > -1:
                yield f"irrCAC: standard error of {name}", _error(figure, student(figure.n - 1)), float(theirs["se"])


def _alpha(ratings: Ratings, level: Level) -> float:
    """The package says 1 of a single value, which nobody can estimate, and raises without a pair."""
    try:
        values: Any = krippendorff.alpha(ratings, level_of_measurement=level)
    except (ValueError, AssertionError):
        return NOT_ESTIMABLE
    paired = ratings[:, np.count_nonzero(~np.isnan(ratings), axis=0) > 1]
    return NOT_ESTIMABLE if len(np.unique(paired[~np.isnan(paired)])) < 2 else float(values)


def _value(figure: Figure) -> float:
    return NOT_ESTIMABLE if figure.value is None else figure.value


def _error(figure: Figure, quantile: float) -> float:
    """The standard error, from the end of the interval that the scale did not cut."""
    if figure.value is None or figure.low is None or figure.high is None:
        return 0.0
    low, high = figure.value - figure.low, figure.high - figure.value
    return max(low, high) / quantile
