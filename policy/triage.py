"""What triage (研判) looks at, as a policy says it."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from policy.parts import Category, Channel, OwnSeverity, Part

RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""What history and explanations call a rule."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]


class TriageRule(Part):
    """研判: a report that meets every condition named is proposed to be of this severity, for this reason.

    Categories and channels are bare codes; `people` is how many are concerned at least; one of the words must occur.
    """

    name: RuleName
    severity: OwnSeverity
    because: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The reason a person reads beside the proposal; Chinese first where Chinese users read."""
    categories: tuple[Category, ...] = ()
    channels: tuple[Channel, ...] = ()
    people: Annotated[int, Field(ge=2, le=1_000_000)] | None = None
    words: tuple[
        Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)], ...
    ] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.categories or self.channels or self.people or self.words):
            raise ValueError("name a condition: categories, channels, people or words")
        return self
