"""What a request may say: at a door an unknown field is a misunderstanding, though an event's readers pass it over."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationInfo, model_validator

_INSIDE = object()


class Closed(BaseModel):
    """Base of requests: an unknown field is refused and named at every depth, also in parts shared with events."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="wrap")
    @classmethod
    def _at_every_depth(
        cls, given: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if info.context is _INSIDE or not isinstance(given, dict):
            return handler(given)
        return cls.model_validate(given, extra="forbid", context=_INSIDE)
