"""What metrics says: the current value of each additive cell, and that it is alive."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from schemas.base import Event, Tier


class MetricCell(Event):
    """The current value of one cell. Cells add up over areas, days, categories, channels and tiers.

    `day` is a day in the policy's time zone; empty `day`, `category` and `channel` together mean the total of the area.
    `version` grows with every change of the cell: a reader keeps the highest.
    """

    type: ClassVar[str] = "metric.cell.v1"
    tier: Tier
    measure: Annotated[str, Field(pattern=r"^[a-z0-9_.:-]{1,60}$")]
    area: str
    day: date | None = None
    category: str = ""
    channel: str = ""
    value: int
    version: int


class MetricHeartbeat(Event):
    """The tier's figures are current as of `as_of`: sent every two seconds, even when nothing changes."""

    type: ClassVar[str] = "metric.heartbeat.v1"
    tier: Tier
    as_of: AwareDatetime
