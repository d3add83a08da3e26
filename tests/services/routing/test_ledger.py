"""A ledger over HTTP: complete, in order, asked for by period and area, refused where it cannot be shown."""

import uuid
from datetime import timedelta

import httpx
import pytest

from services.routing import api_ledger
from tests.builders import INCIDENT, NOW, REPORTED_AT, VILLAGE
from tests.documented import Documented
from tests.services.routing.ledgers import PERIOD, a_line, application, keep, rows, with_lines

pytestmark = pytest.mark.system


async def test_every_line_of_every_incident_is_there_in_order(door, database):
    second = with_lines(a_line(), reported_at=REPORTED_AT + timedelta(days=1))
    first = with_lines(
        a_line(), a_line(event="incident.accepted.v1"), a_line(event="incident.closed.v1", rule=None)
    )
    await keep(database, second, first)

    found = await rows(door)

    assert [(one["事件编号 incident"], one["序号 number"]) for one in found] == [
        (first.incident_id, "1"),
        (first.incident_id, "2"),
        (first.incident_id, "3"),
        (second.incident_id, "1"),
    ]
    assert found[1]["事项 what happened"] == "接单 Accepted"
    assert found[0]["角色 role"] == "干部 officer"
    assert found[0]["经办人 who"] == "o-1102"
    assert found[0]["事项类别 category"].startswith("土地山林")
    assert [one["依据规则 policy rule"] for one in found[1:3]] == ["default/1 first_tier.ordinary", ""]


async def test_times_are_those_of_the_centre_and_both_are_there(door, database):
    await keep(database, with_lines(a_line()))

    [found] = await rows(door)

    local = timedelta(hours=8)
    assert found["发生时间 happened at (Asia/Shanghai)"] == (REPORTED_AT + local).replace(
        tzinfo=None
    ).isoformat(" ")
    assert found["记录时间 recorded at (Asia/Shanghai)"] == (NOW + local).replace(tzinfo=None).isoformat(" ")


async def test_codes_in_the_detail_are_said(door, database):
    await keep(database, with_lines(a_line(detail="town reason/1:too-hard person"), a_line(detail="o-7")))

    found = await rows(door)

    assert found[0]["说明 detail"].startswith("镇(街道) town ")
    assert found[0]["说明 detail"].endswith("人工决定 by a person")
    assert found[1]["说明 detail"] == "o-7"


async def test_what_a_source_was_answered_is_not_told_as_the_state_of_the_matter(door, database):
    answered = a_line(event="referral.answered.v1", detail="referral-body/1:court accepted")
    await keep(database, with_lines(answered, status="accepted"))

    [found] = await rows(door)

    assert found["说明 detail"].endswith("已受理 accepted")
    assert found["当前状态 status now"] == "办理中 in handling"


async def test_a_period_and_an_area_narrow_it_to_whole_incidents(door, database):
    late, elsewhere = a_line(recorded_at=NOW + timedelta(days=90)), "620522102201"
    await keep(
        database,
        with_lines(a_line(), late),
        with_lines(a_line(), area=elsewhere),
        with_lines(a_line(), reported_at=REPORTED_AT - timedelta(days=60)),
    )

    assert len(await rows(door)) == 3
    assert len(await rows(door, area=VILLAGE)) == 2
    assert len(await rows(door, area=VILLAGE[:6])) == 3
    assert await rows(door, area="620523") == []
    assert len(await rows(door, **{"from": "2026-01-01"})) == 4


async def test_a_day_begins_and_ends_at_the_centre_s_midnight(door, database):
    midnight = REPORTED_AT.replace(hour=16, minute=0, second=0, microsecond=0)  # 24:00 there
    await keep(
        database,
        with_lines(a_line(), reported_at=midnight - timedelta(seconds=1)),
        with_lines(a_line(), reported_at=midnight),
    )
    day = (midnight + timedelta(hours=1)).date().isoformat()

    assert len(await rows(door, **{"from": day, "to": day})) == 1


@pytest.mark.parametrize(("kind", "media"), [("csv", "text/csv"), ("xlsx", "application/vnd.openxml")])
async def test_an_empty_ledger_is_a_file_with_headings(door, kind, media):
    answer = await door.get("/v1/ledger", params=PERIOD | {"format": kind, "area": "620522"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media)
    assert (
        f'filename="ledger-village-620522-20260901-20260930.{kind}"' in answer.headers["content-disposition"]
    )
    assert len(answer.content) > 100


@pytest.mark.parametrize(
    "asked",
    [{"from": "2026-10-01"}, {"to": "yesterday"}, {"area": "62"}, {"format": "pdf"}, {"form": "csv"},
     {"from": "0001-01-01"}, {"to": "9999-12-31"}],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused_with_the_field(door, asked):
    answer = await door.get("/v1/ledger", params=PERIOD | asked)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_period_must_be_given(door):
    assert (await door.get("/v1/ledger")).status_code == 422


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_while_the_database_is_away_the_answer_is_a_problem_and_no_file(database, door, kind):
    await database.close()

    answer = await door.get("/v1/ledger", params=PERIOD | {"format": kind})

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


async def test_more_at_once_than_a_process_writes_are_asked_to_come_again(door, monkeypatch):
    monkeypatch.setattr(api_ledger, "AT_ONCE", 0)
    busy = application(None)

    async with httpx.AsyncClient(transport=Documented(busy), base_url="http://routing") as other:
        answer = await other.get("/v1/ledger", params=PERIOD)

    assert answer.status_code == 503
    assert "detail_zh" in answer.json()


async def test_a_sheet_is_printed_and_its_stylesheet_comes_from_the_same_door(door, database):
    await keep(database, with_lines(a_line(), incident_id=INCIDENT))

    sheet = await door.get(f"/v1/incidents/{INCIDENT}/sheet")
    style = await door.get("/paper/sheet.css")

    assert "事件台账" in sheet.text
    assert "default-src 'none'; style-src 'self';" in sheet.headers["content-security-policy"]
    assert "unsafe" not in sheet.headers["content-security-policy"]
    assert sheet.url.join("../../../paper/sheet.css").path == "/paper/sheet.css"
    assert (style.status_code, style.headers["content-type"].split(";")[0]) == (200, "text/css")
    assert (await door.get(f"/v1/incidents/{uuid.uuid4()}/sheet")).status_code == 404
