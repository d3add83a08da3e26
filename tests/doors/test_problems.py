"""Every error is a problem document that names the field and never repeats a value."""

import re

import pytest

SECRET = "王小明-13800138000"  # what a person might write anywhere


async def test_a_good_request_is_answered_with_careful_headers(client):
    answer = await client.post("/echo", json={"name": "a"})

    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_a_problem_names_kind_field_and_both_languages(client):
    answer = await client.post("/problem", json={"name": "a"})

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:fengqiao:problem:closed", "title": "Conflict", "status": 409, "detail": "It is closed",
        "detail_zh": "已经销号",
        "errors": [{"field": "name", "problem": "is in the future", "problem_zh": "时间在将来"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "kind", "fields"),
    [
        ({"name": SECRET}, 422, "invalid", ["name"]),
        ({"age": SECRET}, 422, "invalid", ["name", "age"]),
        ({"name": "a", SECRET[:3]: 1}, 422, "unknown-field", ["…"]),
        ({"name": SECRET, "more": 1}, 422, "invalid", ["name", "more"]),
        ([SECRET], 422, "invalid", ["body"]),
    ],
)
async def test_each_kind_of_bad_body_has_its_answer_and_repeats_no_value(client, body, status, kind, fields):
    answer = await client.post("/echo", json=body)

    said = answer.json()
    assert (answer.status_code, said["type"].rpartition(":")[2]) == (status, kind)
    assert [one["field"] for one in said["errors"]] == fields
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "body",
    [f"{{{SECRET}".encode(), b"\xff\xfe" + SECRET.encode(), b"[" * 30, b'{"age": ' + b"1" * 5_000 + b"}"],
    ids=["torn", "no text", "no end", "too long a number"],
)
async def test_a_body_that_is_not_json_has_an_answer_of_its_own(client, body):
    headers = {"content-type": "application/json"}

    answer = await client.post("/echo", content=body, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:fengqiao:problem:not-json")
    assert SECRET not in answer.text


async def test_a_very_long_name_of_a_field_is_cut(client):
    answer = await client.post("/echo", json={"name": "a", "x" * 5000: 1})

    assert answer.json()["errors"][0]["field"] == "x" * 40


@pytest.mark.parametrize(
    ("odd", "field"),
    [("\\u0000", "x\ufffdy"), ("\\n", "x\ufffdy"), ("\\ud800", "body")],
    ids=["null", "end of line", "half a character"],
)
async def test_a_name_of_a_field_that_neither_a_page_nor_a_database_can_hold_is_shown_without_it(
    client, odd, field
):
    headers = {"content-type": "application/json"}

    answer = await client.post("/echo", content=f'{{"name": "a", "x{odd}y": 1}}', headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_person_s_number_that_is_the_name_of_a_field_is_not_repeated(client):
    answer = await client.post("/echo", json={"name": "a", "tel 13800138000": 1})

    assert answer.json()["errors"][0]["field"] == "tel …"


async def test_a_query_is_checked_as_well(client):
    answer = await client.get("/count", params={"limit": SECRET})

    assert answer.json()["errors"][0]["field"] == "query.limit"
    assert SECRET not in answer.text


async def test_an_outage_never_says_accepted_but_what_to_do_and_when(client):
    answer = await client.get("/unavailable")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "do not take this as accepted" in answer.json()["detail"]
    assert "same Idempotency-Key" in answer.json()["detail"]
    assert "不得视为已受理" in answer.json()["detail_zh"]
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/lost-race", "/busy"])
async def test_whoever_must_come_again_is_told_when(client, path):
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_code_is_told_what_would_do(client):
    answer = await client.get("/codes")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "category")
    assert "land" in answer.text
    assert "gossip" not in answer.text


@pytest.mark.parametrize(("path", "status", "allow"), [("/nowhere", 404, None), ("/echo", 405, "POST")])
async def test_even_what_the_framework_refuses_is_a_problem_and_keeps_its_headers(
    client, path, status, allow
):
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers.get("allow") == allow
    assert re.search("[一-鿿]", answer.json()["detail_zh"])


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("PUT", "/echo", 405, "GET, POST"),
        ("PATCH", "/echo", 405, "GET, POST"),
        ("POST", "/count", 405, "GET"),
        ("POST", "/docs/assets/swagger-ui.css", 405, "GET, HEAD"),
        ("PUT", "/nowhere", 404, None),
    ],
)
async def test_what_cannot_be_asked_at_all_is_said_before_what_is_wrong_with_its_body(
    app, client, method, path, status, allow
):
    app.get("/echo")(lambda: 1)

    answer = await client.request(method, path, content=b"a" * 100_000)

    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)
    assert answer.json()["status"] == status
    assert re.search("[一-鿿]", answer.json()["detail_zh"])


async def test_the_document_and_its_viewer_need_no_cdn(client):
    document, viewer = await client.get("/openapi.json"), await client.get("/docs")

    assert document.json()["info"]["title"] == "test"
    assert "http://" not in viewer.text
    assert "https://" not in viewer.text
    assert (await client.get("/docs/assets/swagger-ui.css")).status_code == 200
