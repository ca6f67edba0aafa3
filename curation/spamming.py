"""How likely somebody's answers are if they come from no look at the face at all.

Each hypothesis foretells the next answer from the earlier ones alone, so the likelihoods hold at any moment one may
stop at: what is not known beforehand (how often somebody says what) is learnt on the way, by the estimator of
Krichevsky and Trofimov (1981), which begins with half an answer to each class.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOTHING = -1  # claimed of a face
HALF = 0.5


def at_random(answers: Ints, classes: int) -> float:
    """Every class as often as any other: log-likelihood of `answers`, each 0 … classes - 1."""
    return -len(answers) * float(np.log(classes))


def by_habit(answers: Ints, classes: int) -> float:
    """Each class with its own frequency, whatever the face: always the same answer is the purest habit."""
    return float(np.log(_habit(answers, classes)).sum())


def as_claimed(answers: Ints, claimed: Ints, classes: int) -> float:
    """What the claim says, more or less often, and else any other class; by habit where nothing is claimed."""
    told = claimed != NOTHING
    agrees = (answers == claimed)[told].astype(np.int64)
    chances = _habit(agrees, 2)
    chances[agrees == 0] /= max(classes - 1, 1)
    return float(np.log(chances).sum()) + by_habit(answers[~told], classes)


def likelihoods(answers: Ints, claimed: Ints, classes: int) -> Mapping[str, float]:
    """By name of the hypothesis; that of agreeing only where anything is claimed."""
    found = {"random": at_random(answers, classes), "habit": by_habit(answers, classes)}
    if (claimed != NOTHING).any():
        found["claimed"] = as_claimed(answers, claimed, classes)
    return found


def _habit(answers: Ints, classes: int) -> Floats:
    """The chance that each answer had, in view of those before it."""
    given = np.zeros((len(answers), classes))
    given[np.arange(len(answers)), answers] = 1
    before = np.cumsum(given, axis=0) - given
    same = before[np.arange(len(answers)), answers]
    shares: Floats = (same + HALF) / (np.arange(len(answers)) + HALF * classes)
    return shares
