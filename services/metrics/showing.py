"""From counts to what is shown: every figure by its definition. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from services.metrics import figures, finality, periods
from services.metrics.definition import DIVIDED, Definition, Rounding
from services.metrics.figures import Counts, counters
from services.metrics.finality import Standing
from services.metrics.headcounts import NOBODY, Headcount, People
from services.metrics.measures import ACTIVITY
from services.metrics.periods import Period
from services.metrics.sums import Sums
from services.metrics.views import (
    BacklogView,
    DistributionView,
    FigureView,
    GroupView,
    PeriodView,
    WordView,
)

Definitions = Iterable[Definition]
UNKNOWN = People(NOBODY, "")
NOT_ASKED = Headcount(None, "no-headcount")
Labels = Mapping[str, tuple[str, str]]
WORDS: dict[str, WordView] = {
    word: WordView(zh=zh, en=en)
    for words in (figures.WORDS, finality.WORDS)
    for word, (zh, en) in words.items()
}
"""What is said of a figure without a value, and of one that is not final."""


def counts_of(counts: Counts, made_of: frozenset[str] | None = None) -> dict[str, int]:
    """All counters, over all tiers, or those that figures are made of; zero is said."""
    names = counters(counts) if made_of is None else sorted(_of_matters(made_of))
    whole = _whole(counts)
    return {name: whole.get(name, 0) for name in names}


def activities_of(counts: Counts, made_of: frozenset[str] | None = None) -> dict[str, int]:
    """What was done besides incidents, over all tiers: what nobody did is not said."""
    found = {name: value for name, value in _whole(counts).items() if name.startswith(ACTIVITY)}
    wanted = sorted(found if made_of is None else found.keys() & made_of)
    return {name.removeprefix(ACTIVITY): found[name] for name in wanted}


def by_tier(counts: Counts, made_of: frozenset[str] | None = None) -> dict[str, dict[str, int]]:
    """All counters of each tier."""
    names = counters(counts) if made_of is None else sorted(_of_matters(made_of))
    return {tier: {name: values.get(name, 0) for name in names} for tier, values in counts.items()}


def _whole(counts: Counts) -> dict[str, int]:
    """Over all tiers, by measure."""
    tiers = iter(counts.values())
    whole = dict(next(tiers, {}))
    for values in tiers:
        for measure, value in values.items():
            whole[measure] = whole.get(measure, 0) + value
    return whole


def _of_matters(measures: Iterable[str]) -> set[str]:
    return {one for one in measures if not one.startswith(ACTIVITY)}


def rates_of(
    definitions: Definitions, counts: Counts, known: Standing, people: People = UNKNOWN
) -> tuple[FigureView, ...]:
    """Those of the figures that divide, also by the people of an area."""
    return tuple(_figure(one, counts, known, people) for one in definitions if one.kind in DIVIDED)


def counters_of(definitions: Definitions, sums: Sums, known: Standing) -> tuple[FigureView, ...]:
    """Those of the figures that count: what happened in a period, or what stood when it ended."""
    from_which = {"count": sums.within, "stock": sums.until}
    return tuple(_figure(one, from_which[one.kind], known) for one in definitions if one.kind in from_which)


def figure_of(one: Definition, counts: Counts, known: Standing, people: People = UNKNOWN) -> figures.Figure:
    """A figure of some people over some days."""
    heads = NOT_ASKED if one.headcount is None else people.of(one.headcount, known.first, known.until_now)
    found = figures.figure(one, counts, heads)
    if one.whole_months and not known.whole_months:
        found = replace(found, value=None, withheld="part-of-a-month")
    return found


def _figure(one: Definition, counts: Counts, known: Standing, people: People = UNKNOWN) -> FigureView:
    found = figure_of(one, counts, known, people)
    return FigureView(
        kind=one.kind,
        numerator=found.numerator,
        denominator=plain(found.denominator),
        value=found.value,
        withheld=found.withheld,
        apart=dict(found.apart),
        **said(one, known),
    )


def plain(denominator: int | Fraction | None) -> int | str | None:
    """A headcount on average of some days is written with as many digits as it needs, four at most."""
    if denominator is None or denominator.denominator == 1:
        return None if denominator is None else int(denominator)
    digits = Rounding(digits=4)
    return figures.rounded(denominator.numerator, denominator.denominator, digits).rstrip("0").rstrip(".")


def said(one: Definition, known: Standing) -> dict[str, Any]:
    """What stands beside every published value."""
    provisional = known.provisional(one.settles_days)
    return {
        "id": one.key, "zh": one.zh, "en": one.en, "unit": one.unit.zh, "unit_en": one.unit.en,
        "cohort_zh": one.cohort.zh, "cohort_en": one.cohort.en, "as_of": known.as_of,
        "final": provisional is None, "provisional": provisional,
    }  # fmt: skip


def distributions_of(
    definitions: Definitions, counts: Counts, known: Standing
) -> tuple[DistributionView, ...]:
    """The durations among the figures."""
    return tuple(_distribution(one, counts, known) for one in definitions if one.kind == "duration")


def _distribution(one: Definition, counts: Counts, known: Standing) -> DistributionView:
    found = figures.distribution(one, counts)
    return DistributionView(**asdict(found.sketch), **said(one, known))


def period_of(first: date | None, last: date | None, period: Period | None = None) -> PeriodView | None:
    """The days asked for; of a calendar period, whether all of its days were."""
    if period is not None:
        whole = (first, last) == (period.first, period.last)
        named = {"key": str(period), "kind": period.kind, "zh": period.zh, "en": period.en}
        return PeriodView(**named, first=first, last=last, whole=whole)
    if first is None and last is None:
        return None
    zh, en = f"{first or '…'} 至 {last or '…'}", f"{first or '…'} to {last or '…'}"
    return PeriodView(key=None, kind=None, zh=zh, en=en, first=first, last=last)


def words_of(every: Iterable[FigureView | DistributionView | BacklogView]) -> dict[str, WordView]:
    """The reasons that stand in these figures."""
    reasons = {
        word
        for one in every
        for word in (one.provisional, getattr(one, "withheld", None))
        if word is not None
    }
    return {word: WORDS[word] for word in sorted(reasons)}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The figures that are shown, and how far they are known."""

    definitions: tuple[Definition, ...]
    known: Standing
    by_name: bool = False
    """Whether they were asked for by their names: then only what they are made of is shown beside them."""
    in_groups: bool = False
    """Whether groups have counts and stocks as figures too; otherwise their plain counts do."""
    people: People = UNKNOWN
    """Whose people figures may be by."""
    timed: bool = False
    """Whether each group has durations of its own, and they were asked for."""

    def within(self, area: str) -> "Chosen":
        """The same of another area."""
        return replace(self, people=replace(self.people, area=area))

    @property
    def made_of(self) -> frozenset[str] | None:
        """The measures shown beside them; None for all."""
        return measures_of(self.definitions) if self.by_name else None


def measures_of(definitions: Definitions, kind: str | None = None) -> frozenset[str]:
    """What some figures are made of, without the buckets of durations."""
    return frozenset(
        measure
        for one in definitions
        if one.kind != "duration" and kind in {None, one.kind}
        for measure in (*one.numerator, *one.denominator, *one.apart)
    )


def groups_of(
    groups: Mapping[str, Sums], chosen: Chosen, labels: Labels, by: str | None
) -> tuple[GroupView, ...]:
    """One view per group, in key order; distributions' cells, which have no category or channel, make no group."""
    named = sorted((key, sums) for key, sums in groups.items() if key)
    if by in periods.KINDS:
        return tuple(_of_period(periods.read(key), sums, chosen) for key, sums in named)
    return tuple(
        _group(key, labels.get(key, (key, key)), sums, chosen.within(key) if by == "child" else chosen)
        for key, sums in named
    )


def _group(key: str, name: tuple[str, str], sums: Sums, chosen: Chosen) -> GroupView:
    made_of = chosen.made_of
    return GroupView(
        key=key,
        zh=name[0],
        en=name[1],
        counts=counts_of(sums.within, made_of),
        activities=activities_of(sums.within, made_of),
        rates=rates_of(chosen.definitions, sums.within, chosen.known, chosen.people),
        counters=counters_of(chosen.definitions, sums, chosen.known) if chosen.in_groups else (),
        distributions=distributions_of(chosen.definitions, sums.within, chosen.known) if chosen.timed else (),
    )


def _of_period(period: Period, sums: Sums, chosen: Chosen) -> GroupView:
    """A period ends with its own last day, or where the days asked for end before that."""
    first, last = chosen.known.first, chosen.known.last
    begin, end = max(period.first, first or period.first), min(period.last, last or period.last)
    own = replace(chosen, known=chosen.known.over(begin, end))
    view = period_of(begin, end, period)
    name = (str(period), str(period)) if period.kind == "day" else (period.zh, period.en)
    return _group(str(period), name, sums, own).model_copy(update={"period": view})
