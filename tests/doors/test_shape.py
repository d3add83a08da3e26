"""JSON that is too deep or of too many parts is refused before it is parsed, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.limits import MOST_PARTS
from doors.shape import DEEPEST, unfit
from tests.documented import in_both_languages

JSON = {"content-type": "application/json"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=60,
)


def kind(body):
    problem = unfit(body, MOST_PARTS)
    return problem and problem.kind


def depth_of(value):
    match value:
        case list():
            return 1 + max(map(depth_of, value), default=0)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
        case _:
            return 0


@pytest.mark.wide
@given(VALUES, st.integers(0, 2 * DEEPEST), st.booleans())
def test_what_is_deeper_than_the_bound_is_refused_and_nothing_else(value, more, ascii_only):
    for _ in range(more):
        value = [value, "[{"]

    found = kind(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))

    assert found == ("too-deep" if depth_of(value) > DEEPEST else None)


@given(st.text('[]{},:"\\a', max_size=200))
def test_brackets_in_texts_are_letters(text):
    assert kind(json.dumps({"a": [text] * 10}).encode()) is None


@given(st.binary(max_size=300))
def test_what_is_no_json_is_left_to_who_parses_it_and_breaks_nothing(body):
    assert kind(body) in {None, "too-deep", "not-json"}


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_a_body_that_only_opens_is_too_deep(opening):
    assert kind(opening * 20_000) == "too-deep"


def test_a_body_of_more_parts_than_anything_here_has_is_refused_and_one_as_large_with_commas_in_texts_is_not():
    assert kind(json.dumps([1] * (MOST_PARTS + 1)).encode()) == "too-many-parts"
    assert kind(json.dumps([1] * MOST_PARTS).encode()) is None
    assert kind(json.dumps(["," * 10 * MOST_PARTS]).encode()) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_in_another_encoding_is_not_guessed_at(encoding):
    assert kind(json.dumps({"name": "a"}).encode(encoding)) == "not-json"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"[" * 100, "too-deep"),
        (b'{"name":' * 40 + b"1" + b"}" * 40, "too-deep"),
        (json.dumps({"name": [1] * 30_000}, separators=(",", ":")).encode(), "too-many-parts"),
        ('{"name": "a"}'.encode("utf-16"), "not-json"),
    ],
)
async def test_a_door_says_what_is_wrong_with_the_shape(client, body, word):
    answer = await client.post("/echo", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["type"]) == (400, f"urn:fengqiao:problem:{word}")
    in_both_languages(answer.json())
