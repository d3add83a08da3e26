"""What metrics says: the current values of each additive cell, and that it is alive."""

from datetime import date
from typing import Annotated, ClassVar

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


class MetricHeartbeat(Event):
    """The tier's figures are current as of `as_of`: sent every two seconds, even when nothing changes."""

    type: ClassVar[str] = "metric.heartbeat.v1"
    tier: Tier
    as_of: AwareDatetime
