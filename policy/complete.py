"""What a policy must have all of: what is missing is told beside what is wrong, not only after that is mended. Pure."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import InitErrorDetails, PydanticCustomError

Value = TypeVar("Value")


def complete(value: object, handler: ValidatorFunctionWrapHandler, wanted: Sequence[Sequence[str]]) -> object:
    """What its own validators make of a mapping that has every key wanted. Raises `ValidationError` with all errors."""
    missing = [".".join(one) for one in wanted if not _has(value, one)]
    problems: list[InitErrorDetails] = []
    found: object = None
    try:
        found = handler(value)
    except ValidationError as error:
        inner = error.errors(include_url=False, include_context=False, include_input=False)
        problems = [_problem(one["type"], one["msg"], one["loc"]) for one in inner]
    if missing:
        problems.append(_problem("missing", f"these rules are missing: {', '.join(missing)}"))
    if problems:
        raise ValidationError.from_exception_data("policy", problems, hide_input=True)
    return found


def placed(value: Value, wrong: Sequence[tuple[tuple[int | str, ...], str]]) -> Value:
    """A value with nothing wrong in it. Raises `ValidationError` with every problem at its place in the value."""
    if wrong:
        problems = [_problem("value_error", message, place) for place, message in wrong]
        raise ValidationError.from_exception_data("policy", problems, hide_input=True)
    return value


def _has(value: object, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def _problem(kind: str, message: str, place: tuple[int | str, ...] = ()) -> InitErrorDetails:
    return {"type": PydanticCustomError(kind, "{message}", {"message": message}), "loc": place, "input": None}
