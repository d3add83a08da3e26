"""The shapes in which figures leave: each with its definition, parts, cohort, as-of time, and whether it is final."""

from datetime import date, datetime

from pydantic import BaseModel

from services.metrics import periods
from services.metrics.definition import Better, Cohort, Kind, Rounding
from services.metrics.figures import Withheld
from services.metrics.finality import Provisional


class TierView(BaseModel):
    """As of when a tier's figures are current; stale when it has said nothing for a while."""

    as_of: str | None
    """Null when it has never been heard of."""
    stale: bool


class FigureView(BaseModel):
    """A figure, by the definition `id` (`id@version`); without a value, `withheld` says why."""

    id: str
    zh: str
    en: str
    kind: Kind
    numerator: int
    denominator: int | str | None
    """Null where nothing is divided, or it is not known; a headcount on average of some days may be `505.5918`."""
    value: str | None
    unit: str = "%"
    """In Chinese."""
    unit_en: str = "%"
    cohort_zh: str
    cohort_en: str
    as_of: datetime
    """As of when the tier that is furthest behind is current."""
    final: bool
    provisional: Provisional | None
    """Why it is not final."""
    withheld: Withheld | None
    apart: dict[str, int]
    """What must not disappear in the figure."""


class DistributionView(BaseModel):
    """Quantiles of a duration in seconds: the shortest time that half, 90 % or 99 % of the durations did not exceed."""

    id: str
    zh: str
    en: str
    count: int
    exact: int
    """How many of these durations are known to the second; the others are counted in buckets."""
    relative_error: float
    """By how much each quantile may be off: 0 where all durations are known to the second."""
    p50_seconds: float | None
    p90_seconds: float | None
    p99_seconds: float | None
    min_seconds: float | None
    """Null, like the longest, unless all durations are known to the second."""
    max_seconds: float | None
    unit: str
    unit_en: str
    cohort_zh: str
    cohort_en: str
    as_of: datetime
    final: bool
    provisional: Provisional | None


class OlderView(BaseModel):
    """So many of the backlog have been open for more than so many days."""

    days: int
    numerator: int
    denominator: int
    value: str | None
    """The percentage; null where nothing is open."""
    unit: str = "%"


class BacklogView(BaseModel):
    """What is open now, and for how many days since the day of its report; each age is that of one of them."""

    id: str
    zh: str
    en: str
    open: int
    unaged: int
    """How many of them have no age: counted before their report days were, or just being published by another tier."""
    median_days: int | None
    p90_days: int | None
    """Nine in ten are at most this old."""
    oldest_days: int | None
    older_than: tuple[OlderView, ...]
    unit: str
    unit_en: str
    cohort_zh: str
    cohort_en: str
    as_of: datetime
    final: bool
    provisional: Provisional | None


class PeriodView(BaseModel):
    """The days figures are of."""

    key: str | None
    """Such as `2026-W47`; null for days that are no calendar period."""
    kind: periods.Kind | None
    zh: str
    en: str
    first: date | None
    last: date | None
    whole: bool = True
    """Whether all of its days were asked for."""


class GroupView(BaseModel):
    """The figures of one area, period, category, channel or tier."""

    key: str
    zh: str
    en: str
    period: PeriodView | None = None
    """Of a group that is a period."""
    counts: dict[str, int]
    activities: dict[str, int]
    rates: tuple[FigureView, ...]
    counters: tuple[FigureView, ...] = ()
    """Counts and stocks, where they were asked for by `metric`."""
    distributions: tuple[DistributionView, ...] = ()
    """Durations that were asked for by `metric`; of categories and channels they are not kept apart."""


class WordView(BaseModel):
    """What a word of ours means."""

    zh: str
    en: str


class MetricsView(BaseModel):
    """Everything asked for, as of one moment. With `metric`, only those figures and the counts they are made of."""

    as_of: datetime
    """When it was read."""
    area: str
    period: PeriodView | None
    """The days asked for; null when none were."""
    tiers: dict[str, TierView]
    counts: dict[str, int]
    activities: dict[str, int]
    """E.g. `patrol`, `patrol.by.grid-staff`, `patrol.minutes`, `publicity.attendance`, `deliberation.raised`."""
    by_tier: dict[str, dict[str, int]]
    rates: tuple[FigureView, ...]
    counters: tuple[FigureView, ...]
    """Counts of the period, and stocks as they stood when its last day ended."""
    distributions: tuple[DistributionView, ...]
    """Empty when asked by category or channel: of these durations are not kept apart."""
    backlog: BacklogView | None = None
    """Where it was asked for by `metric=backlog`: as of now, whatever the period."""
    groups: tuple[GroupView, ...]
    words: dict[str, WordView]
    """The reasons that stand in `withheld` and `provisional`."""


class DefinitionView(BaseModel):
    """What a figure is; `id` as figures carry it."""

    id: str
    file: str
    """The definition it comes from, which may have one figure for each ring or role."""
    zh: str
    en: str
    kind: Kind
    formula: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    per: str | None
    tier: str | None
    apart: tuple[str, ...]
    cohort: Cohort
    unit: str
    unit_en: str
    rounding: Rounding
    smallest: int
    within: bool
    whole_months: bool
    """Whether it has a value for whole months only."""
    better: Better
    """Which way areas are ranked by it; `none`: not at all."""
    rank_from: int
    """From which denominator on an area has a rank."""
    settles_days: int


class DefinitionsView(BaseModel):
    """All figures there are."""

    definitions: tuple[DefinitionView, ...]
    words: dict[str, WordView]
    """The reasons for which a figure may have no value, or is not final."""


class AreaView(BaseModel):
    """One entry of the area registry."""

    code: str
    tier: str
    name: str
    parent: str | None


class AreasView(BaseModel):
    """The area registry."""

    areas: tuple[AreaView, ...]
