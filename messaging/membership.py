"""Whether a member of a consumer group has its share of the partitions."""

from collections.abc import Callable

from aiokafka import ConsumerRebalanceListener


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Tells whether this member has its share, from the moment the group gives it until it is taken back."""

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self._tell = tell

    async def on_partitions_revoked(self, revoked: object) -> None:
        """A rebalance begins."""
        del revoked
        self._tell(False)  # noqa: FBT003

    async def on_partitions_assigned(self, assigned: object) -> None:
        """It has ended."""
        del assigned
        self._tell(True)  # noqa: FBT003
