"""The same request under one key has one effect and one answer, even when its twin is under way."""

import asyncio
import json

import pytest

from doors import caller as who
from doors.caller import Caller
from doors.idempotency import Answer, digest, earlier, remember
from doors.problems import Problem

SAME, OTHER = digest("incident", "body"), digest("incident", "another body")


def test_a_fingerprint_keeps_the_parts_apart():
    assert digest("a", "bc") != digest("ab", "c")
    assert digest("a", "b") == digest("a", "b")


class Kept:
    """A transaction over answers of before, by their names; says what it was asked to lock."""

    def __init__(self, **digests):
        self.rows = {name.replace("_", " "): one for name, one in digests.items()}
        self.locked = []

    async def execute(self, statement, *names):
        self.locked += [f"{name} shared" if f"shared(hashtextextended(${at}" in statement else name
                        for at, name in enumerate(names, 1)]  # fmt: skip

    async def fetchrow(self, _, names, first):
        found = sorted((one for one in names if one in self.rows), key=lambda one: one != first)
        body = json.dumps({"by": found[0]}) if found else ""
        return (
            {"key": found[0], "digest": self.rows[found[0]], "status": 201, "body": body} if found else None
        )


@pytest.fixture
def somebody():
    token = who.enter(Caller("token:a", frozenset({"grid-staff"}), "620522100201", "village"))
    yield
    who.leave(token)


@pytest.mark.usefixtures("somebody")
async def test_what_came_before_keys_were_of_an_area_is_known_when_it_comes_again_and_is_nobody_s_otherwise():
    assert await earlier(Kept(k=SAME), "k", SAME) == Answer(201, {"by": "k"})
    assert await earlier(Kept(k=SAME), "k", OTHER) is None
    assert await earlier(Kept(), "k", SAME) is None


@pytest.mark.usefixtures("somebody")
async def test_what_is_the_area_s_own_goes_before_what_was_nobody_s():
    both = {"620522100201_k": SAME, "k": OTHER}

    assert await earlier(Kept(**both), "k", SAME) == Answer(201, {"by": "620522100201 k"})
    with pytest.raises(Problem):
        await earlier(Kept(**both), "k", OTHER)


async def test_an_older_program_that_knows_the_key_alone_is_waited_for_and_no_other_area(somebody):
    signed = Kept()
    await earlier(signed, "k", SAME)
    assert signed.locked == ["620522100201 k", "k shared"]


async def test_where_nobody_signs_in_a_key_is_locked_once():
    unsigned = Kept()
    await earlier(unsigned, "k", SAME)
    assert unsigned.locked == ["k"]  # two who share it would wait for each other for ever


async def answered(database, key, fingerprint, effects, body=None):
    """A request as a door carries it out; its effect is counted."""
    async with database.transaction() as tx:
        answer = await earlier(tx, key, fingerprint)
        if answer is None:
            effects.append(key)
            answer = Answer(201, body or {"number": len(effects)})
            await asyncio.sleep(0.02)
            await remember(tx, key, fingerprint, answer)
    return answer


@pytest.mark.system
async def test_the_same_request_twice_gets_the_same_answer_once(new_database):
    database, effects = await new_database(), []

    first = await answered(database, "k", SAME, effects, {"zh": "已受理", "n": [1]})
    second = await answered(database, "k", SAME, effects)

    assert first == second == Answer(201, {"zh": "已受理", "n": [1]})
    assert effects == ["k"]


@pytest.mark.system
async def test_concurrent_twins_have_one_effect_and_one_answer(new_database):
    database, effects = await new_database(), []

    answers = await asyncio.gather(*(answered(database, "k", SAME, effects) for _ in range(7)))

    assert effects == ["k"]
    assert {one.body["number"] for one in answers} == {1}


@pytest.mark.system
async def test_a_key_used_for_another_request_is_refused(new_database):
    database, effects = await new_database(), []
    await answered(database, "k", SAME, effects)

    with pytest.raises(Problem) as caught:
        await answered(database, "k", OTHER, effects)

    assert (caught.value.status, caught.value.kind) == (422, "key-reused")
    assert effects == ["k"]


@pytest.mark.system
async def test_a_key_of_an_area_is_nobody_s_elsewhere_and_means_the_same_to_everybody_of_it(new_database):
    database, effects = await new_database(), []
    village, colleague, neighbour = (
        Caller(f"token:{name}", frozenset({"grid-staff"}), area, "village")
        for name, area in (("a", "620522100201"), ("b", "620522100201"), ("c", "620522100202"))
    )

    async def by(caller, fingerprint):
        token = who.enter(caller)
        try:
            return await answered(database, "k", fingerprint, effects)
        finally:
            who.leave(token)

    first = await by(village, SAME)
    assert await by(neighbour, OTHER) == Answer(201, {"number": 2})
    assert await by(colleague, SAME) == first
    assert await by(None, OTHER) == Answer(201, {"number": 3})
    with pytest.raises(Problem):
        await by(colleague, OTHER)


@pytest.mark.system
async def test_a_request_that_failed_may_come_again(new_database):
    database, effects = await new_database(), []
    with pytest.raises(ValueError, match="no effect"):
        async with database.transaction() as tx:
            await earlier(tx, "k", SAME)
            await remember(tx, "k", SAME, Answer(201, {}))
            raise ValueError("no effect")

    await answered(database, "k", OTHER, effects)

    assert effects == ["k"]


@pytest.mark.system
async def test_different_keys_do_not_wait_for_each_other(new_database):
    database, effects = await new_database(), []

    async with database.transaction() as tx:
        await earlier(tx, "slow", SAME)
        async with asyncio.timeout(5):
            await answered(database, "quick", SAME, effects)

    assert effects == ["quick"]
