"""The registry of contacts: who is there for an area in a role, from when until when; a file adds to it. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from policy.assignment import ONE_EACH
from schemas.codes import bare
from services.routing.roster import Contact, Kind

Identity = tuple[str, str, str, date]
Post = tuple[str, str, str]
DAY = timedelta(days=1)


class Wrong(NamedTuple):
    """What is wrong in a file, and where; never with what stands there."""

    line: int
    field: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the registry. Both days count; without `valid_until` it holds until somebody follows."""

    reference: str
    kind: Kind
    role: str
    area: str
    valid_from: date
    valid_until: date | None = None
    capacity: int | None = None
    name: str | None = None
    """The public name of a body; people have none here."""

    @property
    def identity(self) -> Identity:
        """What makes it this entry and no other; the rest may be corrected."""
        return self.reference, self.role, self.area, self.valid_from

    def post(self, one_each: Collection[str]) -> Post:
        """What it holds from when until when: a role that one holds at a time, or the reference's own place there."""
        return self.role, self.area, "" if bare(self.role) in one_each else self.reference

    @property
    def contact(self) -> Contact:
        """As a roster has it."""
        return Contact(self.reference, self.kind, self.role, self.area, self.capacity)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a file does to the registry: nothing at all if anything is wrong."""

    added: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    unchanged: int = 0
    """Lines that say what the registry says already."""
    wrong: tuple[Wrong, ...] = ()


def merge(
    stored: Iterable[Entry], given: Sequence[tuple[int, Entry]], one_each: Collection[str] = ONE_EACH
) -> Merged:
    """The registry after a file, line by line; who follows somebody ends their time the day before.

    `stored` has every entry of the areas and of the references the file names. The same file again changes nothing.
    """
    before = {one.identity: one for one in stored}
    lines: dict[Identity, int] = {}
    wrong = list(_twice(given, lines))
    after = before | {one.identity: one for _, one in given}
    wrong += _two_kinds(after, lines)
    posts = {one.post(one_each) for _, one in given}
    held: dict[Post, list[Entry]] = defaultdict(list)
    for one in after.values():
        if (post := one.post(one_each)) in posts:
            held[post].append(one)
    wrong += _succeed(after, lines, held.values())
    if wrong:
        return Merged(wrong=tuple(sorted(wrong)))
    added = tuple(one for name, one in after.items() if name not in before)
    changed = tuple(one for name, one in after.items() if name in before and before[name] != one)
    same = sum(name in before and before[name] == after[name] for name in lines)
    return Merged(added, changed, same)


def _twice(given: Sequence[tuple[int, Entry]], lines: dict[Identity, int]) -> Iterator[Wrong]:
    for line, one in given:
        if (first := lines.setdefault(one.identity, line)) != line:
            yield Wrong(line, "valid_from", f"line {first} has the same reference, role, area and first day")


def _two_kinds(entries: Mapping[Identity, Entry], lines: Mapping[Identity, int]) -> Iterator[Wrong]:
    """A reference is a person or a body, everywhere."""
    kinds: dict[str, set[Kind]] = defaultdict(set)
    for one in entries.values():
        kinds[one.reference].add(one.kind)
    for name, line in lines.items():
        if len(kinds[name[0]]) > 1:
            yield Wrong(line, "kind", "the same reference is a person here and a body elsewhere")


def _succeed(
    entries: dict[Identity, Entry], lines: Mapping[Identity, int], held: Iterable[Sequence[Entry]]
) -> Iterator[Wrong]:
    """Ends open times where somebody follows; what overlaps otherwise is wrong."""
    for holders in held:
        for earlier, follower in pairwise(sorted(holders, key=lambda one: (one.valid_from, one.reference))):
            if earlier.valid_from == follower.valid_from:
                yield _clash(earlier, follower, lines, "begin on the same day in a role that one holds")
            elif earlier.valid_until is None:
                entries[earlier.identity] = replace(earlier, valid_until=follower.valid_from - DAY)
            elif earlier.valid_until >= follower.valid_from:
                yield _clash(earlier, follower, lines, "overlap in a role that one holds at a time")


def _clash(earlier: Entry, follower: Entry, lines: Mapping[Identity, int], what: str) -> Wrong:
    """Said of the line of the file, with where the other one stands."""
    at, other = lines.get(follower.identity), lines.get(earlier.identity)
    if at is None:
        at, other = other, None
    assert at is not None  # two entries that were there before do not clash
    return Wrong(at, "valid_from", f"this and {f'line {other}' if other else 'the registry'} {what}")
