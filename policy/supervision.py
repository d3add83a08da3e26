"""督办 as data: what is listed by rule, who leads it, how often it is reminded of, when it may be struck off."""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from policy.parts import Deadline, Part, Reason, Severity
from policy.spans import span_of
from schemas.base import TIERS, Reference, Tier


class ListingRule(Part):
    """挂牌: an incident for which everything holds that is said here is listed, for this reason."""

    reason: Reason
    severities: tuple[Severity, ...] = ()
    tiers: tuple[Tier, ...] = ()
    """Which tier it must have come to."""
    climbed: bool = False
    """Whether another tier must have handed it over."""
    reopened: Annotated[int, Field(ge=0, le=1000)] = 0
    """How often a revisit must have reopened it."""

    @model_validator(mode="after")
    def _chooses(self) -> Self:
        if not (self.severities or self.tiers or self.climbed or self.reopened):
            raise ValueError("say for which incidents it is: severities, tiers, climbed or reopened")
        return self


class Supervision(Part):
    """挂牌督办, 催办, 办结销号."""

    rules: tuple[ListingRule, ...] = ()
    leaders: dict[Tier, Reference] = Field(default_factory=dict, validate_default=True)
    """Which post of a tier leads what a rule lists there."""
    remind: dict[Severity, Deadline] = Field(
        default={
            "ordinary": span_of("5 working days"),
            "prominent": span_of("3 working days"),
            "major": span_of("1 working day"),
        }
    )
    """How long after one reminder the next is due; a severity that is not named has no rhythm."""
    strike_off_after: Literal["resolved", "closed"] = "closed"

    @field_validator("leaders")
    @classmethod
    def _led(cls, value: dict[Tier, Reference], info: ValidationInfo) -> dict[Tier, Reference]:
        missing = [tier for tier in TIERS if tier not in value]
        if missing and info.data.get("rules"):
            raise ValueError(
                f"what a rule lists needs a leader; leaders are missing for: {', '.join(missing)}"
            )
        return value
