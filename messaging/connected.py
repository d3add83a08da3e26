"""What a server and its connections share: how many there may be, and who has long been about to say what they want."""

from itertools import islice
from typing import Protocol

from uvicorn.server import ServerState

from messaging.allowed import CONNECTIONS

LOOKS = 100
"""Of so many who are awaited the first gives way that waits for no answer itself."""


class Awaited(Protocol):
    """A connection whose next head is awaited."""

    @property
    def answered(self) -> bool:
        """Whether no answer is under way."""

    def give_way(self) -> None:
        """Ends it, and counts it among the awaited no more."""


class Connected(ServerState):
    """The connections of one server."""

    def __init__(self, most: int = CONNECTIONS) -> None:
        super().__init__()
        self.closing = False
        """Whether each answer is the last of its connection."""
        self._most = most
        self._awaited: dict[Awaited, None] = {}

    def awaits(self, one: Awaited) -> None:
        """Notes whose head is awaited from now on."""
        self._awaited[one] = None

    def awaits_no_more(self, one: Awaited) -> None:
        """Their head has come, or will not."""
        self._awaited.pop(one, None)

    def has_room(self) -> bool:
        """Whether the latest may stay: if need be in the place of who has been about to ask for longest.

        A head comes within moments, so who fills a door with heads that never end is who gives way, and not who asks.
        """
        if len(self.connections) <= self._most:
            return True
        slow = next((one for one in islice(self._awaited, LOOKS) if one.answered), None)
        if slow is not None:
            slow.give_way()
        return slow is not None
