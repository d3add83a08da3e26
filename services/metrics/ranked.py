"""From counts of areas to a ranking as it is shown: every rank with its parts, its interval and its reasons. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from pydantic import BaseModel

from services.metrics import figures
from services.metrics.definition import Definition
from services.metrics.figures import Counts
from services.metrics.ranking import Counted, Ranking, Standing, Terms, Why, rankings
from services.metrics.views import WordView

Labels = Mapping[str, tuple[str, str]]
People = Mapping[str, Mapping[str, Fraction]]
"""Definition of a headcount → area → how many people it had, on average of the days; who has none is missing."""
WORDS: dict[Why, tuple[str, str]] = {
    **{word: said for word, said in figures.WORDS.items()},  # noqa: C416 - another type of key
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


class RankingView(BaseModel):
    """Areas that may be compared; `headcount` names the definition by which their heads are counted."""

    headcount: str | None
    places: tuple[PlaceView, ...]


def terms_of(one: Definition) -> Terms | None:
    """How a figure ranks areas; None if it ranks none."""
    if one.better == "none":
        return None
    share = one.kind == "share"
    return Terms(
        one.better, one.rank_from, "share" if share else "events", 100 if share else 1, one.rounding.digits
    )


def ranked(
    one: Definition, areas: Iterable[str], counts: Mapping[str, Counts], people: People, labels: Labels
) -> tuple[RankingView, ...]:
    """Every area by a figure, in one ranking for each way of counting heads. The figure must rank areas."""
    terms = terms_of(one)
    assert terms is not None
    return tuple(
        _view(one, ranking, labels) for ranking in rankings(_counted(one, areas, counts, people), terms)
    )


def words_of(rankings_shown: Iterable[RankingView]) -> dict[str, WordView]:
    """The reasons that stand in these rankings."""
    said = {place.unranked for one in rankings_shown for place in one.places if place.unranked is not None}
    return {word: WordView(zh=WORDS[word][0], en=WORDS[word][1]) for word in sorted(said)}


def _counted(
    one: Definition, areas: Iterable[str], counts: Mapping[str, Counts], people: People
) -> Iterator[Counted]:
    """An area stands in the rankings of all headcounts it has; one without any stands in each, without a rank."""
    ways: Mapping[str, Mapping[str, Fraction]] = (people or {"": {}}) if one.per else {"": {}}
    for area in areas:
        found = figures.figure(one, counts.get(area, {}))
        if not one.per:
            yield Counted(area, found.numerator, found.denominator or 0, why=found.withheld)
            continue
        for way, heads in ways.items():
            number = heads.get(area)
            yield Counted(area, found.numerator, number or 0, way, None if number else "no-headcount")


def _view(one: Definition, ranking: Ranking, labels: Labels) -> RankingView:
    places = tuple(_place(one, standing, labels) for standing in ranking.standings)
    return RankingView(headcount=ranking.headcount or None, places=places)


def _place(one: Definition, standing: Standing, labels: Labels) -> PlaceView:
    counted = standing.counted
    zh, en = labels.get(counted.area, (counted.area, counted.area))
    return PlaceView(
        area=counted.area,
        zh=zh,
        en=en,
        rank=standing.rank,
        tied=standing.tied,
        numerator=counted.numerator,
        denominator=_denominator(counted, one),
        value=_value(counted, one, standing.why),
        low=_text(standing.low),
        high=_text(standing.high),
        told_apart=standing.told_apart,
        unranked=standing.why,
    )


def _value(counted: Counted, one: Definition, why: Why | None) -> str | None:
    """What is too small to be ranked has a value all the same, where the figure has one."""
    if why not in {None, "too-few-to-rank"}:
        return None
    divided = Fraction(counted.denominator)
    whole = 100 if one.kind == "share" else 1
    return figures.rounded(counted.numerator * whole * divided.denominator, divided.numerator, one.rounding)


def _denominator(counted: Counted, one: Definition) -> int | str | None:
    if counted.why == "no-headcount":
        return None
    divided = Fraction(counted.denominator)
    if divided.denominator == 1:
        return divided.numerator
    return figures.rounded(divided.numerator, divided.denominator, one.rounding)


def _text(bound: object) -> str | None:
    return None if bound is None else str(bound)
