"""Shares with their intervals, and whether two of them differ by more than chance explains. Plain numbers in."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # of 95 %
SURELY = 3.0  # standard errors; one in 370 of honest pairs reaches it


@dataclass(frozen=True)
class Proportion:
    """`hits` of `n`. The interval is Wilson's score interval of 95 %, which holds for few and for extreme shares too.

    Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. JASA 22, 209–212.
    """

    hits: float
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def low(self) -> float | None:
        return self._bounds()[0] if self.n else None

    @property
    def high(self) -> float | None:
        return self._bounds()[1] if self.n else None

    def _bounds(self) -> tuple[float, float]:
        share, n = self.hits / self.n, self.n
        middle = share + Z * Z / (2 * n)
        reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        below = 1 + Z * Z / n
        return max((middle - reach) / below, 0.0), min((middle + reach) / below, 1.0)


def standard_errors_apart(one: Proportion, other: Proportion) -> float:
    """How far `one` lies above `other`, in standard errors of their difference, pooled; 0 where that has no meaning."""
    if not one.n or not other.n:
        return 0.0
    pooled = (one.hits + other.hits) / (one.n + other.n)
    error = sqrt(max(pooled * (1 - pooled), 0.0) * (1 / one.n + 1 / other.n))
    return (one.hits / one.n - other.hits / other.n) / error if error else 0.0


def difference(one: Proportion, other: Proportion) -> tuple[float, float, float] | None:
    """one − other, and its interval of 95 % after Newcombe (1998), Statistics in Medicine 17, 873–890, method 10."""
    if not one.n or not other.n:
        return None
    a, b = one.hits / one.n, other.hits / other.n
    (low_a, high_a), (low_b, high_b) = one._bounds(), other._bounds()
    gap = a - b
    return gap, gap - sqrt((a - low_a) ** 2 + (high_b - b) ** 2), gap + sqrt((high_a - a) ** 2 + (b - low_b) ** 2)
