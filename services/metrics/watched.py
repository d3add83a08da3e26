"""The figures a subscription names: sums of what changed in its area, worded anew only when they differ. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import to_json

from services.metrics import showing
from services.metrics.changes import UNTIL, Change, Place, Values, is_part
from services.metrics.definition import Definition
from services.metrics.figures import Counts
from services.metrics.finality import Standing
from services.metrics.headcounts import People
from services.metrics.showing import UNKNOWN
from services.metrics.sums import Sums
from services.metrics.views import DistributionView, FigureView

View = FigureView | DistributionView


class Watched:
    """Some figures of a subtree of areas."""

    def __init__(self, definitions: Sequence[Definition], people: People = UNKNOWN) -> None:
        self._definitions = definitions
        self._people = people
        self._measures = showing.measures_of(definitions)
        self._durations = tuple(one.numerator[0] for one in definitions if one.kind == "duration")
        self._counts: dict[str, dict[str, int]] = {}
        self._shown: list[dict[str, Any]] = []
        self.text = b"[]"
        """The figures as JSON."""

    def _wants(self, measure: str) -> bool:
        if measure.removeprefix(UNTIL) in self._measures:
            return True
        return is_part(measure) and any(one in measure for one in self._durations)

    def begin(self, places: Iterable[tuple[Place, Values]]) -> None:
        """Adds up what these places have."""
        for (tier, _), values in places:
            self._add(tier, values)

    def add(self, changed: Iterable[Change]) -> None:
        """Adds what changed since."""
        for key, by in changed:
            self._add(key.tier, {key.measure: by})

    def _add(self, tier: str, values: Values) -> None:
        into = self._counts.setdefault(tier, {})
        for measure, by in values.items():
            if self._wants(measure):
                into[measure] = into.get(measure, 0) + by

    def word(self, known: Standing) -> bool:
        """Says the figures as they are known now; whether anything but the time of it differs from before."""
        views = self._views(known)
        shown = [one.model_dump(exclude={"as_of"}) for one in views]
        if shown == self._shown:
            return False
        self._shown, self.text = shown, to_json(views)
        return True

    def _views(self, known: Standing) -> list[View]:
        """In the order in which they were named."""
        every: tuple[View, ...] = (
            *showing.rates_of(self._definitions, self._counts, known, self._people),
            *showing.counters_of(self._definitions, Sums(self._counts, self._until()), known),
            *showing.distributions_of(self._definitions, self._counts, known),
        )
        order = [one.key for one in self._definitions]
        return sorted(every, key=lambda one: order.index(one.id))

    def _until(self) -> Counts:
        """What stocks are made of: of a period what stood at its end, else everything there ever was."""
        return {
            tier: {
                **values,
                **{one.removeprefix(UNTIL): by for one, by in values.items() if one.startswith(UNTIL)},
            }
            for tier, values in self._counts.items()
        }
