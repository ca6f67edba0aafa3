"""How the counted votes on one field are shared among the answers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    answer: str
    votes: int
    of: int

    @property
    def share(self) -> float:
        return self.votes / self.of


def shares(answers: Iterable[str]) -> list[Share]:
    """Each answer's share of all votes, the greatest first; of equal ones in the order of the words."""
    counted = Counter(answers)
    total = counted.total()
    return [Share(answer, n, total) for answer, n in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]
