"""What a person or another system may ask to be done to an incident: one closed union, the same at every door."""

from typing import Annotated, Any, Literal, cast

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from schemas.base import Action, Reference, SpanText, Tier
from schemas.codes import GivenCode


class Accept(Action):
    """接单: the owning centre acknowledges the incident."""

    action: Literal["accept"] = "accept"


class Assign(Action):
    """Name the unit or person who handles it, by an opaque reference."""

    action: Literal["assign"] = "assign"
    assignee: Reference


class Escalate(Action):
    """上报: raise to the tier above, or skip to `to_tier` where the policy allows it."""

    action: Literal["escalate"] = "escalate"
    reason: GivenCode
    to_tier: Tier | None = None


class Return(Action):
    """退回: send back down to the tier that handed it over."""

    action: Literal["return"] = "return"
    reason: GivenCode


class Resolve(Action):
    """化解: how it ended. A success is revisited; a failure that stays here is revisited as well."""

    action: Literal["resolve"] = "resolve"
    method: GivenCode
    outcome: GivenCode
    agreement: bool = False


class Suspend(Action):
    """挂起: the clock stands still, for a reason of the policy that somebody else approved."""

    action: Literal["suspend"] = "suspend"
    reason: GivenCode
    approver: Reference


class Resume(Action):
    """恢复: the clock runs on with what was left."""

    action: Literal["resume"] = "resume"


class Extend(Action):
    """延期: the deadline moves by a span, for a reason of the policy that somebody else approved."""

    action: Literal["extend"] = "extend"
    reason: GivenCode
    approver: Reference
    span: SpanText


class Visit(Action):
    """回访: what one party answered when revisited."""

    action: Literal["visit"] = "visit"
    party: Annotated[str, Field(pattern=r"^p[0-9]{1,2}$")]
    means: GivenCode
    result: GivenCode


class _NamesTheActions:
    """Says which actions there are when it refuses one; pydantic's own message would repeat what was sent."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        union = cast("dict[str, Any]", handler(source))
        union["custom_error_type"] = "unknown_action"
        union["custom_error_message"] = f"Input should name an action: {', '.join(union['choices'])}"
        return cast("CoreSchema", union)


HandlingAction = Annotated[
    Accept | Assign | Escalate | Return | Resolve | Suspend | Resume | Extend,
    Field(discriminator="action"),
    _NamesTheActions(),
]
"""What routing decides."""
AnyAction = Annotated[
    Accept | Assign | Escalate | Return | Resolve | Suspend | Resume | Extend | Visit,
    Field(discriminator="action"),
    _NamesTheActions(),
]
"""What may be asked at the inbound topic: handling, and visits, which followup decides."""
