"""Over HTTP: a file of contacts is taken whole or not at all, once, and everybody's load can be seen."""

import asyncio
import uuid

import httpx
import pytest

from messaging.pace import Pulse
from policy.load import areas
from schemas.codes import load
from services.routing import store
from services.routing.api import api
from services.routing.desk import Desk
from tests.builders import ROOT, VILLAGE, a_centre, an_accepted_incident, later
from tests.documented import Documented

pytestmark = pytest.mark.system
HEAD = "reference,kind,role,area,valid_from,valid_until,capacity,name\n"
AREAS = areas(ROOT / "policy" / "areas-620522.csv")
TOWN, ELSEWHERE = VILLAGE[:9], "620522100001"
FILE = HEAD + (
    f"g-1,person,网格员,{VILLAGE}001,2026-01-01,,,\n"
    f"o-1,person,officer,{VILLAGE},2026-01-01,,,\n"
    f"j-1,body,justice-office,{TOWN},2026-01-01,,,莲花司法所\n"
    f"c-1,body,court,620522,2026-01-01,,,秦安县人民法院\n"
    f"o-9,person,officer,{ELSEWHERE},2026-01-01,,,\n"
)


@pytest.fixture
async def door(database):
    transport = Documented(api(database, Desk(a_centre()), load(), Pulse(1), AREAS))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as opened:
        yield opened


async def put(door, text, key=None, **headers):
    given = {"Idempotency-Key": key or uuid.uuid4().hex, "Content-Type": "text/csv"} | headers
    return await door.put("/v1/contacts", content=text.encode(), headers=given)


async def listed(door, **wanted):
    answer = await door.get("/v1/contacts", params=wanted)
    assert answer.status_code == 200, answer.text
    return [one["reference"] for one in answer.json()["contacts"]]


async def rows(database, table):
    async with database.connection() as connection:
        return await connection.fetchval(f"select count(*) from {table}")


async def test_the_same_file_twice_changes_nothing(door, database):
    first, again = await put(door, FILE), await put(door, FILE)

    assert first.json() == {"added": 5, "changed": 0, "unchanged": 0}
    assert again.json() == {"added": 0, "changed": 0, "unchanged": 5}
    assert await rows(database, "contact") == 5


async def test_the_same_request_twice_has_one_answer(door):
    first, again = await put(door, FILE, "k-1"), await put(door, FILE, "k-1")
    another = await put(door, FILE + f"m-1,person,mediator,{VILLAGE},2026-01-01,,,\n", "k-1")

    assert again.json() == first.json()
    assert another.status_code == 422


async def test_when_anything_is_wrong_nothing_changes_and_all_of_it_is_named(door, database):
    broken = FILE + "张三,person,mayor,620522,2026-01-01,,,\n" + "m-1,person,mediator,999999,2026-01-01,,,\n"

    answer = await put(door, broken)

    assert answer.status_code == 422
    assert [(one["line"], one["field"]) for one in answer.json()["errors"]] == [
        (7, "reference"), (7, "role"), (8, "area"),
    ]  # fmt: skip
    assert "张三" not in answer.text
    assert await rows(database, "contact") == 0


async def test_what_does_not_fit_the_registry_is_named_and_changes_nothing(door, database):
    await put(door, HEAD + f"o-1,person,officer,{VILLAGE},2026-01-01,2026-12-31,,\n")

    answer = await put(
        door,
        HEAD + f"m-1,person,mediator,{VILLAGE},2026-01-01,,,\no-2,person,officer,{VILLAGE},2026-06-01,,,\n",
    )

    assert [(one["line"], one["field"]) for one in answer.json()["errors"]] == [(3, "valid_from")]
    assert await rows(database, "contact") == 1


async def test_what_cannot_be_read_and_what_does_not_fit_are_named_at_once(door, database):
    await put(door, HEAD + f"o-1,person,officer,{VILLAGE},2026-01-01,2026-12-31,,\n")
    follower, stranger = (
        f"o-2,person,officer,{VILLAGE},2026-06-01,,,\n",
        "m-1,person,mayor,620522,2026-01-01,,,\n",
    )
    twice = f"g-1,person,grid-staff,{VILLAGE},2026-01-01,,,\n" * 2

    answer = await put(door, HEAD + follower + stranger + twice)

    assert [(one["line"], one["field"]) for one in answer.json()["errors"]] == [
        (2, "valid_from"), (3, "role"), (5, "valid_from"),
    ]  # fmt: skip
    assert await rows(database, "contact") == 1


async def test_two_files_at_once_leave_one_officer_at_a_time(door, database):
    files = [HEAD + f"o-{n},person,officer,{VILLAGE},2026-0{n}-01,,,\n" for n in range(1, 9)]

    answers = await asyncio.gather(*(put(door, one) for one in files))

    assert {one.status_code for one in answers} <= {200, 422}
    for month in range(1, 9):
        assert len(await listed(door, on=f"2026-0{month}-15")) <= 1


async def test_an_area_shows_all_in_it_and_all_it_lies_in(door):
    await put(door, FILE)

    assert await listed(door, area=VILLAGE) == ["g-1", "o-1", "j-1", "c-1"]
    assert await listed(door, area=TOWN) == ["g-1", "o-1", "j-1", "c-1"]
    assert await listed(door, area=ELSEWHERE) == ["c-1", "o-9"]
    assert await listed(door, area=VILLAGE, role="officer") == ["o-1"]


async def test_who_was_there_on_a_day_can_be_looked_up_after_somebody_followed(door):
    await put(door, FILE)
    await put(door, HEAD + f"o-2,person,officer,{VILLAGE},2026-09-01,,,\n")

    before, since = [
        await listed(door, area=VILLAGE, role="officer", on=f"2026-{day}") for day in ("08-31", "09-01")
    ]

    assert (before, since) == (["o-1"], ["o-2"])
    assert await listed(door, on="2025-12-31") == []


async def test_a_list_is_read_page_by_page(door):
    await put(door, FILE)

    first = (await door.get("/v1/contacts", params={"limit": 3})).json()
    rest = (await door.get("/v1/contacts", params={"limit": 3, "after": first["next"]})).json()

    assert [len(one["contacts"]) for one in (first, rest)] == [3, 2]
    assert rest["next"] is None


async def test_load_is_what_is_open_and_in_hand_now(door, database):
    await put(door, FILE)
    now = await database.now()
    every = [an_accepted_incident(incident_id=str(uuid.uuid4()), assignee="o-1") for _ in range(3)]
    done = an_accepted_incident(
        incident_id=every[0].incident_id, assignee="o-1", status="resolved", resolved_at=later(hours=1)
    )
    away = an_accepted_incident(
        incident_id=every[1].incident_id, assignee="o-1", status="handed-over", owner="town"
    )

    loads = []
    for step in (every, [done], [away]):
        async with database.transaction() as tx:
            await store.save(tx, step, now)
        [officer] = (await door.get("/v1/contacts", params={"role": "officer", "area": VILLAGE})).json()[
            "contacts"
        ]
        loads.append(officer["in_hand"])

    assert loads == [3, 2, 1]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [({"area": "62"}, 422), ({"role": "mayor"}, 422), ({"on": "yesterday"}, 422), ({"name": "x"}, 422)],
)
async def test_a_question_that_makes_no_sense_is_refused(door, wanted, status):
    assert (await door.get("/v1/contacts", params=wanted)).status_code == status


async def test_only_csv_of_a_sensible_size_is_taken(door):
    json = await put(door, "{}", **{"Content-Type": "application/json"})
    large = await put(door, HEAD + " " * 1_048_577)
    nothing = await put(door, "")

    assert (json.status_code, large.status_code, nothing.status_code) == (415, 413, 422)
