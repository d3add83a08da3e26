"""What a request may say: at a door an unknown field is a misunderstanding, though an event's readers pass it over."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from schemas.opaque import SAID, telling


class Closed(BaseModel):
    """Base of requests: an unknown field is refused and named at every depth, also in parts shared with events.

    So is a person's number in a field that goes on the bus: what is `for_the_vault` may have it, all else is opaque.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    for_the_vault: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - whatever a caller gives
        self.__pydantic_validator__.validate_python(given, self_instance=self, extra="forbid")

    @model_validator(mode="after")
    def _opaque(self) -> Self:
        wrong = [
            InitErrorDetails(type=PydanticCustomError("personal_data", SAID), loc=place, input=None)
            for place in telling(self, but=self.for_the_vault, apart=(Closed,))
        ]
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, wrong, hide_input=True)
        return self
