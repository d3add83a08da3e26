"""What is wrong with a field, in English and Chinese, by the kind of the error; in words, and without what was sent."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from doors.chinese import chinese
from schemas.base import AreaCode, IncidentId, Reference, SpanText
from schemas.care import PartyRef
from schemas.codes import Code, GivenCode
from schemas.declarations import Month
from schemas.mediation import Attendee
from schemas.offline import FieldName, Value
from schemas.whistles import ParticipantName, RingName

KEY = r"^[\x21-\x7e]+$"
"""How an Idempotency-Key is written."""
OBJECT, LIST = "应为 JSON 对象", "应为数组"
TIME = "不是时间，应写作 2026-09-14T09:20:00+08:00"
DAY = "不是日期，应写作 2026-09-14"
NUMBER = "应为整数"
KINDS = {
    "missing": "缺少必填字段",
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "tuple_type": LIST,
    "list_type": LIST,
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "string_type": "应为文本",
    "string_unicode": "不是有效的文本",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "bytes_type": "应为文件内容",
    "int_type": NUMBER,
    "int_parsing": NUMBER,
    "int_parsing_size": "数字太大",
    "int_from_float": "应为整数，不能有小数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "literal_error": "应为以下之一：{named}",
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": "应为日期，不带时刻",
    "datetime_type": TIME,
    "datetime_parsing": TIME,
    "datetime_object_invalid": TIME,
    "datetime_from_date_parsing": TIME,
    "timezone_aware": "须带时区，如 2026-09-14T09:20:00+08:00",
    "unknown_action": "应指明一种操作：{named}",
}
"""In Chinese, what the validation library says in English; `{named}` is what that lists."""


def _pattern(kind: Any) -> str:  # noqa: ANN401 - whatever a field can be declared as
    return str(TypeAdapter(kind).json_schema()["pattern"])


WRITTEN = {
    _pattern(GivenCode): (
        "is not written like a code, such as land or category/1:land",
        "写法不像代码，应如 land 或 category/1:land",
    ),
    _pattern(Code): (
        "is not written like a code in full, such as category/1:land",
        "写法不像完整代码，应如 category/1:land",
    ),
    _pattern(Reference): (
        "is not written like a reference: 1 to 64 letters of A-Z and a-z, digits or . _ : @ / -",
        "写法不像代号，应为 1 至 64 个英文字母、数字或 . _ : @ / -",
    ),
    _pattern(Value): (
        "is not written like a code or a reference: 1 to 80 letters of A-Z and a-z, digits or . _ : @ / -",
        "写法不像代码或代号，应为 1 至 80 个英文字母、数字或 . _ : @ / -",
    ),
    _pattern(IncidentId): (
        "is not written like an id: 36 digits 0-9, letters a-f and hyphens",
        "写法不像编号，应为 36 位，由 0-9、a-f 和连字符组成",
    ),
    _pattern(AreaCode): (
        "is not written like an area code: 6 digits for a county, 9 for a town, 12 for a village, 15 for a grid",
        "写法不像区划代码，县 6 位、镇 9 位、村 12 位、网格 15 位数字",
    ),
    _pattern(Month): ("is not written like a month, such as 2026-09", "写法不像月份，应如 2026-09"),
    _pattern(SpanText): (
        "is not written like a length of time, such as P3D, PT12H or 5 working days",
        "写法不像时长，应如 P3D、PT12H 或 5个工作日",
    ),
    _pattern(PartyRef): ("is not written like a party of the matter, such as p1", "写法不像当事人，应如 p1"),
    _pattern(ParticipantName): ("is not written like a participant, such as p1", "写法不像参与方，应如 p1"),
    _pattern(Attendee): (
        "is not written like somebody who was called, such as b1 or p1",
        "写法不像到场方，应如 b1（单位）或 p1（当事人）",
    ),
    _pattern(RingName): (
        "is not written like a ring: up to 20 letters a-z, digits and hyphens",
        "写法不像响应圈，最多 20 个 a-z、数字或连字符",
    ),
    _pattern(FieldName): (
        "is not written like the name of a field, such as status",
        "写法不像字段名，应如 status",
    ),
    KEY: (
        "has signs in it that a key cannot have: no spaces, only ASCII",
        "含有不可用的字符：只能用 ASCII，不能有空格",
    ),
}
"""By the pattern: how something is written, in words instead of the pattern."""


def wording(error: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, in English and Chinese, of an error of the validation library."""
    kind, said, about = str(error["type"]), str(error["msg"]), error.get("ctx") or {}
    match kind:
        case "extra_forbidden":
            en = "is not a field of this request"
            return en, chinese(en)
        case "string_pattern_mismatch":
            return WRITTEN.get(about["pattern"]) or (said, "写法不符合要求")
        case "union_tag_invalid":  # the library's words would repeat what was sent
            return (
                f"Input should name one of {about['expected_tags']}",
                f"应为以下之一：{about['expected_tags']}",
            )
        case "union_tag_not_found":
            return f"needs {about['discriminator']}", f"缺少 {about['discriminator']}"
        case _:
            pass
    if kind in KINDS:
        named = said.partition(": ")[2] or str(about.get("expected", "")).replace(" or ", "、")
        return said, KINDS[kind].format(**about, named=named)
    said = said.removeprefix("Value error, ")
    return said, chinese(said)
