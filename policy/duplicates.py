"""The part of a policy that says which reports may be the same matter, and what follows from it."""

from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policy.parts import Category, Duration, Part

Steps = Annotated[int, Field(ge=1, le=9)]
Radius = Literal["village", "grid"]


class Likeness(Part):
    """Which two reports are compared, and from how many steps of likeness on something follows."""

    propose: bool = True
    window: Duration = timedelta(days=14)
    """How far apart they may have happened."""
    near: Duration = timedelta(hours=6)
    """So near in time is a step."""
    radius: Radius = "village"
    threshold: Steps = 3
    """From so many steps on it is proposed to a person."""
    link: Steps | None = None
    """From so many steps on a rule links by itself; by default only a person does."""

    @model_validator(mode="after")
    def _proposes_first(self) -> Self:
        if self.link is not None and self.link < self.threshold:
            raise ValueError("link: what a rule links is at least as alike as what is proposed")
        return self


class Exceptional(Part):
    """What is different for one category; what is left out is as for all."""

    propose: bool | None = None
    window: Duration | None = None
    near: Duration | None = None
    radius: Radius | None = None
    threshold: Steps | None = None
    link: Steps | None = None


class DuplicateRules(Likeness):
    """合并: the same matter from several doors is proposed, linked, and handled once."""

    candidates: Annotated[int, Field(ge=1, le=5)] = 3
    """How many earlier reports are proposed for one, the likeliest first."""
    at_most: Annotated[int, Field(ge=1, le=500)] = 100
    """How many may be linked to one lead: they are resolved with it in one breath."""
    categories: dict[Category, Exceptional] = Field(default_factory=dict)
    """Exceptions by category, bare."""

    @model_validator(mode="after")
    def _exceptions_hold(self) -> Self:
        _ = self.by_category
        return self

    @cached_property
    def everywhere(self) -> Likeness:
        """What holds where no exception is made."""
        return Likeness(**{name: getattr(self, name) for name in Likeness.model_fields})

    @cached_property
    def by_category(self) -> dict[str, Likeness]:
        """What holds for each category that is an exception. Raises `ValueError` where one contradicts itself."""
        common = self.everywhere.model_dump()
        return {
            name: Likeness.model_validate(common | one.model_dump(exclude_none=True))
            for name, one in self.categories.items()
        }

    def rules(self, category: str) -> Likeness:
        """What holds for a category, bare."""
        return self.by_category.get(category, self.everywhere)

    @property
    def links(self) -> bool:
        """Whether a rule links by itself anywhere."""
        return any(one.link is not None for one in (self, *self.by_category.values()))
