"""The shape of JSON before anybody parses it: how deep, of how many parts. Pure; costs nothing for what is small."""

import re
from itertools import accumulate

from doors.problems import Problem

DEEPEST = 32
"""Parts within parts; no request of ours has ten."""
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""In a text brackets and commas are letters; one that does not end goes to the end."""
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_OTHER = bytes(one for one in range(256) if one not in b"[{]}")
TOO_DEEP = Problem(
    400,
    "too-deep",
    f"The body has more than {DEEPEST} objects or lists within one another.",
    zh=f"请求体的嵌套超过 {DEEPEST} 层",
)
NOT_UTF_8 = Problem(400, "not-json", "The body is not JSON in UTF-8.", zh="请求体不是 UTF-8 编码的 JSON")


def unfit(body: bytes, most_parts: int) -> Problem | None:
    """What is wrong with the shape of a body; whether it is JSON at all is for its parser to say."""
    if b"\0" in body:  # no JSON has it, but another encoding of JSON does, and the parser would guess that
        return NOT_UTF_8
    if body.count(b"[") + body.count(b"{") <= DEEPEST and body.count(b",") < most_parts:
        return None
    bare = _TEXT.sub(b"", body)
    if bare.count(b",") >= most_parts:
        return _too_many(most_parts)
    steps = memoryview(bare.translate(_STEPS, _OTHER)).cast("b")  # 1 for what opens, -1 for what closes
    return TOO_DEEP if max(accumulate(steps), default=0) > DEEPEST else None


def _too_many(most: int) -> Problem:
    return Problem(
        400, "too-many-parts", f"The body has more than {most} parts.", zh=f"请求体的内容超过 {most} 项"
    )
