"""A broker that enforces the lists: what every principal may do to everything is what the table says, and no more."""

import pytest

from messaging import rights
from messaging.broker import Broker
from schemas.permissions import of_service
from schemas.topics import TOPICS
from tests.system.asking import all_answers, connected
from tests.system.compared import GROUPS, NOBODY, differing, differs, warm
from tests.system.guarded import ADMINISTRATOR, WAYS
from tests.system.listed import allow, forget, users
from tests.system.servants import eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]


async def test_who_is_not_known_is_not_let_in(guarded):
    with pytest.raises(rights.Unknown):
        await rights.refused(guarded.stranger("village-routing"), of_service("routing", "village"))
    with pytest.raises((OSError, rights.KafkaError)):  # no certificate
        trusting = guarded.at("village-routing", "scram").tls
        await rights.refused(Broker(guarded.doors.tls, trusting), of_service("routing", "village"))


@pytest.mark.parametrize("way", WAYS)
async def test_every_principal_may_do_to_every_topic_and_group_what_the_table_says_and_nothing_else(
    guarded, way, capsys
):
    await warm(guarded)

    asked, differences = 0, []
    for name in sorted([*users(), NOBODY]):
        answers = await all_answers(guarded.at(name, way), list(TOPICS), GROUPS)
        asked += len(answers)
        differences += differing(name, answers)
    of_all = await all_answers(guarded.at(ADMINISTRATOR, way), list(TOPICS), GROUPS)

    with capsys.disabled():
        print(f"\n{way}: {asked} questions of {len(users()) + 1} principals, {len(differences)} differences")
    assert differences == []
    assert all(of_all.values())


MUTATIONS = {
    "one less": (forget, allow, ("village-routing", "topic", "village.followup", "Read")),
    "one more": (allow, forget, ("village-partners", "topic", "village.inbound", "Read")),
    "a group less": (forget, allow, ("county-metrics", "group", "county-metrics-board", "Read")),
    "a group more": (allow, forget, ("village-followup", "group", "village-intake", "Read")),
    "what services never do": (allow, forget, ("town-intake", "topic", "town.intake", "Alter")),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_list_with_one_less_or_one_more_is_found_out(guarded, mutation):
    do, undo, (name, kind, place, operation) = MUTATIONS[mutation]
    await warm(guarded)
    async with connected(guarded.at(ADMINISTRATOR, "tls")) as lists:
        await do(lists, name, kind, place, operation)
        try:
            found = await eventually(lambda: differs(guarded, name), "the broker has heard of it")
        finally:
            await undo(lists, name, kind, place, operation)
    assert {way: bool(rows) for way, rows in found.items()} == dict.fromkeys(WAYS, True)
    assert all(place in question for rows in found.values() for _, question, _, _ in rows)

    async def mended():
        return not await differs(guarded, name, either=True)

    await eventually(mended, "it is as it was")
