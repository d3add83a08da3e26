"""The restatement log as a table: a row for each change, with the event, and the figure before and after. Pure."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from doors.spreadsheet import Cell
from services.metrics.naming import Naming
from services.metrics.printed import number, word
from services.metrics.restatement_views import PartsView, RestatementsView, RestatementView

HEADINGS = (
    "记录时间 recorded at", "发生时间 occurred at", "类别 kind", "层级 tier", "区划代码 area", "区划名称 area name",
    "日期 day", "事件类别 category", "来源渠道 channel", "变化 changes", "指标 figure", "指标名称 name", "name (en)",
    "期间 period", "原分子 numerator before", "原分母 denominator before", "原值 value before",
    "原不公布原因 withheld before",
    "现分子 numerator after", "现分母 denominator after", "现值 value after", "现不公布原因 withheld after",
    "单位 unit", "事件 event", "事件来源 event source", "事件类型 event type",
)  # fmt: skip
KINDS = {"late": "补报 late", "matured": "后续进展 matured"}


def rows(found: RestatementsView, naming: Naming) -> Iterator[list[Cell]]:
    """Newest first, as they are shown."""
    for one in found.restatements:
        event = one.event
        yield [
            *_times((event.recorded_at, event.occurred_at), naming.own.zone), KINDS[one.kind], *_place(one, naming),
            " ".join(f"{measure}={by:+}" for measure, by in one.changes.items()), *_figure(found, one),
            event.id, event.source, event.type,
        ]  # fmt: skip


def _times(moments: tuple[datetime, ...], zone: tzinfo) -> list[Cell]:
    return [one.astimezone(zone).isoformat(timespec="seconds") for one in moments]


def _place(one: RestatementView, naming: Naming) -> list[Cell]:
    names = (naming.labels.get(code, ("", ""))[0] for code in (one.tier, one.area))
    tier, area = names
    codes = (
        " ".join((code, naming.labels.get(code, ("", ""))[0])).strip() for code in (one.category, one.channel)
    )
    return [f"{tier} {one.tier}", one.area, area, one.day.isoformat(), *codes]


def _figure(found: RestatementsView, one: RestatementView) -> list[Cell]:
    if found.metric is None or one.figure is None:
        return [None] * 13
    named, period = found.metric, found.period or one.day.isoformat()
    parts = (*_parts(one.figure.before), *_parts(one.figure.after))
    return [named.id, named.zh, named.en, period, *parts, f"{named.unit}"]


def _parts(parts: PartsView) -> list[Cell]:
    return [parts.numerator, parts.denominator, number(parts.value), word(parts.withheld)]
