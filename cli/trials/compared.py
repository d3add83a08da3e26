"""Two lives of one incident side by side: what would have gone differently, counted, with examples. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cli.trials.lived import Life
from services.routing.refusal import SENTENCES
from services.routing.words import DETAILS, EVENTS, TIERS

EXAMPLES = 3
Kind = tuple[str, str]
"""What is different, in Chinese and English."""
Difference = tuple[Kind, str]
"""What, and how in this case."""


def differences(before: Life, after: Life) -> Iterator[Difference]:
    """What the draft does differently with one incident."""
    if before.first_tier != after.first_tier:
        yield ("首办层级", "first tier"), f"{_tier(before.first_tier)} → {_tier(after.first_tier)}"
    yield from _deadlines(before, after)
    yield from _more(Counter(before.overdue), Counter(after.overdue))
    yield from _raised(Counter(before.raised), Counter(after.raised))
    if before.listed != after.listed:
        kind = (
            ("按规则挂牌", "listed by rule")
            if after.listed
            else ("不再按规则挂牌", "no longer listed by rule")
        )
        yield kind, f"{before.listed} → {after.listed}"
    newly = Counter(after.refused) - Counter(before.refused)
    for (event, reason), _ in sorted(newly.items()):
        yield ("不再允许的处理", "no longer allowed"), f"{_event(event)}: {_refusal(reason)}"
    for was, now in zip(before.revisits, after.revisits, strict=False):
        if was != now:
            yield ("回访期限", "revisit planned for"), f"{_at(was)} → {_at(now)}"


def _deadlines(before: Life, after: Life) -> Iterator[Difference]:
    """Deadlines of the same step at the same tier, in order."""
    for key in dict.fromkeys((tier, step) for tier, step, _ in before.due):
        old, new = ([at for *where, at in one.due if tuple(where) == key] for one in (before, after))
        for was, now in zip(old, new, strict=False):
            if was != now:
                zh, en = DETAILS[key[1]]
                kind = (f"{zh}提前", f"{en}: earlier") if now < was else (f"{zh}推后", f"{en}: later")
                yield kind, f"{_tier(key[0])}: {_at(was)} → {_at(now)}"


def _more(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> Iterator[Difference]:
    for (tier, step), _ in sorted((after - before).items()):
        yield ("会超期", "would be overdue"), f"{_tier(tier)} {' '.join(DETAILS[step])}"
    for (tier, step), _ in sorted((before - after).items()):
        yield ("不再超期", "would not be overdue"), f"{_tier(tier)} {' '.join(DETAILS[step])}"


def _raised(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> Iterator[Difference]:
    for (tier, to_tier), _ in sorted((after - before).items()):
        yield ("会逾期上报", "would be raised by a deadline"), f"{_tier(tier)} → {_tier(to_tier)}"
    for (tier, to_tier), _ in sorted((before - after).items()):
        yield ("不再逾期上报", "would not be raised by a deadline"), f"{_tier(tier)} → {_tier(to_tier)}"


@dataclass(slots=True)
class Tally:
    """What a trial found: every incident is in exactly one of the first four counts."""

    same: int = 0
    different: int = 0
    other_record: int = 0
    """Their own policy does not lead to what is recorded, so nothing follows from comparing them."""
    no_policy: int = 0
    """Their own policy is not at hand."""
    kinds: Counter[Kind] = field(default_factory=Counter)
    """How many incidents have a difference of each kind."""
    examples: dict[Kind, list[tuple[str, str]]] = field(default_factory=dict)

    def note(self, incident: str, found: list[Difference]) -> None:
        """Counts one incident."""
        if not found:
            self.same += 1
            return
        self.different += 1
        for kind, how in dict(reversed(found)).items():
            self.kinds[kind] += 1
            some = self.examples.setdefault(kind, [])
            if len(some) < EXAMPLES:
                some.append((incident, how))


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _tier(tier: str | None) -> str:
    return " ".join(TIERS[tier]) if tier in TIERS else "—"


def _event(event: str) -> str:
    return " ".join(EVENTS.get(event, (event,)))


def _refusal(reason: str) -> str:
    return " ".join(dict(SENTENCES.items()).get(reason, (reason,)))  # type: ignore[call-overload] # a word of ours
