"""From counts of areas to a ranking as it is shown: every rank with its parts, its interval and its reasons. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from pydantic import BaseModel

from doors.spreadsheet import Cell
from services.metrics import figures, showing
from services.metrics.definition import Definition
from services.metrics.figures import Figure
from services.metrics.printed import YES_NO
from services.metrics.ranking import Counted, Standing, Terms, Why, ranking
from services.metrics.views import WordView

Labels = Mapping[str, tuple[str, str]]
HEADINGS = (
    "名次 rank", "并列 tied", "区划代码 area", "区划名称 area name", "分子 numerator", "分母 denominator", "数值 value",
    "下限 low (95 %)", "上限 high (95 %)", "与前一名有别 told apart", "不排名原因 why unranked", "层级 level",
    "期间 period", "指标 figure", "指标名称 name", "name (en)", "单位 unit", "口径 cohort", "数据截至 as of",
    "终值 final", "未定原因 why provisional",
)  # fmt: skip
WORDS: dict[str, tuple[str, str]] = {
    **figures.WORDS,
    "too-few-to-rank": (
        "分母太小，名次多半出于偶然，不参加排名",
        "The denominator is too small: a rank would be mostly chance",
    ),
}


class PlaceView(BaseModel):
    """An area in a ranking; without a `rank`, `unranked` says why."""

    area: str
    zh: str
    en: str
    rank: int | None
    tied: bool
    """Whether another area has exactly the same."""
    numerator: int
    denominator: int | str | None
    """A headcount weighted by days need not be whole, and is written with the digits of the figure."""
    value: str | None
    low: str | None
    high: str | None
    """The bounds of the value's 95 % interval."""
    told_apart: bool | None
    """Whether its interval lies apart from that of the area ranked just before it: if not, chance may have decided."""
    unranked: Why | None


def terms_of(one: Definition) -> Terms | None:
    """How a figure ranks areas; None if it ranks none."""
    if one.better == "none":
        return None
    share = one.kind == "share"
    return Terms(
        one.better, one.rank_from, "share" if share else "events", 100 if share else 1, one.rounding.digits
    )


def ranked(one: Definition, found: Mapping[str, Figure], labels: Labels) -> tuple[PlaceView, ...]:
    """Areas by their figures, by a definition that ranks areas."""
    terms = terms_of(one)
    assert terms is not None
    counted = (Counted(area, of.numerator, of.denominator or 0, of.withheld) for area, of in found.items())
    standings = ranking(tuple(counted), terms)
    return tuple(_place(standing, found[standing.counted.area], labels) for standing in standings)


def words_of(places: Iterable[PlaceView]) -> dict[str, WordView]:
    """The reasons that stand in a ranking."""
    said = {place.unranked for place in places if place.unranked is not None}
    return {word: WordView(zh=WORDS[word][0], en=WORDS[word][1]) for word in sorted(said)}


def _place(standing: Standing, figure: Figure, labels: Labels) -> PlaceView:
    area = standing.counted.area
    zh, en = labels.get(area, (area, area))
    return PlaceView(
        area=area,
        zh=zh,
        en=en,
        rank=standing.rank,
        tied=standing.tied,
        numerator=figure.numerator,
        denominator=showing.plain(figure.denominator),
        value=figure.value,
        low=_text(standing.low),
        high=_text(standing.high),
        told_apart=standing.told_apart,
        unranked=standing.why,
    )


def _text(bound: Decimal | None) -> str | None:
    return None if bound is None else str(bound)


def rows(places: Iterable[PlaceView], beside: Sequence[Cell]) -> Iterator[list[Cell]]:
    """As a table for a spreadsheet; `beside` stands at the end of every row."""
    for one in places:
        numbers = (None if text is None else Decimal(text) for text in (one.value, one.low, one.high))
        apart = None if one.told_apart is None else YES_NO[one.told_apart]
        why = None if one.unranked is None else f"{WORDS[one.unranked][0]} {one.unranked}"
        yield [
            one.rank, YES_NO[one.tied], one.area, one.zh, one.numerator, one.denominator, *numbers, apart, why,
            *beside,
        ]  # fmt: skip
