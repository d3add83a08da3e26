"""Whether the broker lets a service do its work: what it forbids is said by name, and the service is not ready."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

from messaging import rights
from messaging.broker import Broker
from messaging.health import Health
from messaging.pace import pause
from schemas.permissions import Permission, Permissions

log = logging.getLogger(__name__)

CONDITION = "permissions"
LOOK_S, AGAIN_S = 60.0, 5.0
"""What was allowed may be taken back; what is forbidden may be allowed any moment: whoever writes the lists comes as
late as anything else that is begun at once."""

Ask = Callable[[Broker, Permissions], Awaitable[list[Permission]]]


class Forbidden(KafkaError):  # type: ignore[misc]  # the library has no types
    """The broker knows us, and does not let us do what our work needs."""


class Permitted:
    """Asks for what a list gives a service; not where Kafka is spoken to in clear: nobody is anybody there."""

    def __init__(
        self, broker: Broker, wanted: Permissions, health: Health, ask: Ask = rights.refused
    ) -> None:
        self._broker = broker
        self._ask = ask
        self._name = health.name
        self._wanted = wanted
        self._health = health

    async def check(self) -> None:
        """Raises `Forbidden`, `rights.Unknown`; and `KafkaError`, `OSError` when the broker cannot be asked."""
        if self._broker.tls is None:
            return
        try:
            missing = await self._ask(self._broker, self._wanted)
        except rights.Unknown as error:
            self._tell(str(error))
            raise
        why = f"Kafka forbids {self._name}: {rights.told(missing)}" if missing else None
        self._tell(why)
        if why is not None:
            raise Forbidden(why)

    async def run(self, stop: asyncio.Event) -> None:
        """Asks now and then, until stopped."""
        while self._broker.tls is not None and not stop.is_set():
            try:
                await self.check()
            except (KafkaError, OSError) as error:
                log.debug("asked in vain: %s", error)
                await pause(AGAIN_S, stop)
            else:
                await pause(LOOK_S, stop)

    def _tell(self, why: str | None) -> None:
        before = self._health.conditions.get(CONDITION)
        self._health.set(CONDITION, ok=why is None, why=why or "")
        if why is not None and why != before:
            log.error("%s", why)
        elif why is None and before is not None:
            log.info("Kafka allows %s all it needs now", self._name)
