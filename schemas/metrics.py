"""What metrics says: the current values of each additive cell, and that it is alive."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

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


Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")]


class MetricCohort(BaseModel):
    """Of what a figure is: which matters, and under which moment's day its parts are counted."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    zh: str
    en: str
    by: Word


class MetricRounding(BaseModel):
    """How a value is written; published figures differ by it alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    digits: Annotated[int, Field(ge=0)]
    mode: Word
    """`half-up` or `truncate`."""


class MetricDefinition(Event):
    """What a figure is, so that whoever adds up cells comes to the same value.

    Under the key `definition|<id>@<version>`. A figure that is changed gets a new version, which runs beside the old
    one; one that is retired is said with a null value.
    """

    type: ClassVar[str] = "metric.definition.v1"
    tier: Tier
    """Whose metrics shows it."""
    id: str
    version: Annotated[int, Field(ge=1)]
    zh: str
    en: str
    kind: Word
    """`count`, `share`, `ratio`, `stock` (what was added on all days up to one), `duration`, or another, later."""
    formula: str
    """In measures, to be read by people."""
    numerator: tuple[Measure, ...]
    numerator_tier: Tier | None = None
    """Restricts the numerator to the cells of one tier; the denominator always covers all of them."""
    denominator: tuple[Measure, ...] = ()
    per: Word | None = None
    """What is divided by where that is no sum of measures, such as `headcount`."""
    headcount: str | None = None
    """Which way of counting heads that is."""
    apart: tuple[Measure, ...] = ()
    """Measures to be shown beside the figure, because they must not disappear in it."""
    cohort: MetricCohort
    settles_days: Annotated[int, Field(ge=0)]
    """So many days after a period its facts may still change by their nature."""
    unit_zh: str
    unit_en: str
    rounding: MetricRounding
    smallest: Annotated[int, Field(ge=1)] = 1
    """The smallest denominator worth showing."""
    within: bool = False
    """Whether what is counted is a part of the denominator: more than that shows that to be incomplete."""
    whole_months: bool = False
    """Whether it has a value for whole months only, because something of it is known by the month."""
    better: Word = "none"
    """Which way areas are ranked by it: `higher`, `lower`, or `none`: not at all."""
    rank_from: Annotated[int, Field(ge=1)] = 1
    """From which denominator on an area has a rank."""


Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}\.[0-9]{1,4}$")]
"""A decimal number; written out, so that every reader has the same."""


class MetricUnusualDay(Event):
    """异常日: an area and category had far more (spike) or less (silence) on a day than its weekday usually has.

    Judged once, some hours after the day was over, by what this tier had received for that day by `as_of`; under the
    key `unusual|<area>|<category>|<day>|<rule>`. It is a hint to look, not a figure: a day that is restated later
    keeps its mark, with what was seen then.
    """

    type: ClassVar[str] = "metric.unusual-day.v1"
    tier: Tier
    area: str
    category: str = ""
    """Empty: all categories together."""
    day: date
    kind: Literal["spike", "silence"]
    seen: Annotated[int, Field(ge=0)]
    """Reports received under this day."""
    expected: Number
    """The median of its weekday in the weeks before, times `season`."""
    season: Number
    """How the same weeks of earlier years stood to the weeks before them; 1.00 where there is no earlier year."""
    score: Number
    """So many robust spreads lie between."""
    rule: str
    """How it was judged, in which version, and by which policy."""
    as_of: AwareDatetime


class MetricHeartbeat(Event):
    """The tier's figures are current as of `as_of`: sent every two seconds, even when nothing changes."""

    type: ClassVar[str] = "metric.heartbeat.v1"
    tier: Tier
    as_of: AwareDatetime
