"""What the end of a demonstration shows: what happened at each tier, together and beside incidents, Chinese first."""

import asyncio
import io

from rich.console import Console

from cli import show
from cli.proof import Missing
from cli.tally import Tally

FIGURES = {
    "by_tier": {"village": {"received": 7, "whistles": 2}, "town": {"received": 1, "listed": 1}},
    "activities": {"patrol": 5, "patrol.minutes": 300, "deliberation": 1, "deliberation.raised": 3},
}


def printed(table):
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    return console.file.getvalue()


def row(text, name):
    line = next(line for line in text.splitlines() if name in line)
    return line.split(name)[1].split()


def test_the_table_shows_each_tier_and_what_was_done_together():
    text = printed(show.happened(FIGURES, ["village", "town"], Missing()))

    assert row(text, "上报 reported") == ["7", "1", "8"]
    assert row(text, "吹哨 whistles") == ["2", "0", "2"]
    assert row(text, "挂牌 listed") == ["0", "1", "1"]
    assert row(text, "丢失 lost") == ["0", "0", "0"]


def test_activities_are_counted_once_each_whatever_else_is_told_of_them():
    assert show.recorded(FIGURES) == 6
    assert "巡查 patrols 5 · " in show.beside(FIGURES)
    assert "提出议题 items raised 3" in show.beside(FIGURES)


def test_what_devices_brought_is_told_when_they_brought_something():
    tally = Tally()
    quiet = show.told(tally)
    tally.brought.update(["items", "items", "conflict"])

    assert not any("离线" in line for line in quiet)
    assert "离线批次 brought by devices: conflict 1, items 2" in show.told(tally)


async def test_a_report_that_was_called_off_before_its_answer_explains_a_higher_figure():
    tally = Tally(activities=6)
    tally.accepted("village", "one")

    async def waits():
        with tally.reporting(2):
            await asyncio.sleep(60)

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert show.otherwise({**FIGURES, "counts": {"received": 1}}, tally) == []
    assert show.otherwise({**FIGURES, "counts": {"received": 3}}, tally) == [
        "注意 the figures show 3 reports, 1 were accepted；2 件未等到答复 got no answer in time"
    ]


async def test_a_report_that_was_answered_explains_nothing():
    tally = Tally(activities=5)
    with tally.reporting():
        tally.accepted("village", "one")

    assert show.otherwise({**FIGURES, "counts": {"received": 2}}, tally) == [
        "注意 the figures show 2 reports, 1 were accepted",
        "注意 the figures show 6 activities, 5 were recorded",
    ]
