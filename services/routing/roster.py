"""Who can be asked to handle a matter, and how much each of them has in hand. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.codes import bare

Kind = Literal["person", "body"]
LENGTHS = (15, 12, 9, 6)
"""Digits of a grid's, a village's, a town's and a county's code: the nearest first."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of the registry in one role for one area, by an opaque reference."""

    reference: str
    kind: Kind
    role: str
    area: str
    capacity: int | None = None
    """How many open matters at most are given without being asked for; None sets no bound."""


class Roster:
    """The contacts that are valid now, as far as a decision may need them, and what each has in hand.

    Whoever decides about several matters in a row says `moved` after each, so that the next one sees it.
    """

    def __init__(self, contacts: Iterable[Contact] = (), in_hand: Mapping[str, int] | None = None) -> None:
        self._near: dict[tuple[str, str], list[Contact]] = {}
        self._known: dict[str, Contact] = {}
        self._in_hand = Counter(in_hand or {})
        for one in sorted(contacts, key=lambda one: (one.reference, one.role, one.area)):
            self._near.setdefault((bare(one.role), one.area), []).append(one)
            self._known.setdefault(one.reference, one)

    def known(self, reference: str) -> Contact | None:
        """Somebody by reference, in whichever role."""
        return self._known.get(reference)

    def best(self, role: str, area: str, without: Collection[str]) -> Contact | None:
        """Who is next in a role: nearest to the area first, then who has least in hand, then by reference."""
        for code in around(area):
            free = [
                one
                for one in self._near.get((role, code), ())
                if one.reference not in without and self._free(one)
            ]
            if free:
                return min(free, key=lambda one: (self._in_hand[one.reference], one.reference))
        return None

    def moved(self, before: str | None, after: str | None) -> None:
        """A matter has gone out of one's hands into another's; None is nobody's."""
        if before != after:
            self._in_hand.update([after] if after else [])
            self._in_hand.subtract([before] if before else [])

    def _free(self, one: Contact) -> bool:
        return one.capacity is None or self._in_hand[one.reference] < one.capacity


def around(area: str) -> Iterator[str]:
    """An area and those it lies in, the nearest first."""
    return (area[:length] for length in LENGTHS if length <= len(area))
