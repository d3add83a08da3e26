"""A row of a file of past cases becomes the events it stands for, or is refused with a reason. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cli.importing.mapping import ISO, CaseMapping, Coding
from cli.importing.places import Places, UnknownPlace
from policy.load import Area
from schemas.actions import Accept, Resolve
from schemas.base import Event, Tier, tier_of
from schemas.codes import CodeList, resolve
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.opaque import NUMBER

LONGEST_ID = 180
"""Leaves room for `/resolve` within what the inbound topic allows."""
REFERENCE = re.compile(r"[A-Za-z0-9._:@/-]{1,64}")
"""What a source's number may be."""
STEPS = ("/accept", "/resolve")


class RowRefused(ValueError):
    """The row cannot be imported; the message is the reason and the column at fault, never a cell."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One event as it is sent: CloudEvents id and type, and the JSON body."""

    id: str
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """A past case: the tier it belongs to, and its events in order."""

    id: str
    tier: Tier
    submissions: tuple[Submission, ...]


@dataclass(frozen=True, slots=True)
class _Times:
    opened: datetime
    accepted: datetime | None
    target: datetime | None
    closed: datetime | None


class Reader:
    """Reads rows as a mapping says; `now` is the moment nothing in the past can be later than."""

    def __init__(
        self, mapping: CaseMapping, lists: dict[str, CodeList], areas: Mapping[str, Area], now: datetime
    ) -> None:
        self._mapping = mapping
        self._now = now
        self._zone = ZoneInfo(mapping.time_zone)
        self._places = Places(mapping.area, areas)
        self._codes = {
            kind: _Codes(kind, coding, lists)
            for kind, coding in (
                ("category", mapping.category),
                ("channel", mapping.channel),
                ("severity", mapping.severity),
            )
        }

    def case_id(self, row: Mapping[str, str]) -> str:
        """The case's own id. Raises `RowRefused` when there is none that could be sent."""
        name, column = row[self._mapping.columns.id].strip(), self._mapping.columns.id
        if not name:
            raise RowRefused(f"missing-id ({column})")
        if len(name) > LONGEST_ID or not name.isprintable() or "\N{REPLACEMENT CHARACTER}" in name:
            raise RowRefused(f"unusable-id ({column})")
        if name.endswith(STEPS):
            raise RowRefused(f"unusable-id ({column})")  # it could not be told from another case's step
        return name

    def case(self, row: Mapping[str, str]) -> Case:
        """The case of a row. Raises `RowRefused`."""
        name = self.case_id(row)
        times = self._times(row)
        try:
            area = self._places.find(row)
        except UnknownPlace as error:
            raise RowRefused(str(error)) from None
        codes = {kind: one.of(row) for kind, one in self._codes.items()}
        report = ReportSubmitted(
            area=area,
            **codes,
            occurred_at=times.opened,
            target_at=times.target,
            parties=self._mapping.parties,
            backfill=True,
            source_number=self._number(row),
        )
        steps = [_submission(name, report), *self._actions(name, times)]
        return Case(name, tier_of(area), tuple(steps))

    def _number(self, row: Mapping[str, str]) -> str | None:
        column = self._mapping.columns.source_number
        number = row[column].strip() if column else ""
        if number and (not REFERENCE.fullmatch(number) or NUMBER.search(number)):
            raise RowRefused(f"unusable-source-number ({column})")
        return number or None

    def _actions(self, name: str, times: _Times) -> list[Submission]:
        steps: list[Submission] = []
        if times.accepted:
            accept = ActionSubmitted(report_id=name, occurred_at=times.accepted, action=Accept())
            steps.append(_submission(name + STEPS[0], accept))
        if times.closed and (ending := self._mapping.closed):
            action = Resolve(method=ending.method, outcome=ending.outcome, agreement=ending.agreement)
            resolved = ActionSubmitted(report_id=name, occurred_at=times.closed, action=action)
            steps.append(_submission(name + STEPS[1], resolved))
        return steps

    def _times(self, row: Mapping[str, str]) -> _Times:
        columns = self._mapping.columns
        opened, closed = self._time(row, columns.opened), self._time(row, columns.closed)
        accepted, target = self._time(row, columns.accepted), self._time(row, columns.target)
        if opened is None:
            raise RowRefused(f"missing-time ({columns.opened})")
        self._in_order({"opened": opened, "accepted": accepted, "closed": closed})
        return _Times(opened, accepted or (closed and opened), target, closed)

    def _in_order(self, moments: Mapping[str, datetime | None]) -> None:
        before, last = "", datetime.min.replace(tzinfo=UTC)
        for step, moment in moments.items():
            if moment is None:
                continue
            if moment > self._now:
                raise RowRefused(f"future-time ({getattr(self._mapping.columns, step)})")
            if moment < last:
                raise RowRefused(f"{step}-before-{before}")
            before, last = step, moment

    def _time(self, row: Mapping[str, str], column: str | None) -> datetime | None:
        """A cell's moment in UTC; a local time that comes twice in a year is read as the first of the two."""
        text = row[column].strip() if column else ""
        if not text:
            return None
        for form in self._mapping.time_formats:
            try:
                read = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007
                return (read if read.tzinfo else read.replace(tzinfo=self._zone)).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise RowRefused(f"unreadable-time ({column})")


class _Codes:
    """What a mapping's cells mean in full codes, worked out once."""

    def __init__(self, kind: str, coding: Coding, lists: dict[str, CodeList]) -> None:
        self._kind = kind
        self._column = coding.column
        own = lists[coding.list].codes if coding.list else ()
        self._full = {code: f"{coding.list}:{code}" for code in own}
        self._full |= {cell: resolve(lists, kind, code) for cell, code in coding.values.items()}
        self._default = None if coding.default is None else resolve(lists, kind, coding.default)

    def of(self, row: Mapping[str, str]) -> str:
        cell = row[self._column].strip() if self._column else ""
        code = self._full.get(cell, self._default)
        if code is None:
            raise RowRefused(f"{'unknown' if cell else 'missing'}-{self._kind} ({self._column})")
        return code


def _submission(name: str, event: Event) -> Submission:
    return Submission(name, event.type, event.model_dump_json(exclude_none=True).encode())
