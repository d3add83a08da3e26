"""What a draft does differently with the whistles of an incident: who is called, until when, who is late. Pure."""

from collections.abc import Iterator
from datetime import datetime

from cli.trials import wording
from cli.trials.called import Blown, Callee, blown, by_policy, late, ring_of, times
from cli.trials.recorded import Record
from cli.trials.wording import RESPONSES, Difference
from policy.model import Policy
from schemas.codes import bare
from schemas.whistles import RESPONSE_STEPS

Pair = tuple[Callee, str]
"""Somebody who was called, and the ring the draft would call them in."""


def differences(record: Record, own: Policy, draft: Policy, until: datetime) -> Iterator[Difference]:
    """Of all its whistles. Raises `ValueError` where the own policy does not lead to what is recorded."""
    for whistle in blown(record):
        pairs = [(one, one.ring) for one in whistle.called]
        if whistle.line.rule is not None:
            ring = ring_of(record, whistle, own)
            called = by_policy(record, whistle, draft, ring)
            yield from _called(whistle, called)
            pairs = list(_both(whistle, called))
        for one, ring_name in pairs:
            yield from _responses(whistle, (one, ring_name), (own, draft), until)
        for reason in whistle.excused():
            if bare(reason) in own.whistle.excuse and bare(reason) not in draft.whistle.excuse:
                yield wording.not_allowed("whistle.excused.v1", "reason-not-allowed")


def _called(whistle: Blown, called: tuple[tuple[str, str], ...]) -> Iterator[Difference]:
    """Who would be called, and who would not."""
    if not called:
        yield wording.not_allowed("whistle.blown.v1", "nobody-to-call")
        return
    before = {(one.role, one.ring) for one in whistle.called}
    if before != set(called):
        was = "、".join(_who(one.role, one.ring) for one in whistle.called)
        now = "、".join(_who(*one) for one in called)
        yield ("吹哨召集对象", "called to a whistle"), f"{was} → {now}"


def _who(role: str, ring: str) -> str:
    return f"{wording.role(role)} ({ring})"


def _both(whistle: Blown, called: tuple[tuple[str, str], ...]) -> Iterator[Pair]:
    """Those whom both policies call; what somebody else would have done is not known."""
    left = list(called)
    for one in whistle.called:
        same = (one.role, one.ring)
        found = same if same in left else next((other for other in left if other[0] == one.role), None)
        if found is not None:
            left.remove(found)
            yield one, found[1]


def _responses(
    whistle: Blown, pair: Pair, policies: tuple[Policy, Policy], until: datetime
) -> Iterator[Difference]:
    one, ring = pair
    was, now = (
        times(whistle, one, name, policy) for name, policy in zip((one.ring, ring), policies, strict=True)
    )
    if was is None or now is None:
        if was is not None:
            yield wording.not_allowed("whistle.blown.v1", "unknown-ring")
        return
    who = wording.role(one.role)
    for step in RESPONSE_STEPS:
        if step in was.due and step in now.due and was.due[step] != now.due[step]:
            kind = wording.moved(RESPONSES[step], was.due[step], now.due[step])
            yield kind, f"{who}: {wording.at(was.due[step])} → {wording.at(now.due[step])}"
    before, after = (late(whistle, one.name, known, until) for known in (was, now))
    for step in RESPONSE_STEPS:
        said = f"{who}: {' '.join(RESPONSES[step])}"
        if step in was.due and step in after - before:
            yield ("吹哨会超时", "would be late at a whistle"), said
        if step in now.due and step in before - after:
            yield ("吹哨不再超时", "would not be late at a whistle"), said
    yield from _silent(whistle, one, was.unresponsive_at, now.unresponsive_at)


def _silent(whistle: Blown, one: Callee, was: datetime, now: datetime) -> Iterator[Difference]:
    """Whose silence would (not) have been recorded; somebody who was given up on might still have come."""
    said = f"{wording.role(one.role)}: {wording.at(was)} → {wording.at(now)}"
    answered = whistle.done(one.name).get("acknowledge")
    if answered is not None and was >= answered.recorded_at > now:
        yield ("会记为未响应", "would be recorded as unresponsive"), said
    if whistle.unresponsive(one.name) is not None and now > was:
        yield ("未响应会晚记", "would be waited for longer"), said
