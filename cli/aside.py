"""What the services of a stack have set aside: what stands in no queue, and yet has not taken effect."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cli.databases import connected, of_stack
from messaging import dead_letters


class Aside(NamedTuple):
    """Dead letters nobody has decided about, and the events that wait behind them."""

    letters: int
    behind: int

    def since(self, before: "Aside") -> "Aside":
        """How much more it is than before."""
        return Aside(max(0, self.letters - before.letters), max(0, self.behind - before.behind))

    def told(self) -> str | None:
        """In words, or None when there is nothing."""
        if not any(self):
            return None
        return (
            f"{self.letters} dead letters and {self.behind} events behind them have not taken effect;"
            " see: fengqiao dead-letters list"
        )


async def set_aside(data: Path) -> Aside:
    """The sum over all databases of the stack that runs in a folder. Raises `Unavailable`."""
    found = []
    for place in of_stack(data):
        async with connected(place) as connection:
            found.append(await dead_letters.undecided(connection))
    return _sum(found)


def _sum(found: Iterable[tuple[int, int]]) -> Aside:
    letters, behind = map(sum, zip(*found, strict=True))
    return Aside(letters, behind)
