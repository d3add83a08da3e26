"""What is wrong with a field is said in Chinese and English, for every kind of error that a request can meet."""

import re
from datetime import date
from itertools import chain
from typing import Annotated, Literal

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from doors.chinese import PLAIN, chinese
from doors.problems import invalid
from doors.wording import KINDS, WRITTEN, wording
from schemas.actions import HandlingAction
from schemas.base import Moment
from schemas.codes import GivenCode
from schemas.opaque import SAID
from services.intake.batch import BatchRequest
from tests.services.doors import SERVICES, compose

NODES = {
    "bool": {"bool_type", "bool_parsing"},
    "bytes": {"bytes_type"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "datetime": {
        "datetime_type",
        "datetime_parsing",
        "datetime_object_invalid",
        "datetime_from_date_parsing",
    },
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "list": {"list_type"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden"},
    "str": {"string_type", "string_unicode"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found", "model_attributes_type"},
    "tuple": {"tuple_type"},
} | {
    one: set()
    for one in (
        "default",
        "function-after",
        "function-before",
        "function-wrap",
        "model-field",
        "no-info",
        "nullable",
    )
}
"""What the validation library says of each kind of node in the schema of a request."""
BOUNDS = {
    ("str", "min_length"): "string_too_short", ("str", "max_length"): "string_too_long",
    ("str", "pattern"): "string_pattern_mismatch", ("tuple", "min_length"): "too_short",
    ("tuple", "max_length"): "too_long", ("list", "max_length"): "too_long",
    ("int", "ge"): "greater_than_equal", ("int", "le"): "less_than_equal",
    ("date", "ge"): "greater_than_equal", ("date", "le"): "less_than_equal",
    ("datetime", "tz_constraint"): "timezone_aware", ("tagged-union", "custom_error_type"): "unknown_action",
}  # fmt: skip
NAMES = {
    "type", "ref", "function", "schema", "metadata", "default", "cls", "config", "custom_init", "root_model", "fields",
    "model_name", "computed_fields", "serialization_alias", "validation_alias", "expected", "choices", "discriminator",
    "from_attributes", "strict", "custom_error_message", "items_schema", "variadic_item_index",
    "microseconds_precision",
}  # fmt: skip
"""What a node has that bounds nothing."""
APART = {"extra_forbidden", "string_pattern_mismatch", "union_tag_invalid", "union_tag_not_found"}


def nodes(part, seen):
    """Every node of a core schema, once."""
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, dict):
        if isinstance(part.get("type"), str):
            yield part
        part = list(part.values())
    if isinstance(part, list | tuple):
        for one in part:
            yield from nodes(one, seen)


def requests(service):
    """Every node of everything that a service's door reads of a request."""
    for route in compose(service).routes:
        if (given := getattr(route, "dependant", None)) is not None:
            parts = (given.path_params, given.query_params, given.header_params, given.body_params)
            for field in chain(*parts):
                yield from nodes(field._type_adapter.core_schema, set())


@pytest.mark.parametrize("service", SERVICES)
def test_every_kind_of_error_a_request_can_meet_has_its_chinese(service):
    met = set()
    for one in requests(service):
        assert one["type"] in NODES, f"say in Chinese what is wrong with a {one['type']}"
        bounds = [BOUNDS.get((one["type"], name), name) for name in one.keys() - NAMES]
        met |= NODES[one["type"]] | set(bounds)

    assert met
    assert met <= KINDS.keys() | APART


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_a_request_has_words(service):
    patterns = {one["pattern"] for one in requests(service) if one.get("pattern")}

    assert patterns <= WRITTEN.keys()


class Whole(BaseModel):
    """Something with one field."""

    count: int


EXAMPLES = [
    (Whole, {}), (Whole, 1), (Annotated[Whole, Field()], None), (tuple[int, ...], 1), (str, 1), (int, None), (int, "a"),
    (Annotated[tuple[int, ...], Field(min_length=1)], ()), (Annotated[tuple[int, ...], Field(max_length=1)], (1, 2)),
    (Annotated[str, Field(min_length=2)], "a"), (Annotated[str, Field(max_length=2)], "abc"), (bytes, 1),
    (int, "1" * 5000), (int, 1.5), (bool, None), (bool, "maybe"), (Annotated[int, Field(ge=1)], 0),
    (Annotated[int, Field(le=1)], 2), (Literal["a", "b"], "c"), (date, None), (date, "today"),
    (date, "2026-02-30T00:00:00"), (date, "2026-09-14T09:20:00"), (AwareDatetime, None), (AwareDatetime, "now"),
    (AwareDatetime, "2026-09-14T09:20:00"), (str, b"\xff"), (HandlingAction, {"action": "王小明"}),
]  # fmt: skip


def refused(kind, value):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value.errors()


@pytest.mark.parametrize(("kind", "value"), EXAMPLES)
def test_it_is_said_with_its_bounds_and_without_what_was_sent(kind, value):
    [error] = refused(kind, value)

    en, zh = wording(error)

    assert error["type"] in KINDS
    assert re.search("[一-鿿]", zh)
    assert "{" not in zh
    assert "王小明" not in en + zh


def test_a_length_and_a_bound_are_named():
    assert wording(*refused(Annotated[str, Field(max_length=20)], "a" * 21))[1] == "最多 20 个字符"
    assert wording(*refused(Annotated[int, Field(ge=3)], 2))[1] == "不得小于 3"
    assert wording(*refused(Literal["a", "b"], "c"))[1] == "应为以下之一：'a'、'b'"


def test_how_a_code_is_written_is_said_in_words():
    assert wording(*refused(GivenCode, "a b")) == (
        "is not written like a code, such as land or category/1:land",
        "写法不像代码，应如 land 或 category/1:land",
    )


def test_what_our_own_rules_say_is_said_in_chinese():
    assert wording(*refused(Moment, "0001-01-01T00:00:00+08:00")) == (
        "must lie between the years 1900 and 9000",
        "年份须在 1900 至 9000 之间",
    )
    assert chinese(SAID) != PLAIN
    assert chinese("what nobody has put into Chinese") == PLAIN


def test_an_item_of_an_unknown_kind_is_not_repeated():
    items = [
        {"id": "a", "kind": "王小明"},
        {"id": "b"},
        {"id": "c", "kind": "report", "area": "a", "colour": 1},
    ]

    one, other, third = BatchRequest.model_validate({"device": "d", "items": items}).items

    assert "王小明" not in str(one.problem)
    assert one.problem["errors"][0]["problem_zh"] == "应为以下之一：'report', 'action', 'activity'"
    assert other.problem["errors"][0]["problem_zh"] == "缺少 'kind'"
    said = {error["field"]: error["problem_zh"] for error in third.problem["errors"]}
    assert said["area"] == "写法不像区划代码，县 6 位、镇 9 位、村 12 位、网格 15 位数字"
    assert said["colour"] == "本请求没有这个字段"


def test_a_request_is_answered_with_both():
    error = RequestValidationError(refused(Whole, {}))

    [said] = invalid(error.errors()).errors

    assert said == {"field": "count", "problem": "Field required", "problem_zh": "缺少必填字段"}
