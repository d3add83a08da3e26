"""Things recorded without a network: which of them are let in, which came before, which are refused. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from schemas.base import Tier
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from schemas.intake import ActionReceived, ActivityRecorded, IncidentReported
from schemas.offline import Differences
from schemas.topics import source_of
from services.intake.activity import recorded
from services.intake.known import NOTHING, Known
from services.intake.report import (
    NotAccepted,
    NumberKnown,
    Origin,
    Registry,
    incident_id_of,
    received,
    reported,
)

Kind = Literal["report", "action", "activity"]
State = Literal["accepted", "done", "refused", "conflict"]
"""Accepted: durable; an action becomes one of the others when it has been decided."""
CHANGED = "changed-meanwhile"
"""The reason of a refusal that is a conflict."""
Given = ReportSubmitted | ActionSubmitted | ActivitySubmitted
LetIn = IncidentReported | ActionReceived | ActivityRecorded
Secret = Mapping[str, str]
"""What only the vault may hold: field → what was said, such as `p1.telephone`."""


def device_source(tier: Tier, device: str) -> str:
    """The source a device's items have: other systems cannot take it, names that begin so are ours."""
    return f"{source_of('intake', tier)}/devices/{device}"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a device recorded; `problem` says why it cannot even be read."""

    id: str
    digest: bytes
    given: Given | None = None
    text: str | None = None
    """What was told in words: triage looks at it."""
    secret: Secret | None = None
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An item that was let in, and what became of it."""

    id: str
    digest: bytes
    kind: Kind
    about: str
    state: State = "accepted"
    reason: str | None = None
    conflicts: Differences = ()
    known: Known = NOTHING
    """What there is by now of what it told."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a batch says of one of its items: let in now, before (`repeated`), or not, and why; later only the last."""

    id: str
    repeated: bool | None = None
    problem: dict[str, Any] | None = None


@dataclass(slots=True)
class Sorted:
    """A batch sorted out: a line for each item in its order, and what is new of them."""

    lines: list[Line] = field(default_factory=list)
    fresh: list[Kept] = field(default_factory=list)
    events: list[tuple[Item, LetIn]] = field(default_factory=list)


REUSED = [("id", "was used before, for something else")]
ERASED = [("id", "names something that was erased since")]
Explain = Callable[[NotAccepted, Kind], dict[str, Any]]
Offer = Callable[[IncidentReported], str | None]
"""Notes the offer a report is; the incident that has its source's number, if one has."""


@dataclass(frozen=True, slots=True)
class Sorter:
    """When items are sorted out, how a refusal is put to the device, and who knows the sources' own numbers."""

    now: datetime
    explain: Explain
    offer: Offer


def kind_of(given: Given | None) -> Kind:
    """What an item is, as it was sent; what cannot be read is answered before it is asked for."""
    match given:
        case ActionSubmitted():
            return "action"
        case ActivitySubmitted():
            return "activity"
        case _:
            return "report"


def names_in(items: Iterable[Item]) -> set[str]:
    """The names of items, and of the reports of earlier batches that actions among them are about."""
    given = [(one.id, one.given) for one in items]
    reports = {
        asked.report_id for _, asked in given if isinstance(asked, ActionSubmitted) and asked.report_id
    }
    return {name for name, _ in given} | reports


def sort_out(
    registry: Registry, source: str, items: Sequence[Item], known: Mapping[str, Kept], sorter: Sorter
) -> Sorted:
    """Takes items in the order in which they were recorded; each is judged by itself."""
    done = Sorted()
    seen = dict(known)
    for item in items:
        before = seen.get(item.id)
        if item.problem is not None:
            done.lines.append(Line(item.id, problem=item.problem))
        elif before is not None:
            done.lines.append(_again(before, item, sorter))
        else:
            try:
                event = _let_in(registry, source, item, seen, sorter)
            except NotAccepted as refusal:
                done.lines.append(Line(item.id, problem=sorter.explain(refusal, kind_of(item.given))))
                continue
            seen[item.id] = kept = _kept(item, event)
            done.lines.append(Line(item.id, repeated=False))
            done.fresh.append(kept)
            done.events.append((item, event))
    return done


def _again(before: Kept, item: Item, sorter: Sorter) -> Line:
    if before.known.erased:
        return Line(item.id, problem=sorter.explain(NotAccepted("erased", ERASED), before.kind))
    if before.known.same(before.digest, [item.digest]):
        return Line(item.id, repeated=True)
    return Line(item.id, problem=sorter.explain(NotAccepted("id-reused", REUSED), kind_of(item.given)))


def let_in(registry: Registry, origin: Origin, given: Given, now: datetime, offer: Offer) -> LetIn:
    """The event of something that came through any door, under the id it has there. Raises `NotAccepted`."""
    match given:
        case ReportSubmitted():
            event = reported(registry, origin, given, now)
            if (known := offer(event)) is not None:
                raise NumberKnown(known)
            return event
        case ActionSubmitted():
            return received(registry, origin.source, given, now)
        case ActivitySubmitted():
            return recorded(registry, origin.incident_id, origin.source, given, now)


def _let_in(registry: Registry, source: str, item: Item, seen: Mapping[str, Kept], sorter: Sorter) -> LetIn:
    assert item.given is not None, "an item without a problem says something"
    named = item.given.report_id if isinstance(item.given, ActionSubmitted) else None
    if named is not None and (named not in seen or seen[named].kind != "report"):
        raise NotAccepted("unknown-report", [("report_id", "is no report of this device that was accepted")])
    # who did an activity stays here, and a device is somebody's: its event says only that it came by one
    told = (
        device_source(registry.tier, "").rstrip("/") if isinstance(item.given, ActivitySubmitted) else source
    )
    origin = Origin(incident_id_of(source, item.id), told, item.text)
    return let_in(registry, origin, item.given, sorter.now, sorter.offer)


def _kept(item: Item, event: LetIn) -> Kept:
    match event:
        case IncidentReported():
            return Kept(item.id, item.digest, "report", event.incident_id)
        case ActionReceived():
            return Kept(item.id, item.digest, "action", event.incident_id)
        case ActivityRecorded():
            return Kept(item.id, item.digest, "activity", event.activity_id)
