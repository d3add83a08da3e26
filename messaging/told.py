"""Which of its numbers a process tells: of itself, and of each reader in it."""

from collections.abc import Callable, Mapping

from messaging import memory, release
from messaging.inbox import Inbox
from messaging.readings import Readings
from messaging.subscriber import Subscriber
from messaging.telemetry import BUILD, HELD, LAG, MEMORY_LIMIT, PROGRESS, SPENT
from messaging.watchdog import Watchdog


def of_process(readings: Readings, schema: Mapping[str, int], policy: Callable[[], str]) -> None:
    """What runs here, and in how much room."""
    numbers = " ".join(f"{scope}/{number}" for scope, number in schema.items())
    readings.reads(MEMORY_LIMIT, memory.limit)
    readings.reads_all(BUILD, lambda: {(release.version(), policy(), numbers): 1})


def of_reader(readings: Readings, group: str, reader: tuple[Subscriber, Watchdog, Inbox]) -> None:
    """How far a reader is, and what stops it."""
    subscriber, watchdog, inbox = reader
    readings.reads(LAG, lambda: watchdog.lag, group)
    readings.reads(PROGRESS, lambda: watchdog.stuck_s, group)
    readings.reads(HELD, lambda: subscriber.held, group)
    readings.reads(SPENT, lambda: inbox.budget.spent, group)
