"""台账: what a ledger shows, of which period, in which columns; every line of the history of every incident. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.base import Tier

Format = Literal["csv", "xlsx"]
COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("事件编号", "incident", 38),
    ("区划代码", "area", 16),
    ("事项类别", "category", 22),
    ("来源渠道", "channel", 22),
    ("严重程度", "severity", 18),
    ("受理时间", "reported at", 20),
    ("当前状态", "status now", 24),
    ("序号", "number", 8),
    ("层级", "tier", 16),
    ("事项", "what happened", 24),
    ("角色", "role", 20),
    ("经办人", "who", 20),
    ("发生时间", "happened at", 20),
    ("记录时间", "recorded at", 20),
    ("依据规则", "policy rule", 44),
    ("说明", "detail", 40),
)
"""Chinese heading, English heading, width in characters."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Incidents reported on these days, both included, in an area and all below it."""

    first: date
    last: date
    area: str | None
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    def name(self, tier: Tier, kind: Format) -> str:
        """What the file is called."""
        place = f"{tier}-{self.area}" if self.area else tier
        return f"ledger-{place}-{self.first:%Y%m%d}-{self.last:%Y%m%d}.{kind}"


def headings(zone: ZoneInfo) -> list[str]:
    """The first row; times are those of the centre, and say of which time zone."""
    return [f"{zh} {en} ({zone.key})" if en.endswith(" at") else f"{zh} {en}" for zh, en, _ in COLUMNS]
