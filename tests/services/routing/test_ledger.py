"""A ledger over HTTP: complete, in order, harmless in a spreadsheet, never silently short; it holds nobody up."""

import asyncio
import csv
import io
import uuid
from datetime import timedelta

import httpx
import openpyxl
import pytest

from doors import download
from messaging.errors import Unavailable
from messaging.pace import Pulse
from messaging.web import serve
from schemas.base import Actor
from schemas.codes import load
from schemas.routing import Entry
from services.routing import api_ledger, export, ledger_store, store
from services.routing.api import api
from services.routing.desk import Desk
from services.routing.export import BOM, INCOMPLETE
from services.routing.ledger import Wanted
from services.routing.ledger_store import copy_out
from tests.builders import INCIDENT, NOW, REPORTED_AT, VILLAGE, a_centre, an_incident
from tests.messaging.wire import until

pytestmark = pytest.mark.system
PERIOD = {"from": "2026-09-01", "to": "2026-09-30"}


def a_line(**changes):
    fields = {
        "event": "incident.opened.v1", "tier": "village", "occurred_at": REPORTED_AT, "recorded_at": NOW,
        "actor": Actor(role="officer", ref="o-1102"), "rule": "default/1 first_tier.ordinary",
    }  # fmt: skip
    return Entry(**(fields | changes))


async def keep(database, *incidents):
    async with database.transaction() as tx:
        await store.save(tx, incidents, await database.now())


def with_lines(*lines, **changes):
    changes.setdefault("incident_id", str(uuid.uuid4()))
    return an_incident(history=lines, lines=(len(lines), 0, 0), **changes)


@pytest.fixture
async def database(new_database):
    return await new_database()


def application(database):
    return api(database, Desk(a_centre()), load(), Pulse(1))


@pytest.fixture
async def door(database):
    transport = httpx.ASGITransport(application(database))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as opened:
        yield opened


async def rows(door, **asked):
    answer = await door.get("/v1/ledger", params=PERIOD | asked)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


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


EVIL = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\n=x",
    "＝1",
    "＋1",
    "－1",
    "＠A",
    "﹦1",
    " =1",
    "\u3000=1",
    "−1",
]


@pytest.mark.parametrize("column", ["role", "ref", "detail", "rule", "event"])
async def test_no_cell_of_a_csv_begins_like_a_formula(door, database, column):
    await keep(database, with_lines(*[a_line() for _ in EVIL], incident_id=INCIDENT))
    async with database.transaction() as tx:
        for at, value in enumerate(EVIL, 1):
            await tx.execute(f"update history set {column} = $1 where number = $2", value, at)

    found = await rows(door)

    cells = [value for row in found for value in row.values()]
    assert not [
        one for one in cells if one.strip("\ufeff\u3000 \t\r\n")[:1] in tuple("=+-@＝＋－＠﹦﹢﹣﹫−")
    ]
    assert sum(one.startswith("'") for one in cells) >= len(EVIL)


async def test_a_locality_s_own_label_is_no_formula_either(database):
    await keep(database, with_lines(a_line()))
    wanted = Wanted(REPORTED_AT.date(), REPORTED_AT.date(), None, a_zone())

    for safe, cell in ((True, b"'=cmd"), (False, b",=cmd")):
        pieces = []

        async def sink(piece, pieces=pieces):
            pieces.append(piece)

        await copy_out(database, wanted, {"category/1:land": "=cmd"}, sink, safe=safe)
        assert cell in b"".join(pieces)


async def test_what_is_harmless_is_left_as_it_is(door, database):
    await keep(database, with_lines(a_line(actor=Actor(role="o-1", ref="a@b"))))

    [found] = await rows(door)

    assert found["经办人 who"] == "a@b"


async def test_xlsx_has_the_same_cells_as_text_and_as_they_are(door, database):
    await keep(database, with_lines(a_line(actor=Actor(role="@SUM", ref="-1")), a_line(detail="town")))

    answer = await door.get("/v1/ledger", params=PERIOD | {"format": "xlsx"})

    [sheet] = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    heading, first, second = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert heading == list((await rows(door))[0])
    assert first[10:12] == ["@SUM", "-1"]
    assert second[15] == "镇(街道) town"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


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

    async with httpx.AsyncClient(transport=httpx.ASGITransport(busy), base_url="http://routing") as other:
        answer = await other.get("/v1/ledger", params=PERIOD)

    assert answer.status_code == 503
    assert "detail_zh" in answer.json()


async def test_a_sheet_is_printed_and_its_stylesheet_comes_from_the_same_door(door, database):
    await keep(database, with_lines(a_line(), incident_id=INCIDENT))

    sheet = await door.get(f"/v1/incidents/{INCIDENT}/sheet")
    style = await door.get("/paper/sheet.css")

    assert "事件台账" in sheet.text
    assert "default-src 'self'" in sheet.headers["content-security-policy"]
    assert "unsafe" not in sheet.headers["content-security-policy"]
    assert sheet.url.join("../../../paper/sheet.css").path == "/paper/sheet.css"
    assert (style.status_code, style.headers["content-type"].split(";")[0]) == (200, "text/css")
    assert (await door.get(f"/v1/incidents/{uuid.uuid4()}/sheet")).status_code == 404


# What follows needs a real connection: someone who reads slowly, goes away, or is left with half a file.


@pytest.fixture
async def long(database):
    """A ledger larger than all buffers on the way, also when it is compressed."""
    await keep(database, with_lines(a_line(), incident_id=INCIDENT))
    async with database.transaction() as tx:
        await tx.execute(
            """
            insert into incident select (jsonb_populate_record(i, jsonb_build_object('incident_id', md5(n::text)))).*
            from incident i, generate_series(1, 2500) as n
            """
        )
        await tx.execute(
            """
            insert into history
            select md5(n::text), k, event, tier, occurred_at, recorded_at, role, md5(n * k || ref), detail,
                md5(ref || k)
            from history, generate_series(1, 2500) as n, generate_series(1, 100) as k
            """
        )
    return database


@pytest.fixture
async def served(long):
    async with serve(application(long), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/v1/ledger"


async def running(database):
    async with database.connection() as connection:
        return await connection.fetchval(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()
            """
        )


async def begun(url, kind):
    """A reader that has taken the first piece and then takes no more."""
    client = httpx.AsyncClient(timeout=20)
    request = client.build_request("GET", url, params=PERIOD | {"format": kind})
    answer = await client.send(request, stream=True)
    pieces = answer.aiter_raw()
    await anext(pieces)
    return client, pieces


async def idle(database):
    return await running(database) == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_who_goes_away_ends_the_query(long, served, kind):
    client, _ = await begun(served, kind)
    assert await running(long) == 1

    await client.aclose()

    await until(lambda: idle(long))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_who_takes_nothing_is_given_up_and_sees_that_the_file_is_short(long, served, kind, monkeypatch):
    monkeypatch.setattr(download, "STALL_S", 0.5)

    client, pieces = await begun(served, kind)
    await until(lambda: idle(long))

    with pytest.raises(httpx.RemoteProtocolError):
        async for _ in pieces:
            pass
    await client.aclose()


async def test_a_ledger_that_takes_too_long_says_that_it_is_short_and_ends_without_its_end(
    long, served, monkeypatch
):
    monkeypatch.setattr(ledger_store, "LONGEST_S", 5.0)

    client, pieces = await begun(served, "csv")
    await until(lambda: idle(long))
    taken = b""
    with pytest.raises(httpx.RemoteProtocolError):
        async for piece in pieces:
            taken += piece

    assert taken.endswith(INCOMPLETE.encode())
    await client.aclose()


async def test_a_workbook_whose_rows_broke_off_is_no_workbook(long, served, monkeypatch):
    monkeypatch.setattr(ledger_store, "LONGEST_S", 1.5)

    async with httpx.AsyncClient(timeout=20) as client:
        with pytest.raises((httpx.RemoteProtocolError, AssertionError)):
            answer = await client.get(served, params=PERIOD | {"format": "xlsx"})
            assert answer.status_code == 200

    await until(lambda: idle(long))


async def test_a_workbook_that_cannot_be_written_is_told(long, monkeypatch):
    monkeypatch.setattr(export.sys, "executable", "/bin/false")
    ledger = export.Ledger(long, Wanted(NOW.date(), NOW.date(), None, a_zone()), {})

    with pytest.raises(Unavailable):
        async for _ in ledger.pieces("xlsx"):
            pass


def a_zone():
    return next(iter(a_centre().policies.values())).zone


async def test_the_door_answers_others_meanwhile(long, served):
    client, _ = await begun(served, "xlsx")

    async with httpx.AsyncClient(timeout=5) as other:
        answers = await asyncio.gather(
            *(other.get(served.replace("ledger", f"incidents/{uuid.uuid4()}")) for _ in range(20))
        )

    assert {one.status_code for one in answers} == {404}
    await client.aclose()
    await until(lambda: idle(long))
