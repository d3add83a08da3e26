"""The backlog as it is shown: how many are open, and how old they are, by a definition of the kind `age`. Pure."""

from collections.abc import Iterable

from services.metrics import figures, showing
from services.metrics.backlog import Backlog, Waiting, backlog
from services.metrics.definition import Definition, Rounding
from services.metrics.finality import Standing
from services.metrics.views import BacklogView, OlderView

SHARE = Rounding(digits=2)


def is_asked(definitions: Iterable[Definition], metrics: Iterable[str]) -> bool:
    """Whether a figure of this kind is among those asked for: it is read from all cells there are, so only then."""
    ages = {name for one in definitions if one.kind == "age" for name in (one.id, one.key)}
    return not ages.isdisjoint(metrics)


def backlog_of(
    definitions: Iterable[Definition], waiting: Waiting | None, known: Standing
) -> BacklogView | None:
    """The backlog as of now, whatever the period; None where it was not looked for."""
    one = next((one for one in definitions if one.kind == "age"), None)
    if one is None or waiting is None:
        return None
    found = backlog(waiting.by_day, known.now.astimezone(known.zone).date())
    return BacklogView(
        open=waiting.open,
        unaged=waiting.unaged,
        median_days=found.median_days,
        p90_days=found.p90_days,
        oldest_days=found.oldest_days,
        older_than=tuple(_older(days, found) for days in found.older_than),
        **showing.said(one, known.over(None, None)),
    )


def _older(days: int, found: Backlog) -> OlderView:
    count = found.older_than[days]
    share = figures.rounded(100 * count, found.open, SHARE) if found.open else None
    return OlderView(days=days, numerator=count, denominator=found.open, value=share)
