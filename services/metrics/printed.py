"""The figures as a table: a row for each figure and group, with everything that a figure carries. Pure."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from decimal import Decimal

from doors.spreadsheet import Cell
from services.metrics.showing import WORDS
from services.metrics.views import (
    BacklogView,
    DistributionView,
    FigureView,
    GroupView,
    MetricsView,
    PeriodView,
)

HEADINGS = (
    "区划代码 area", "区划名称 area name", "分组 group", "分组名称 group name", "group name (en)", "期间 period",
    "首日 first day", "末日 last day", "指标 figure", "指标名称 name", "name (en)", "类型 kind", "分位 quantile",
    "分子 numerator", "分母 denominator", "数值 value", "单位 unit", "unit (en)", "口径 cohort", "cohort (en)",
    "数据截至 as of", "终值 final", "未定原因 why provisional", "不公布原因 why withheld", "另计 apart",
)  # fmt: skip
YES_NO = {True: "是 yes", False: "否 no"}
AGES = {"p50": "median_days", "p90": "p90_days", "max": "oldest_days"}
QUANTILES = {"p50": "p50_seconds", "p90": "p90_seconds", "p99": "p99_seconds"}


def rows(found: MetricsView, labels: Mapping[str, tuple[str, str]], zone: tzinfo) -> Iterator[list[Cell]]:
    """First the whole, then each group."""
    area: list[Cell] = [found.area, labels.get(found.area, ("", ""))[0]]
    for one in (*found.rates, *found.counters):
        yield [*area, *_group(None), *_days(found.period), *_figure(one, zone)]
    for took in found.distributions:
        for cells in _durations(took, zone):
            yield [*area, *_group(None), *_days(found.period), *cells]
    for cells in _ages(found.backlog, zone) if found.backlog else ():
        yield [*area, *_group(None), None, None, None, *cells]
    for group in found.groups:
        for one in (*group.rates, *group.counters):
            yield [*area, *_group(group), *_days(group.period or found.period), *_figure(one, zone)]
        for took in group.distributions:
            for cells in _durations(took, zone):
                yield [*area, *_group(group), *_days(group.period or found.period), *cells]


def _group(group: GroupView | None) -> list[Cell]:
    return [None, None, None] if group is None else [group.key, group.zh, group.en]


def _days(period: PeriodView | None) -> list[Cell]:
    if period is None:
        return [None, None, None]
    first, last = (one.isoformat() if one else None for one in (period.first, period.last))
    return [period.key if period.whole else None, first, last]


def _figure(one: FigureView, zone: tzinfo) -> list[Cell]:
    """A value is a number to a spreadsheet, and keeps the digits of its definition."""
    apart = " ".join(f"{name}={value}" for name, value in one.apart.items())
    return [
        one.id, one.zh, one.en, one.kind, None, one.numerator, one.denominator, number(one.value),
        one.unit, one.unit_en, *_said(one, zone), word(one.withheld), apart,
    ]  # fmt: skip


def _durations(one: DistributionView, zone: tzinfo) -> Iterator[list[Cell]]:
    """Quantiles, with how many durations they are of as the numerator, and beside them how exact they are."""
    apart = f"exact={one.exact} relative_error={one.relative_error:g}"
    for name, field in QUANTILES.items():
        value: float | None = getattr(one, field)
        yield [
            one.id, one.zh, one.en, "duration", name, one.count, None,
            number(None if value is None else f"{value:.3f}"), one.unit, one.unit_en, *_said(one, zone), None, apart,
        ]  # fmt: skip


def _ages(one: BacklogView, zone: tzinfo) -> Iterator[list[Cell]]:
    """Ages of what is open, and how many are older than so many days; of now, so without any day."""
    named: list[Cell] = [one.id, one.zh, one.en, "age"]
    said: list[Cell] = [*_said(one, zone), None, f"unaged={one.unaged}"]
    for name, field in AGES.items():
        yield [*named, name, one.open, None, getattr(one, field), one.unit, one.unit_en, *said]
    for older in one.older_than:
        parts: list[Cell] = [f"> {older.days}", older.numerator, older.denominator, number(older.value)]
        yield [*named, *parts, older.unit, older.unit, *said]


def _said(one: FigureView | DistributionView | BacklogView, zone: tzinfo) -> list[Cell]:
    as_of = one.as_of.astimezone(zone).isoformat(timespec="seconds")
    return [one.cohort_zh, one.cohort_en, as_of, YES_NO[one.final], word(one.provisional)]


def number(value: str | None) -> Decimal | None:
    """A value as a spreadsheet computes with it, with the digits of its definition."""
    return None if value is None else Decimal(value)


def word(reason: str | None) -> str | None:
    """A reason in both languages."""
    return None if reason is None else f"{WORDS[reason].zh} {WORDS[reason].en}"
