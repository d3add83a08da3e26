"""What `fengqiao doctor` makes of what databases say of themselves: each check with a wrong setting."""

import pytest

from cli.doctoring.databases import Server, apart, connections, judge
from cli.doctoring.judged import BEHIND

SETTINGS = {
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "100",
}  # fmt: skip


def a_server(**changes):
    """A database that is well."""
    fields = {
        "name": "village-routing", "address": "h:5432", "version": 180001, "settings": SETTINGS, "ahead_s": 0.01,
        "exact_s": 0.01, "reserved": 3,
    }  # fmt: skip
    return Server(**fields | changes)


def test_a_database_that_is_well_has_nothing_but_good_lines():
    assert {one.verdict for one in judge(a_server())} == {"ok"}


@pytest.mark.parametrize(
    ("change", "verdict", "said", "advice"),
    [
        ({"version": 150004}, "wrong", "15.4", "16 or newer"),
        ({"version": 170001}, "warn", "17.1", "18"),
        ({"settings": SETTINGS | {"fsync": "off"}}, "wrong", "fsync is off", "set fsync = on"),
        ({"settings": SETTINGS | {"full_page_writes": "off"}}, "wrong", "full_page_writes is off", "half written"),
        ({"settings": SETTINGS | {"synchronous_commit": "off"}}, "wrong", "synchronous_commit is off", "durable"),
        ({"settings": SETTINGS | {"synchronous_commit": "local"}}, "warn", "is local", "synchronous_commit = on"),
        ({"ahead_s": 2.0}, "warn", "+2.00 s", "chrony"),
        ({"ahead_s": -11.0}, "wrong", "-11.00 s", "chrony"),
        ({"missing": ["routing/011_told.sql"]}, "wrong", "lacks routing/011", "services.routing migrate"),
        ({"edited": ["routing/011_told.sql"]}, "wrong", "another text", "right image"),
        ({"lacking": ["outbox", "temporary"]}, "wrong", "outbox, temporary", "owner"),
        ({"letters": 2, "held": 3}, "warn", "2 dead letters, 3 events", "dead-letters list --service routing"),
        ({"unsent": BEHIND + 1}, "warn", "wait to be sent", "Kafka"),
    ],
)  # fmt: skip
def test_what_is_not_well_with_a_database_is_one_line_with_what_to_do(change, verdict, said, advice):
    bad = [one for one in judge(a_server(**change)) if one.verdict != "ok"]

    assert len(bad) == 1
    assert bad[0].verdict == verdict
    assert said in bad[0].said
    assert advice in bad[0].advice


def test_a_slow_answer_does_not_make_a_clock_wrong():
    [clock] = [one for one in judge(a_server(ahead_s=2.0, exact_s=1.5)) if "clock" in one.what]

    assert clock.verdict == "ok"


def test_databases_whose_clocks_are_apart_are_named():
    line = apart([a_server(ahead_s=0.9), a_server(name="town-intake", ahead_s=-0.9)])

    assert (line.verdict, "village-routing and town-intake differ" in line.advice) == ("warn", True)


@pytest.mark.parametrize(("allowed", "verdict"), [("303", "ok"), ("119", "warn"), ("98", "wrong")])
def test_the_pools_of_all_services_on_a_server_must_fit(allowed, verdict):
    names = [f"village-{number}" for number in range(12)]
    servers = [a_server(name=name, settings=SETTINGS | {"max_connections": allowed}) for name in names]

    [line] = connections(servers, dict.fromkeys(names, 8))

    assert line.verdict == verdict
    assert line.said.startswith("96 of ")
