"""A desk does each thing once, in its time, and leaves lying what is to be left."""

import asyncio

from cli import desk
from cli.desk import NEVER, Desk, Job


class Papers:
    """A pile of work that remembers what was done; what is done leaves the pile."""

    def __init__(self, **after):
        self.after, self.done = after, []

    async def look(self):
        return [Job(name, after, lambda name=name: self._do(name)) for name, after in self.after.items()]

    async def _do(self, name):
        self.done.append(name)


async def one_look(sitting):
    """What one look says, once everything it began is done."""
    async with asyncio.TaskGroup() as tasks:
        return await sitting._begin(tasks)


async def a_while(papers, seconds, monkeypatch):
    monkeypatch.setattr(desk, "LOOK_S", 0.02)
    monkeypatch.setattr(desk, "IDLE_S", 0.02)
    sitting = asyncio.create_task(Desk(papers.look).sit())
    await asyncio.sleep(seconds)
    sitting.cancel()


async def test_each_thing_is_done_once_though_it_stays_on_the_list(monkeypatch):
    papers = Papers(now=0.0, soon=0.1)

    await a_while(papers, 0.4, monkeypatch)

    assert papers.done == ["now", "soon"]


async def test_what_takes_long_keeps_nothing_else_from_being_done(monkeypatch):
    papers = Papers(later=0.1)
    look, for_ever = papers.look, Job("long", 0.0, asyncio.Event().wait)

    async def with_something_long():
        return [for_ever, *await look()]

    papers.look = with_something_long
    await a_while(papers, 0.4, monkeypatch)

    assert papers.done == ["later"]


async def test_what_is_left_lying_is_never_done(monkeypatch):
    papers = Papers(now=0.0, never=NEVER)

    await a_while(papers, 0.2, monkeypatch)

    assert papers.done == ["now"]


async def test_what_comes_back_under_the_same_name_is_done_again():
    papers = Papers(one=0.0)
    sitting = Desk(papers.look)

    for after in ({"one": 0.0}, {"one": 0.0}, {}, {"one": 0.0}):
        papers.after = after
        await one_look(sitting)

    assert papers.done == ["one", "one"]


async def test_a_desk_with_nothing_to_do_now_or_soon_is_idle():
    assert await one_look(Desk(Papers(soon=5.0).look)) is True
    assert await one_look(Desk(Papers(never=NEVER).look)) is False
    assert await one_look(Desk(Papers(now=0.0).look)) is False
