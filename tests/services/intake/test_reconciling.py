"""Over HTTP: a source's own list is compared with ours, and nothing changes."""

import json

import pytest

from tests.services.intake.house import offered

pytestmark = pytest.mark.system


PLACE = "/v1/referrals/reconciliations"


async def compared(house, content, kind="text/csv", **query):
    wanted = {"source": "court", "month": "2026-09"} | query
    return await house.http.post(PLACE, params=wanted, content=content, headers={"content-type": kind})


async def test_a_source_s_list_is_compared_and_nothing_changes(house):
    ours, _ = await offered(house, 2)
    await house.answer(ours, "accepted")
    before = (await house.ledger()).json()

    answer = (await compared(house, "案号,状态\nn-0,成功\nn-9,失败\n")).json()

    assert not answer["agree"]
    assert [(one["number"], one["ours"], one["theirs"]) for one in answer["state_differs"]] == [
        ("n-0", "accepted", "succeeded")
    ]
    assert [one["number"] for one in answer["theirs_not_ours"]] == ["n-9"]
    assert [one["number"] for one in answer["ours_not_theirs"]] == ["n-1"]
    assert (await house.ledger()).json()["lines"] == before["lines"]


async def test_json_and_csv_come_to_the_same(house):
    await offered(house, 2)
    rows = [{"number": "n-0", "state": "offered"}, {"number": "n-1", "state": "offered", "month": "2026-08"}]

    as_json = (await compared(house, json.dumps(rows), "application/json")).json()
    as_csv = (await compared(house, "\ufeffnumber,state,month\nn-0,offered,\nn-1,offered,2026-08\n")).json()

    assert as_json["month_differs"][0]["ours"] == as_csv["month_differs"][0]["ours"] == "2026-09"
    assert as_json["totals"] == as_csv["totals"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "word"),
    [
        ("number,state\n张三,won\n", "text/csv", 422, "file"),
        ("编号,状态\n1,成功\n".encode("gb18030"), "text/csv", 422, "not-utf-8"),
        ("{", "application/json", 400, "not-json"),
        ("{}", "application/json", 422, "invalid"),
        ("number,state\n", "text/plain", 415, "content-type"),
        (b"x" * 1_048_577, "text/csv", 413, "too-large"),
    ],
)
async def test_a_list_that_cannot_be_read_is_refused(house, content, kind, status, word):
    answer = await compared(house, content, kind)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, word)
    assert "张三" not in answer.text


async def test_every_line_that_is_wrong_is_named(house):
    answer = await compared(house, "number,state\n1,won\n2,failed\n,offered\n")

    assert [(one["line"], one["field"]) for one in answer.json()["errors"]] == [(2, "state"), (4, "number")]
