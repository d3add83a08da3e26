"""What a caller of the bench may choose."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one run; the defaults are what the bars are about."""

    data: Path | None = None
    """Folder of the stack; a temporary one, removed afterwards, unless given."""
    seconds: float = 30.0
    """Length of the measured window."""
    warm: float = 45.0
    """How long the pipe fills before the window begins."""
    wave: int = 250
    """Incidents that go through their life together."""
    in_flight: int = 16
    """Waves under way at any moment."""
    share: float = 0.15
    """Share of incidents escalated to the town, where two tiers run."""
    incidents: int = 1_000_000
    """How many incidents the database is seeded with."""
    rate: float = 50.0
    """Reports a second over HTTP, for the latency."""
    profile: tuple[str, ...] = ()
    """Services of the village to run under cProfile; the floor is left out then."""
    sql: bool = False
    """Whether to ask the database which statements took its time."""
