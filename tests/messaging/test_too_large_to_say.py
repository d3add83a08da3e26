"""What no broker would take is refused where it is said: else all that a service says would wait behind it for ever."""

import pytest
from pydantic_core import to_json

from messaging import outbox
from tests.builders import APPLICANT, a_record, reported
from tests.messaging.tiny import a_reader, effects, letters, records, rows

pytestmark = pytest.mark.system


async def test_an_event_too_large_for_its_topic_stops_its_own_incident_and_no_other(
    new_database, monkeypatch
):
    database = await new_database()
    inbox, _, _ = await a_reader(database)
    monkeypatch.setattr(outbox, "LARGEST", len(to_json(reported())) + 20)
    large = a_record(reported(parties=(APPLICANT,) * 9), 2, key="a")
    good = records("a", 1, 3) + records("b", 1, 2)

    for _ in range(2):
        await inbox.apply([good[0], large, *good[1:]])

    assert await effects(database) == {"a": [1], "b": [1, 2]}
    assert await letters(database) == [("a", 2, "bug", "ValueError")]
    assert await rows(database, "select key, seq from outbox order by key, seq") == [
        ("a", 1), ("b", 1), ("b", 2)
    ]  # fmt: skip
