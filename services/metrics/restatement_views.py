"""The shapes in which the restatement log leaves: an event, what it changed, and a figure before and after."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from pydantic import BaseModel

from services.metrics import figures
from services.metrics.definition import Definition
from services.metrics.headcounts import Headcount, People
from services.metrics.periods import Period
from services.metrics.restated import Kind
from services.metrics.restatement_pages import Logged
from services.metrics.showing import NOT_ASKED, WORDS, plain
from services.metrics.undoing import Step, Sum
from services.metrics.views import WordView


class PartsView(BaseModel):
    """A figure at one moment; without a value, `withheld` says why."""

    numerator: int
    denominator: int | str | None
    value: str | None
    withheld: figures.Withheld | None


class RestatedView(BaseModel):
    """The figure before and after one change: of the period asked for, or without one of the day it changed."""

    before: PartsView
    after: PartsView


class EventView(BaseModel):
    """The event that changed it: its CloudEvents name, and when it happened and was recorded."""

    id: str
    source: str
    type: str
    occurred_at: datetime
    recorded_at: datetime


class RestatementView(BaseModel):
    """One event's changes to the counts of one area, day, category and channel."""

    event: EventView
    kind: Kind
    """`late`: it happened on an earlier day than it was recorded; `matured`: it only is counted under one."""
    tier: str
    area: str
    day: date
    category: str
    channel: str
    changes: dict[str, int]
    """Measure → by how much."""
    figure: RestatedView | None
    """Null where no metric was asked for."""


class OfView(BaseModel):
    """Which figure."""

    id: str
    zh: str
    en: str
    unit: str
    unit_en: str
    cohort_zh: str
    cohort_en: str


class RestatementsView(BaseModel):
    """A page of the log, newest first; `next` asks for the one after, null at the end."""

    as_of: datetime
    area: str
    period: str | None
    metric: OfView | None
    restatements: tuple[RestatementView, ...]
    next: str | None
    words: dict[str, WordView]
    """The reasons that stand in `withheld`."""


@dataclass(frozen=True, slots=True)
class Told:
    """The figure that rows are told with: of whose people it may be, and of which period, or of each row's own day."""

    definition: Definition
    people: People
    period: Period | None

    @property
    def name(self) -> OfView:
        """Which figure."""
        one = self.definition
        return OfView(
            id=one.key, zh=one.zh, en=one.en, unit=one.unit.zh, unit_en=one.unit.en,
            cohort_zh=one.cohort.zh, cohort_en=one.cohort.en,
        )  # fmt: skip

    def around(self, step: Step, day: date) -> RestatedView:
        """The figure before and after a change of a day."""
        period = self.period or Period("day", day)
        named = self.definition.headcount
        heads = NOT_ASKED if named is None else self.people.of(named, period.first, period.last)
        part = self.definition.whole_months and period.kind in {"day", "week"}
        before, after = (self._parts(one, heads, part=part) for one in (step.before, step.after))
        return RestatedView(before=before, after=after)

    def _parts(self, counts: Sum, heads: Headcount, *, part: bool) -> PartsView:
        found = figures.figure(self.definition, counts, heads)
        if part:
            found = replace(found, value=None, withheld="part-of-a-month")
        return PartsView(
            numerator=found.numerator,
            denominator=plain(found.denominator),
            value=found.value,
            withheld=found.withheld,
        )


def row_view(row: Logged, told: Told | None, step: Step | None) -> RestatementView:
    """A row as it is shown, with the figure before and after where one was asked for."""
    key, day = row.key, date.fromisoformat(row.key.day)
    times = {"occurred_at": row.occurred_at, "recorded_at": key.recorded_at}
    return RestatementView(
        event=EventView(id=key.event, source=row.source, type=row.type, **times),
        kind=row.kind,
        tier=row.tier,
        area=key.area,
        day=day,
        category=key.category,
        channel=key.channel,
        changes=row.changes,
        figure=None if told is None or step is None else told.around(step, day),
    )


def words_of(rows: Iterable[RestatementView]) -> dict[str, WordView]:
    """The reasons that stand in these rows."""
    parts = (one for row in rows if row.figure for one in (row.figure.before, row.figure.after))
    return {word: WORDS[word] for word in sorted({one.withheld for one in parts if one.withheld})}
