"""The dead-letter budget: a few bad messages are set aside, many mean that we are wrong and must stop."""

from collections import deque

IN_A_ROW = 10
SHARE = 0.01
WINDOW = 1000


class Budget:
    """Spent when ten trusted messages in a row, or one per cent of a thousand, end as dead letters.

    Only topics written by our own services count: on the untrusted topic a sender could spend it for us.
    """

    def __init__(self) -> None:
        self._row = 0
        self._window: deque[int] = deque(maxlen=WINDOW)

    def note(self, *, applied: int, dead: int) -> None:
        """Counts the outcome of a batch."""
        self._row = 0 if applied else self._row + dead
        self._window.extend([1] * min(dead, WINDOW))
        self._window.extend([0] * min(applied, WINDOW))

    @property
    def spent(self) -> bool:
        """Whether consuming must stop until an operator has looked."""
        full = len(self._window) == WINDOW
        return self._row >= IN_A_ROW or (full and sum(self._window) > SHARE * WINDOW)
