"""How a command ends: in order at the first Ctrl-C, at once at the second, and never in the midst of stopping."""

import asyncio
import os
import signal

import pytest

from cli.exits import Exits


def hear(number):
    os.kill(os.getpid(), number)


def test_the_first_ctrl_c_closes_in_order():
    with Exits() as exits:

        async def main():
            stop = exits.closing()
            asyncio.get_running_loop().call_later(0.05, hear, signal.SIGINT)
            await stop.wait()
            return "closed"

        assert exits.run(main()) == "closed"


@pytest.mark.parametrize(
    ("signals", "code"), [((signal.SIGINT, signal.SIGINT), 130), ((signal.SIGTERM,), 143), ((signal.SIGHUP,), 129)]
)  # fmt: skip
def test_a_second_one_or_anything_harsher_leaves_but_lets_go_first(signals, code):
    let_go = []

    async def main(exits):
        exits.closing()
        try:
            for at, number in enumerate(signals):
                asyncio.get_running_loop().call_later(0.05 * (at + 1), hear, number)
            await asyncio.sleep(30)
        finally:
            let_go.append(True)

    with Exits() as exits, pytest.raises(SystemExit) as left:
        exits.run(main(exits))

    assert left.value.code == code
    assert let_go == [True]


def test_before_and_after_the_loop_a_signal_leaves_as_well():
    with Exits(), pytest.raises(SystemExit) as left:
        hear(signal.SIGTERM)

    assert left.value.code == 143


def test_while_things_are_stopped_no_signal_disturbs():
    with Exits() as exits:
        exits.deaf()
        hear(signal.SIGINT)
        hear(signal.SIGTERM)


def test_afterwards_signals_mean_what_they_meant():
    before = signal.getsignal(signal.SIGINT)

    with Exits():
        pass

    assert signal.getsignal(signal.SIGINT) is before
