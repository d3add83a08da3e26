"""What a person or another system may ask to be done to an incident: closed at every door, open between services."""

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from schemas.assignment import Decline, Take
from schemas.base import Action, Reference, Service, SpanText, Tier
from schemas.care import CareAction
from schemas.codes import GivenCode
from schemas.derivation import LinkOrigin
from schemas.duplicates import TieAction
from schemas.mediation import MediationAction
from schemas.referrals import ReferralAction
from schemas.supervision import SupervisionAction
from schemas.triage import Triage
from schemas.whistle_actions import WhistleAction


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


class Unknown(Action):
    """An action this reader does not know yet, whole: passed on to who owns the incident, or refused by its name."""

    model_config = ConfigDict(extra="allow")
    action: str


Handling = (
    Accept
    | Assign
    | Escalate
    | Return
    | Resolve
    | Suspend
    | Resume
    | Extend
    | SupervisionAction
    | Triage
    | WhistleAction
    | MediationAction
    | ReferralAction
    | LinkOrigin
    | TieAction
    | Take
    | Decline
)
"""What routing decides."""
Following = Visit | CareAction
"""What followup decides."""
Asked = Handling | Following


def decider(action: Asked | Unknown) -> Service:
    """Which service decides on an action."""
    return "followup" if isinstance(action, Following) else "routing"


class _Closed:
    """Says which actions there are when it refuses one; pydantic's own message would repeat what was sent."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        union = cast("dict[str, Any]", handler(source))
        # not its choices: whoever takes a model apart, as OpenAPI does, gets here before they have their tags
        names = [get_args(one.model_fields["action"].annotation)[0] for one in get_args(source)]
        union["custom_error_type"] = "unknown_action"
        union["custom_error_message"] = f"Input should name an action: {', '.join(names)}"
        return cast("CoreSchema", union)


class _Open:
    """Reads an action of any other name as `Unknown`; one whose name it knows must be as it knows it."""

    def __init__(self, closed: object) -> None:
        self._closed = closed

    def __get_pydantic_core_schema__(self, _: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        union = cast("dict[str, Any]", handler.generate_schema(self._closed))
        known = union["choices"]

        def tag(action: object) -> str | None:
            name = action.get("action") if isinstance(action, dict) else getattr(action, "action", None)
            if not isinstance(name, str):
                return None
            return name if name in known else OTHER

        choices = known | {OTHER: handler.generate_schema(Unknown)}
        return cast("CoreSchema", union | {"choices": choices, "discriminator": tag})

    def __get_pydantic_json_schema__(
        self, union: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Any of them and not one of them: a known action, too, is an object with a name."""
        shown = handler(union)["oneOf"]
        names = cast("dict[str, Any]", union)["choices"]
        mapping = {name: one["$ref"] for name, one in zip(names, shown, strict=True) if name != OTHER}
        return {"anyOf": shown, "discriminator": {"propertyName": "action", "mapping": mapping}}


OTHER = ""
"""The tag of what has no tag of its own."""
HandlingAction = Annotated[Handling, Field(discriminator="action"), _Closed()]
"""What may be asked at routing's door."""
AnyAction = Annotated[Asked, Field(discriminator="action"), _Closed()]
"""What may be asked at the inbound topic."""
FollowingAction = Annotated[Following, Field(discriminator="action"), _Closed()]
"""What may be asked at followup's door."""
OpenHandling = Annotated[Handling | Unknown, _Open(HandlingAction)]
"""What one tier's routing tells another's."""
OpenAction = Annotated[Asked | Unknown, _Open(AnyAction)]
"""What intake tells routing and followup."""

FirstHandling = Annotated[
    Accept | Assign | Escalate | Return | Resolve, Field(discriminator="action"), _Closed()
]
"""What was asked before the unions were open: never to be added to."""
FirstAction = Annotated[
    Accept | Assign | Escalate | Return | Resolve | Visit, Field(discriminator="action"), _Closed()
]
"""The same, with visits."""
