"""A pause ends when its time is over, or at once when we stop, and says which."""

import asyncio

from messaging.pace import pause


async def test_a_pause_lasts_its_time_unless_we_stop():
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    begun = loop.time()

    stopped = await pause(0.05, stop)

    assert (stopped, loop.time() - begun >= 0.05) == (False, True)


async def test_a_stop_ends_a_long_pause_at_once():
    stop = asyncio.Event()
    waiting = asyncio.create_task(pause(3600, stop))
    await asyncio.sleep(0)

    stop.set()

    assert await asyncio.wait_for(waiting, 1)
    assert await pause(3600, stop)


async def test_a_pause_that_should_have_ended_already_does_not_wait():
    assert not await pause(-1, asyncio.Event())
