"""What stands in no decent record: values, names and bytes that somebody, somewhere, has tripped over."""

import json

NAME, TELEPHONE = "王小明", "13800138000"
"""What must be in no reason and in no answer."""


class Raw(str):
    """A piece of JSON as it is to stand there."""

    __slots__ = ()


def quoted(*texts):
    return [Raw(json.dumps(one, ensure_ascii=False)) for one in texts]


MOMENTS = quoted(
    "0001-01-01T00:00:00+23:59", "0000-00-00T00:00:00Z", "1900-01-01T00:00:00+23:59", "1899-12-31T23:59:59Z",
    "9000-12-31T23:59:59-23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z",
    "2026-09-14T01:20:00", "2026-09-14", "2026-09-14T24:00:00Z", "2026-09-14T01:20:00+99:99", "20260914T012000Z",
    "2026-09-14T01:20:00.123456789123Z", "+12026-09-14T01:20:00Z", "２０２６-09-14T01:20:00Z", "now", "1757812800",
)  # fmt: skip
NUMBERS = [
    Raw(one)
    for one in (
        "0", "-0", "-1", "1", "1.0", "1.5", "01", "1e2", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "-Infinity",
        "9" * 19, "9" * 400, "1" + "0" * 5000, "0." + "9" * 5000, "1e" + "9" * 50, "1757812800", "1e10", "1e18",
        "-62135596800", "253402300800", "2147483648", "-2147483649", "9223372036854775808", "0x10", "1_000", "+1",
    )
]  # fmt: skip
TEXTS = quoted(
    "", " ", "\t", "\n", "a" * 81, "a" * 5000, "\u202eland", "land\u200b", "ｌａｎｄ", "land\u0130", "e\u0301" * 60,
    "category/1:land", "category/999:land", "category/1:", ":land", ":", "/", "1:land:", "channel/1:court", "court",
    "-" * 36, "0" * 36, "g" * 36, "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e21", "０" * 36, "620522", "62052210120", "p0",
    "p100", "' or 1=1 --", "%s%n{0}${jndi:x}", "../../etc/passwd", "=cmd|' /C calc'!A0", "<script>", "null", "village",
    "2026-13", "2099-12", f"{NAME} {TELEPHONE}", NAME, TELEPHONE, f"o-{TELEPHONE}", "11010519491231002X", "\x7f",
    "\x1f", "\x00",
)  # fmt: skip
ESCAPES = [
    Raw(f'"{one}"')
    for one in (
        r"\ud800", r"\udc00\ud800", r"\ud83d\ude00", r"\u0000", r"a\u0000b", r"\u001f", r"\x00", "\\", r"\u12", r"\/",
        r"\ud800" * 2000, r"\u0000" * 80,
    )
]  # fmt: skip
DEPTHS = (3, 50, 120, *range(195, 206), 330, 495, 900, *range(960, 1003), 5000, 30_000)
SHAPES = [
    Raw(one)
    for one in ("null", "true", "false", "[]", "{}", "[[]]", "[null]", '{"action":null}', '[{}, "p1"]')
]
VALUES = (MOMENTS, NUMBERS, TEXTS, ESCAPES, SHAPES)
FIELDS = (
    "area", "occurred_at", "source_number", "derived_from", "people", "parties", "backfill", "target_at", "based_on",
    "reference", "actor", "report_id", "incident_id", "action", "entered_by", "type", "__class__", "", NAME, "\u0000",
    "data",
)  # fmt: skip
BYTES = (
    b"", b" ", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"a" * 200, b"a" * 201, b"a" * 5000, b"9" * 5000,
    b"1.0", b"1.0 ", b"0.3", b"/partner", b"/fengqiao/", b"/fengqiao/village/intake", b"/FENGQIAO/village/intake",
    b" /fengqiao/x", b"report.submitted.v1", b"report.submitted.v2", b"incident.reported.v1", NAME.encode(),
    TELEPHONE.encode(), f"/hotline/{TELEPHONE}".encode(), "\u202e/x".encode(), b"line\nfeed", b"\x1f", b"\xe2\x80\xa8",
    b"00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01",
    b"00-" + b"a" * 60_000,
    NAME.encode("gb18030"), "😀".encode(),
)  # fmt: skip
NAMES = (
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_sequence", "ce_recordedtime",
    "traceparent", "content-type", "CE_ID", "ce-id", " ce_id", "ce_", "", NAME, "\x00", "reply_to", "correlation_id",
    "fengqiao-unreadable", "a" * 3000,
)  # fmt: skip
CONTENTS = (
    b"application/json", b"", b"text/xml", b"application/cloudevents+json", b"Application/CloudEvents+JSON",
    b"application/cloudevents+json; charset=utf-16", b"application/cloudevents-batch+json", b"application/cloudevents",
    b"\xff",
)  # fmt: skip
