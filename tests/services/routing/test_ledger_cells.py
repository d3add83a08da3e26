"""No cell of a ledger is computed by a spreadsheet, and what is harmless stays as it is."""

import io

import openpyxl
import pytest

from doors.spreadsheet import FORMULA, defused
from schemas.base import Actor
from services.routing.ledger import Wanted
from services.routing.ledger_store import copy_out
from tests.builders import INCIDENT, REPORTED_AT
from tests.services.routing.ledgers import PERIOD, a_line, a_zone, keep, rows, with_lines

pytestmark = pytest.mark.system


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


async def test_the_database_takes_for_a_formula_what_we_take_for_one(database):
    signs = [
        chr(at)
        for at in (*range(1, 0x300), *range(0x1680, 0x1681), *range(0x2000, 0x2070), *range(0x2200, 0x2220))
    ]
    signs += [
        chr(at)
        for at in (0x180E, *range(0x3000, 0x3010), 0xFEFF, *range(0xFE60, 0xFE70), *range(0xFF00, 0xFF30))
    ]
    texts = [*signs, *(f"{one}=1" for one in signs), *(f" {one}" for one in signs), *EVIL]

    async with database.transaction() as tx:
        found = await tx.fetch("select v, v ~ $1 as evil from unnest($2::text[]) v", FORMULA, texts)

    assert [row["v"] for row in found if row["evil"] != (defused(row["v"]) != row["v"])] == []


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
