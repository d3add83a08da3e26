"""What metrics says: the current values of each additive cell, and that it is alive."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import Event, Tier

Measure = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,120}$")]


class MetricCell(Event):
    """The current counts of one cell. Cells add up, measure by measure, over areas, days, categories, channels, tiers.

    `day` is a day in the policy's time zone. Durations stand in cells without category and channel: all of them in
    buckets (`time_to_accept:0042`), and where `added:time_to_accept` is few, also to the second
    (`exact:time_to_accept:86400`). `version` grows with every change of the cell: a reader keeps the highest.
    """

    type: ClassVar[str] = "metric.cell.v1"
    tier: Tier
    area: str
    day: date
    category: str = ""
    channel: str = ""
    counts: tuple[tuple[Measure, int], ...]
    """Pairs of measure and value."""
    version: Annotated[int, Field(ge=1)]


class MetricRestated(Event):
    """An event changed the counts of a day that was over when the event was recorded: nothing is restated silently.

    The counts themselves travel as cells. This says which event changed them, and by how much; one for each cell it
    changed, under the key `restated|<event>|<cell>`. The same is said again after a replay.
    """

    type: ClassVar[str] = "metric.restated.v1"
    tier: Tier
    event: str
    """The CloudEvents id of the event; with `event_source` its name."""
    event_source: str
    event_type: str
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    """By which the day was over. In this order changes are undone, from the current value back."""
    kind: Literal["late", "matured"]
    """Late: it happened on an earlier day than it was recorded. Matured: it was recorded on the day it happened, and
    is counted under an earlier one, as a closing is counted under the day of its report."""
    area: str
    day: date
    category: str = ""
    channel: str = ""
    changes: tuple[tuple[Measure, int], ...]
    """Pairs of measure and by how much it changed, in the order of their names."""


class MetricHeartbeat(Event):
    """The tier's figures are current as of `as_of`: sent every two seconds, even when nothing changes."""

    type: ClassVar[str] = "metric.heartbeat.v1"
    tier: Tier
    as_of: AwareDatetime
