"""吹哨 under another policy: who would be called, until when, and who would have been late; the same deeds. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cli.trials.recorded import Record
from policy.model import Policy
from schemas.codes import bare
from schemas.routing import Entry
from schemas.whistles import ResponseStep

STEPS: dict[str, ResponseStep] = {
    "whistle.acknowledged.v1": "acknowledge",
    "whistle.arrived.v1": "arrive",
    "whistle.supported.v1": "support",
    "whistle.reported.v1": "result",
}
OVER = ("whistle.ended.v1", "whistle.called-off.v1")
LEFT = ("whistle.excused.v1", "whistle.unresponsive.v1")
"""What ends a whistle, and what ends it for one participant."""


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who was called: a role, and how fast."""

    name: str
    role: str
    ring: str


@dataclass(frozen=True, slots=True)
class Blown:
    """A whistle as it is recorded, with all lines about it."""

    line: Entry
    number: str
    called: tuple[Callee, ...]
    lines: tuple[Entry, ...]

    @property
    def at(self) -> datetime:
        """From when its times are counted."""
        return self.line.recorded_at

    def done(self, name: str) -> dict[ResponseStep, Entry]:
        """The steps a participant has done."""
        return {STEPS[one.event]: one for one in self._about(name) if one.event in STEPS}

    def excused(self) -> Iterator[str]:
        """The reasons for which participants were excused."""
        for one in self.lines:
            if one.event == "whistle.excused.v1":
                yield (one.detail or "").split()[-2]

    def unresponsive(self, name: str) -> datetime | None:
        """When its silence was recorded."""
        found = (one.recorded_at for one in self._about(name) if one.event == "whistle.unresponsive.v1")
        return next(found, None)

    def over(self, name: str, until: datetime) -> datetime:
        """Until when it was waited for: its participant's end, the whistle's, or now."""
        ends = [one.recorded_at for one in self._about(name) if one.event in LEFT]
        ends += [one.recorded_at for one in self.lines if one.event in OVER]
        return min([until, *ends])

    def _about(self, name: str) -> Iterator[Entry]:
        place = f"whistle:{self.number}:{name}"
        return (one for one in self.lines if (one.detail or "").split()[0] == place)


def blown(record: Record) -> Iterator[Blown]:
    """The whistles of an incident, at whichever tier; those of imported history have no times."""
    for line in record.history:
        if line.event != "whistle.blown.v1" or record.incident.backfill:
            continue
        place, *called = (line.detail or "").split()
        about = (one for one in record.history if one.event.startswith("whistle."))
        lines = tuple(one for one in about if f"{(one.detail or '').split()[0]}:".startswith(f"{place}:"))
        yield Blown(line, place.partition(":")[2], tuple(map(_callee, called)), lines)


def _callee(said: str) -> Callee:
    """`p1:police:5-minutes`; a role may have colons of its own."""
    name, *role, ring = said.split(":")
    return Callee(name, ":".join(role), ring)


def by_policy(
    record: Record, whistle: Blown, policy: Policy, ring: str | None
) -> tuple[tuple[str, str], ...]:
    """Role and ring of everybody whom a policy calls to it."""
    severity, category = record.severity_at(whistle.at), record.incident.category
    at = policy.whistle.rule(policy.severity(severity), bare(category))
    return () if at is None else tuple(policy.whistle.callees(at, ring))


def ring_of(record: Record, whistle: Blown, own: Policy) -> str | None:
    """The one ring that was whistled for. Raises `ValueError` where the own policy calls others than are recorded."""
    recorded = tuple((one.role, one.ring) for one in whistle.called)
    if by_policy(record, whistle, own, None) == recorded:
        return None
    rings = {one.ring for one in whistle.called}
    only = next(iter(rings)) if len(rings) == 1 else None
    if only is None or by_policy(record, whistle, own, only) != recorded:
        raise ValueError("its own policy calls others")
    return only


@dataclass(frozen=True, slots=True)
class Times:
    """Until when each step of a participant is to be done, as far as that is known; and when silence counts."""

    due: dict[ResponseStep, datetime]
    unresponsive_at: datetime


def times(whistle: Blown, callee: Callee, ring: str, policy: Policy) -> Times | None:
    """The times of a participant under a policy, with the steps done when they were; None without such a ring."""
    rules = policy.whistle.rings.get(ring)
    if rules is None:
        return None
    done, due, before = whistle.done(callee.name), dict[ResponseStep, datetime](), None
    for step, span in rules.steps:
        if policy.whistle.since.of(step) == "whistle":
            due[step] = span.due(whistle.at, policy.where).at
        elif before is not None and before in done:
            due[step] = span.due(done[before].recorded_at, policy.where).at
        before = step
    acknowledged = rules.acknowledge.due(whistle.at, policy.where)
    return Times(due, rules.grace.after(acknowledged, policy.where).at)


def late(whistle: Blown, name: str, known: Times, until: datetime) -> set[ResponseStep]:
    """The steps that were done too late, or not by their time while they were waited for."""
    done, over = whistle.done(name), whistle.over(name, until)
    return {
        step
        for step, due_at in known.due.items()
        if (done[step].occurred_at if step in done else over) > due_at
    }
