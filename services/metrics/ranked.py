"""From counts of areas to a ranking as it is shown: every rank with its parts, its interval and its reasons. Pure."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from pydantic import BaseModel

from services.metrics import figures, headcounts, showing
from services.metrics.definition import Definition
from services.metrics.figures import UNKNOWN, Counts
from services.metrics.headcounts import Headcount
from services.metrics.ranking import Counted, Standing, Terms, Why, ranking
from services.metrics.views import WordView

Labels = Mapping[str, tuple[str, str]]
NO_HEADS = frozenset(headcounts.WORDS)
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


def ranked(one: Definition, areas: Iterable[Counted], labels: Labels) -> tuple[PlaceView, ...]:
    """Areas by a figure, which must rank areas."""
    terms = terms_of(one)
    assert terms is not None
    return tuple(_place(one, standing, labels) for standing in ranking(tuple(areas), terms))


def counted(one: Definition, area: str, counts: Counts, headcount: Headcount = UNKNOWN) -> Counted:
    """What a figure has in an area. Whose heads are counted otherwise than it says has no headcount by it."""
    found = figures.figure(one, counts, headcount)
    return Counted(area, found.numerator, found.denominator or 0, found.withheld)


def words_of(places: Iterable[PlaceView]) -> dict[str, WordView]:
    """The reasons that stand in a ranking."""
    said = {place.unranked for place in places if place.unranked is not None}
    return {word: WordView(zh=WORDS[word][0], en=WORDS[word][1]) for word in sorted(said)}


def _place(one: Definition, standing: Standing, labels: Labels) -> PlaceView:
    found = standing.counted
    zh, en = labels.get(found.area, (found.area, found.area))
    return PlaceView(
        area=found.area,
        zh=zh,
        en=en,
        rank=standing.rank,
        tied=standing.tied,
        numerator=found.numerator,
        denominator=showing.plain(found.denominator) if found.why not in NO_HEADS else None,
        value=_value(found, one),
        low=_text(standing.low),
        high=_text(standing.high),
        told_apart=standing.told_apart,
        unranked=standing.why,
    )


def _value(found: Counted, one: Definition) -> str | None:
    """What is too small to be ranked has a value all the same, where the figure has one."""
    if found.why is not None:
        return None
    value = Fraction(found.numerator * (100 if one.kind == "share" else 1)) / Fraction(found.denominator)
    return figures.rounded(value.numerator, value.denominator, one.rounding)


def _text(bound: object) -> str | None:
    return None if bound is None else str(bound)
