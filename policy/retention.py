"""保存期限: how long personal data of a closed matter is kept, as a policy says it. Without a rule it is kept."""

from typing import Annotated

from pydantic import Field

from policy.parts import Category, Part

Months = Annotated[int, Field(ge=1, le=600)]


class RetentionRules(Part):
    """Months after the closing (销号) of a matter, after its recording of an activity; null keeps it for ever."""

    months: Months | None = None
    categories: dict[Category, Months | None] = {}  # noqa: RUF012 - pydantic copies it
    """Exceptions by category, bare."""
    activities: Months | None = None
    """Of what was noted of an activity."""

    @property
    def shortest(self) -> int | None:
        """The shortest time anything is kept; None where nothing is ever erased."""
        every = (self.months, self.activities, *self.categories.values())
        return min((one for one in every if one is not None), default=None)
