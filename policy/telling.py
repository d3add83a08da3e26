"""A time told step by step, in Chinese and English: from when, how long and by which rule, which days count. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from policy.calendar import Day
from policy.spans import Due, Span, Where, explained

MAY_MOVE = ("（节假日安排公布后可能调整）", " (may move when the holidays are published)")
"""What is added to a time that is a guess."""
UNUSUAL = {"make-up-workday", "local-working-day"}
"""Why a day counts that one would not expect to."""
_TICK = timedelta(microseconds=1)


class Said(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class NotCounted(Said):
    """A day that does not count."""

    date: date
    why: str


class Told(BaseModel):
    """How a time was counted; the last of `steps` says what it is the time for."""

    began_at: datetime | None = None
    span: str | None = None
    """How long, as the policy has it."""
    rule: str | None = None
    """The policy version and the place of the rule."""
    not_counted: tuple[NotCounted, ...] = ()
    steps: tuple[Said, ...] = ()
    """All of it as sentences, in order."""


@dataclass(frozen=True, slots=True)
class Count:
    """How a time is counted: spans one after the other, by a rule; `since` is None where that was not kept."""

    since: datetime | None
    spans: tuple[Span, ...]
    rule: str | None
    still: timedelta = timedelta()
    """How long it stood still meanwhile."""


def told(count: Count, due: datetime, where: Where, end: Said) -> Told:
    """A time as it was counted, step by step; working days without their beginning cannot be gone through."""
    since = count.since or _elapsed(count, due)
    days = tuple(_through(count, since, where)) if since is not None else (_not_kept(count),)
    pause = () if count.still <= timedelta() else (_stood_still(count.still),)
    steps = (*days[:1], *by_rule(count.rule), *days[1:], *pause, end)
    return Told(
        began_at=since,
        span=" + ".join(one.text for one in count.spans),
        rule=count.rule,
        not_counted=tuple(one for one in days if isinstance(one, NotCounted)),
        steps=plain(steps),
    )


def plain(sentences: Sequence[Said]) -> tuple[Said, ...]:
    """Their words alone."""
    return tuple(Said(zh=one.zh, en=one.en) for one in sentences)


def fields(one: Told) -> dict[str, Any]:
    """The same as fields of whatever shows it."""
    return {name: getattr(one, name) for name in Told.model_fields}


def began(begin: datetime, span: Span, where: Where) -> Said:
    """From when, and for how long."""
    at = local(begin, where)
    if isinstance(span.length, timedelta):
        return Said(zh=f"{at} 起算，期限 {span.text}", en=f"Runs since {at}, for {span.text}")
    return Said(
        zh=f"{at} 起算，当日不计，期限 {span.length} 个工作日",
        en=f"Runs since {at}; that day does not count; {span.length} working days",
    )


def by_rule(rule: str | None) -> tuple[Said, ...]:
    """By which rule; nothing where none says so."""
    return () if rule is None else (Said(zh=f"依据规则 {rule}", en=f"By the rule {rule}"),)


Pauses = tuple[tuple[date, date], ...]
"""Days on which the clock stood still: those after the first, up to the last."""


def days(begin: datetime, due: Due, where: Where, still: Pauses = ()) -> Iterator[Said]:
    """Every day that does not count, and every one that does although one would not expect it, with its reason."""
    unknown: int | None = None
    for day in explained(begin, due, where):
        if any(first < day.on <= last for first, last in still):
            yield not_counted(day.on, "suspended", ("挂起期间", "Suspended"))
        elif not day.counted:
            yield not_counted(day.on, day.why, day.words)
        elif day.why in UNUSUAL:
            yield _counted(day)
        elif not day.known and day.on.year != unknown:
            unknown = day.on.year
            yield _from_here(day)


def full(begin: datetime, due: Due, where: Where) -> Said:
    """The day on which so many have counted."""
    counted = [day.on for day in explained(begin, due, where) if day.counted]
    last = where.day(due.at - _TICK).isoformat()
    return Said(
        zh=f"其余各日计入，{last} 为第 {len(counted)} 个工作日",
        en=f"All other days count; {last} is working day {len(counted)}",
    )


def not_counted(on: date, why: str, words: tuple[str, str]) -> NotCounted:
    """A day that does not count, with its reason."""
    zh, en = words
    return NotCounted(
        date=on, why=why, zh=f"{on.isoformat()} 不计：{zh}", en=f"{on.isoformat()} does not count: {en}"
    )


def local(moment: datetime, where: Where) -> str:
    """A moment as people there write it; midnight ends the day before."""
    there = moment.astimezone(where.zone)
    if (there.hour, there.minute, there.second, there.microsecond) == (0, 0, 0, 0):
        return f"{(there - timedelta(days=1)).date().isoformat()} 24:00"
    return there.strftime("%Y-%m-%d %H:%M:%S")


def _through(count: Count, since: datetime, where: Where) -> Iterator[Said]:
    """Span by span: the first from its beginning, each of the others from where the one before ended."""
    first, *others = count.spans
    yield began(since, first, where)
    due = first.due(since, where)
    yield from _of_span(first, since, due, where)
    for span in others:
        begin = due.at if isinstance(span.length, timedelta) else due.at - _TICK
        due = span.after(due, where)
        yield Said(zh=f"再加 {span.text}", en=f"And {span.text} more")
        yield from _of_span(span, begin, due, where)


def _of_span(span: Span, begin: datetime, due: Due, where: Where) -> Iterator[Said]:
    """Elapsed time needs no days."""
    if not isinstance(span.length, timedelta):
        yield from days(begin, due, where)
        yield full(begin, due, where)


def _elapsed(count: Count, due: datetime) -> datetime | None:
    """The beginning of what is elapsed time throughout, from its end."""
    begin = due - count.still
    for span in count.spans:
        if not isinstance(span.length, timedelta):
            return None
        begin -= span.length
    return begin


def _not_kept(count: Count) -> Said:
    text = " + ".join(one.text for one in count.spans)
    return Said(zh=f"期限 {text}，起算时间当时未留存", en=f"For {text}; since when was not kept at that time")


def _stood_still(still: timedelta) -> Said:
    text = str(timedelta(seconds=round(still.total_seconds())))
    return Said(zh=f"其间暂停 {text}", en=f"It stood still for {text} meanwhile")


def _counted(day: Day) -> Said:
    zh, en = day.words
    return Said(zh=f"{day.on.isoformat()} 计入：{zh}", en=f"{day.on.isoformat()} counts: {en}")


def _from_here(day: Day) -> Said:
    """Said once of a year and not of each of its days."""
    zh, en = day.words
    return Said(zh=f"{day.on.isoformat()} 起：{zh}", en=f"From {day.on.isoformat()} on: {en}")
