"""The shapes in which the restatement log leaves: an event, what it changed, and a figure before and after."""

from datetime import date, datetime

from pydantic import BaseModel

from services.metrics import figures, showing
from services.metrics.definition import Definition
from services.metrics.headcounts import Headcount
from services.metrics.restated import Kind
from services.metrics.restatement_pages import Logged
from services.metrics.undoing import Step, Sum


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


def of(one: Definition) -> OfView:
    """Which figure a definition is of."""
    return OfView(
        id=one.key,
        zh=one.zh,
        en=one.en,
        unit=one.unit.zh,
        unit_en=one.unit.en,
        cohort_zh=one.cohort.zh,
        cohort_en=one.cohort.en,
    )


def row_view(row: Logged, one: Definition | None, step: Step | None, heads: Headcount) -> RestatementView:
    """A row as it is shown, with the figure before and after where one was asked for; one by person needs its heads."""
    key = row.key
    event = EventView(
        id=key.event,
        source=row.source,
        type=row.type,
        occurred_at=row.occurred_at,
        recorded_at=key.recorded_at,
    )
    restated = None
    if one is not None and step is not None:
        restated = RestatedView(before=_parts(one, step.before, heads), after=_parts(one, step.after, heads))
    return RestatementView(
        event=event,
        kind=row.kind,
        tier=row.tier,
        area=key.area,
        day=date.fromisoformat(key.day),
        category=key.category,
        channel=key.channel,
        changes=row.changes,
        figure=restated,
    )


def _parts(one: Definition, counts: Sum, heads: Headcount) -> PartsView:
    found = figures.figure(one, counts, heads)
    return PartsView(
        numerator=found.numerator,
        denominator=showing.plain(found.denominator),
        value=found.value,
        withheld=found.withheld,
    )
