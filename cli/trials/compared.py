"""Two lives of one incident side by side: what would have gone differently. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from cli.trials import wording
from cli.trials.life import Life
from cli.trials.wording import Difference

SHOWN = 3
"""How many dates of a list are told."""
STEPS: dict[str, tuple[str, ...]] = {
    "assignment": ("answer",),
    "referrals": ("transfer.answer", "referral.answer", "referral.result"),
    "supervision": (),
}
"""The steps of each part."""


def differences(before: Life, after: Life, without: Iterable[str] = ()) -> Iterator[Difference]:
    """What the draft does differently with one incident, without the parts that are not as recorded."""
    apart = frozenset(without)
    steps = {step for part in apart for step in STEPS[part]}
    if before.first_tier != after.first_tier:
        was, now = wording.tier(before.first_tier), wording.tier(after.first_tier)
        yield ("首办层级", "first tier"), f"{was} → {now}"
    yield from _deadlines(before, after, steps)
    yield from _more(_counted(before.overdue, steps), _counted(after.overdue, steps))
    if before.overdue_again != after.overdue_again:
        how = f"{_dates(before.overdue_again)} → {_dates(after.overdue_again)}"
        yield ("再次提醒超期", "said again that it is overdue"), how
    yield from _raised(Counter(before.raised), Counter(after.raised))
    if before.judged != after.judged:
        was, now = ("、".join(_way(*one) for one in life.judged) or "—" for life in (before, after))
        yield ("改判后上报", "raised by its new severity"), f"{was}，草案 draft: {now}"
    if "assignment" not in apart:
        yield from _assigned(before, after)
    if "supervision" not in apart:
        yield from _listed(before, after)
    if "referrals" not in apart:
        yield from _stopped(before, after)
    newly = Counter(after.refused) - Counter(before.refused)
    for (event, reason), _ in sorted(newly.items()):
        yield wording.not_allowed(event, reason)
    yield from _revisits(before, after)


def _counted(overdue: Iterable[tuple[str, str]], steps: set[str]) -> Counter[tuple[str, str]]:
    return Counter(one for one in overdue if one[1] not in steps)


def _deadlines(before: Life, after: Life, steps: set[str]) -> Iterator[Difference]:
    """Deadlines of the same step at the same tier, in order."""
    for key in dict.fromkeys((tier, step) for tier, step, _ in before.due if step not in steps):
        old, new = ([at for *where, at in one.due if tuple(where) == key] for one in (before, after))
        for was, now in zip(old, new, strict=False):
            if was != now:
                how = f"{wording.tier(key[0])}: {wording.at(was)} → {wording.at(now)}"
                yield wording.moved(wording.STEPS[key[1]], was, now), how


def _more(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> Iterator[Difference]:
    """A deadline is missed, or not; one that is asked for again is missed several times."""
    for (tier, step), count in sorted((after - before).items()):
        yield ("会超期", "would be overdue"), _times(tier, step, count)
    for (tier, step), count in sorted((before - after).items()):
        yield ("不再超期", "would not be overdue"), _times(tier, step, count)


def _times(tier: str, step: str, count: int) -> str:
    said = f"{wording.tier(tier)} {' '.join(wording.STEPS[step])}"
    return said if count == 1 else f"{said} ×{count}"


def _raised(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> Iterator[Difference]:
    """By a deadline, or because nobody took it."""
    for way, _ in sorted((after - before).items()):
        yield ("会自动上报", "would be raised by the rules"), _way(*way)
    for way, _ in sorted((before - after).items()):
        yield ("不再自动上报", "would not be raised by the rules"), _way(*way)


def _way(tier: str, to_tier: str) -> str:
    return f"{wording.tier(tier)} → {wording.tier(to_tier)}"


def _assigned(before: Life, after: Life) -> Iterator[Difference]:
    """Which role is asked by itself, in order, and what nobody would have taken."""
    if before.asked != after.asked:
        yield ("指派询问对象", "who is asked to take it"), f"{_asked(before)} → {_asked(after)}"
    if after.unclaimed != before.unclaimed:
        more = len(after.unclaimed) > len(before.unclaimed)
        zh = "会无人认领" if more else "不再无人认领"
        kind = (zh, "nobody would take it" if more else "somebody would take it")
        yield kind, f"{len(before.unclaimed)} → {len(after.unclaimed)}"


def _asked(life: Life) -> str:
    said = (f"{wording.tier(tier)} {wording.role(role)}" for tier, role in life.asked)
    return "、".join(said) or wording.NOBODY


def _listed(before: Life, after: Life) -> Iterator[Difference]:
    """Listings by rule, and when the rhythm reminds of what is listed, by rule or by hand."""
    if before.listed != after.listed:
        kind = (
            ("按规则挂牌", "listed by rule")
            if after.listed
            else ("不再按规则挂牌", "no longer listed by rule")
        )
        yield kind, f"{before.listed} → {after.listed}"
    if before.reminded != after.reminded:
        yield ("催办日期", "reminded of"), f"{_dates(before.reminded)} → {_dates(after.reminded)}"


def _stopped(before: Life, after: Life) -> Iterator[Difference]:
    """Whether the clock stands still while a body has the matter."""
    for was, now in zip(before.stopped, after.stopped, strict=False):
        if was != now:
            kind = (
                ("分流期间停止计时", "the clock stands still while it is out")
                if now
                else ("分流期间不再停止计时", "the clock runs on while it is out")
            )
            yield kind, f"{was} → {now}"


def _revisits(before: Life, after: Life) -> Iterator[Difference]:
    for was, now in zip(before.revisits, after.revisits, strict=False):
        if was[0] != now[0]:
            yield ("回访期限", "revisit planned for"), f"{wording.at(was[0])} → {wording.at(now[0])}"
        if was[1:] != now[1:]:
            yield ("后续回访轮次", "later rounds of revisits"), f"{_dates(was[1:])} → {_dates(now[1:])}"
    for late, later in zip(before.revisited_late, after.revisited_late, strict=False):
        if late != later:
            kind = ("会超期", "would be overdue") if later else ("不再超期", "would not be overdue")
            yield kind, " ".join(wording.STEPS["revisit"])


def _dates(moments: Iterable[datetime]) -> str:
    """How many, and the first few of them."""
    every = list(moments)
    if not every:
        return "0"
    some = ", ".join(wording.at(one) for one in every[:SHOWN])
    return f"{len(every)} ({some}{', …' if len(every) > SHOWN else ''})"
