"""That somebody's data was erased is heard by every service that listens to intake, and changes nothing in them."""

from zoneinfo import ZoneInfo

import pytest

from messaging.inbox import Inbox, Reading
from schemas.intake import ReportErased
from schemas.topics import TOPICS
from services.followup.app import LISTENS_TO as FOLLOWUP
from services.followup.desk import Desk as Following
from services.metrics.desk import Desk as Counting
from services.metrics.facts import LISTENS_TO as METRICS
from services.metrics.hearing import Hearing
from services.routing.app import LISTENS_TO as ROUTING
from services.routing.desk import Desk as Routing
from tests.builders import INCIDENT, NOW, a_centre, a_record, policies, reported
from tests.messaging.tiny import rows

pytestmark = pytest.mark.system
SAID = [
    a_record(event, seq)
    for seq, event in enumerate(
        (
            reported(),
            ReportErased(incident_id=INCIDENT, erased_for="erasure/1:subject-request", occurred_at=NOW),
            ReportErased(incident_id=INCIDENT, erased_for="erasure/1:subject-request", occurred_at=NOW),
        ),
        start=1,
    )
]


async def deliver(database, handler, wanted, records):
    """Twice, and each again alone, as Kafka may."""
    inbox = Inbox(database, Reading((TOPICS["village.intake"],), wanted, handler), lambda: None)
    await inbox.apply(records)
    await inbox.apply(records)
    for one in records:
        await inbox.apply([one])


async def contents(database):
    """Every row of every table but where the stream stands."""
    names = await rows(database, "select tablename from pg_tables where schemaname = 'public' order by 1")
    return {
        name: sorted(map(str, await rows(database, f'select * from "{name}"')))
        for (name,) in names
        if name not in ("guard", "migration")
    }


@pytest.mark.parametrize("service", ["routing", "metrics", "followup"])
async def test_heard_twice_an_erasure_moves_the_stream_on_and_nothing_else(new_database, service):
    database = await new_database(service)

    handler, wanted = {
        "routing": (Routing(a_centre()).handle, ROUTING),
        "metrics": (Counting("village", ZoneInfo("Asia/Shanghai"), Hearing(database)).count, METRICS),
        "followup": (Following("village", policies()).handle, FOLLOWUP),
    }[service]
    await deliver(database, handler, wanted, SAID[:1])
    before = await contents(database)

    await deliver(database, handler, wanted, SAID)

    assert await contents(database) == before
    assert await rows(database, "select last_seq from guard where topic = 'village.intake'") == [(3,)]
    assert await rows(database, "select count(*) from dead_letter") == [(0,)]
