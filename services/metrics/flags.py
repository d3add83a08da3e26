"""What gaming looks like in the figures of an area and a month, with what was seen and what was expected. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from policy.watching import Flags, MonthEnd

Kind = Literal["one-hand", "month-end", "closed-and-reopened", "same-answer"]
WORDS: dict[Kind, tuple[str, str]] = {
    "one-hand": ("上报与办结为同一人且间隔极短", "Reported and settled by the same hand within minutes"),
    "month-end": ("月末突击办结", "A burst at the end of the month"),
    "closed-and-reopened": ("销号后又重开", "Closed, then open again"),
    "same-answer": ("回访答复千篇一律", "Revisits always have the same answer"),
}
"""What each is called. A flag asks for a look at an area; it is no verdict, and says nothing of any person."""
ABOUT = ("resolved", "closed")
NO_ANSWERS = ("pending", "unasked")
MAD = 1.4826
"""By this the median absolute deviation of normal noise becomes its standard deviation (Rousseeuw & Croux 1993)."""

Daily = Mapping[str, Mapping[str, int]]
"""Day → measure → how many, over all tiers, in one area and month."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What was seen, beside the limits it reached."""

    kind: Kind
    about: str
    """What of it: `resolved` or `closed`; the role of a party."""
    seen: dict[str, int]
    expected: dict[str, str]


def flags(daily: Daily, days: Sequence[str], roles: Sequence[str], rules: Flags) -> Iterator[Flag]:
    """All flags of an area in the month of these days, which are in order; `roles` are the bare roles of parties."""
    whole: dict[str, int] = {}
    for counts in daily.values():
        for measure, value in counts.items():
            whole[measure] = whole.get(measure, 0) + value
    yield from _one_hand(whole, rules)
    yield from _month_end(daily, days, rules.month_end)
    yield from _undone(whole, rules)
    for role in roles:
        yield from _same_answer(whole, role, rules)


def by_day(daily: Daily, about: str) -> dict[str, int]:
    """How many were resolved, or closed, on each day that had any."""
    return {day: done for day, counts in sorted(daily.items()) if (done := _done(counts, about))}


def closings(counts: Mapping[str, int]) -> int:
    """Every closing, also those that a relapse has taken back out of `closed`."""
    return counts.get("closed", 0) + counts.get("closed_undone", 0)


def _reaches(part: int, whole: int, least: int, percent: int) -> bool:
    return part >= least and 100 * part >= percent * whole


def _one_hand(whole: Mapping[str, int], rules: Flags) -> Iterator[Flag]:
    limit = rules.one_hand
    for about in ABOUT:
        quick, known = (whole.get(f"one_hand.{about}.{one}", 0) for one in (limit.minutes, "known"))
        if _reaches(quick, known, limit.least, limit.percent):
            yield Flag(
                "one-hand",
                about,
                {"by_one_hand": quick, "known": known, "all": _done(whole, about)},
                {"minutes": str(limit.minutes), "least": str(limit.least), "percent": str(limit.percent)},
            )


def _undone(whole: Mapping[str, int], rules: Flags) -> Iterator[Flag]:
    undone, total, limit = whole.get("closed_undone", 0), closings(whole), rules.undone
    if _reaches(undone, total, limit.least, limit.percent):
        limits = {"least": str(limit.least), "percent": str(limit.percent)}
        yield Flag("closed-and-reopened", "closed", {"reopened": undone, "closed": total}, limits)


def _same_answer(whole: Mapping[str, int], role: str, rules: Flags) -> Iterator[Flag]:
    """Whoever could not be reached or would not answer counts as an answer too: always nobody there is as odd."""
    before, limit = f"answer.{role}.", rules.same_answer
    answers = {
        name.removeprefix(before): value
        for name, value in sorted(whole.items())
        if name.startswith(before) and value > 0 and name.removeprefix(before) not in NO_ANSWERS
    }
    total = sum(answers.values())
    if total >= limit.least and 100 * max(answers.values()) >= limit.percent * total:
        yield Flag("same-answer", role, answers, {"least": str(limit.least), "percent": str(limit.percent)})


@dataclass(frozen=True, slots=True)
class Burst:
    """The last days of a month beside what so many days of it usually have."""

    seen: int
    expected: float
    limit: float


def burst(counts: Sequence[int], rule: MonthEnd) -> Burst:
    """The last days beside the month's others, whose median is the usual day, and the limit they would have to reach.

    Where more than half of the others have nothing, their mean is the usual day. The spread is the median absolute
    deviation, but never less than that of a Poisson number, nor than one a day.
    """
    before, tail = counts[: -rule.days], counts[-rule.days :]
    middle = median(before)
    usual = middle or sum(before) / len(before)
    spread = max(MAD * median(abs(one - middle) for one in before), math.sqrt(usual), 1.0)
    expected = usual * rule.days
    limit = max(rule.times * expected, expected + rule.score * spread * math.sqrt(rule.days), rule.least)
    return Burst(sum(tail), expected, limit)


def _month_end(daily: Daily, days: Sequence[str], rule: MonthEnd) -> Iterator[Flag]:
    for about in ABOUT:
        found = burst([_done(daily.get(day, {}), about) for day in days], rule)
        if found.seen >= found.limit:
            expected = {
                "usual": f"{found.expected:.1f}",
                "limit": f"{found.limit:.1f}",
                "days": str(rule.days),
            }
            yield Flag("month-end", about, {"last_days": found.seen}, expected)


def _done(counts: Mapping[str, int], about: str) -> int:
    return closings(counts) if about == "closed" else counts.get("resolutions", 0)
