"""All rules looked at beside the running services: what is judged in one moment at once, what is not, twice."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from cli.houses import House, Whose
from cli.reconciling import accounts, delivery, figures, matters, topics
from cli.reconciling.books import Books, Looked
from cli.reconciling.delivery import MOST, Found, Keys
from cli.reconciling.findings import Finding, findings, lasting
from messaging.tails import Tails

AGAIN_S = 1.0
Ask = Callable[[Keys], Awaitable[Found]]
Tell = Callable[[str, int, int], None]
"""Told what is looked at, the how manieth step it is, and how many there are."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a look goes."""

    patience: timedelta = timedelta(seconds=30)
    """Within this everything that is on its way has arrived."""
    whole: bool = False
    """Topics from their first record, not only of the last week."""
    figures: bool = True
    """Whether figures are counted again, which takes longest."""


@dataclass(slots=True)
class _Doubt:
    """What looked wrong between two databases, and how to look again."""

    ask: Ask
    found: Found
    more: bool


async def reconcile(house: House, scope: Scope, tell: Tell, looked: Looked) -> list[Finding]:
    """All that disagrees. Raises `Unavailable`, `KafkaError`, `PostgresError`: then nothing can be said."""
    async with Books(house, looked) as books, Tails(house.kafka) as tails:
        return await _Look(books, tails, scope).run(tell)


class _Look:
    """One run over everything."""

    def __init__(self, books: Books, tails: Tails, scope: Scope) -> None:
        self._books, self._tails, self._scope = books, tails, scope
        self._sure: Found = []
        self._counted: list[Finding] = []
        self._doubts: list[_Doubt] = []

    async def run(self, tell: Tell) -> list[Finding]:
        steps = list(self._steps())
        for number, (name, step) in enumerate(steps, start=1):
            tell(name, number, len(steps))
            await step()
        return findings(self._sure) + self._counted

    def _steps(self) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        for whose in self._books.house.places:
            yield f"收发 delivery {'-'.join(whose)}", partial(self._own, whose)
        for reader, topic in delivery.readings(self._books):
            name = f"读者 reader {topic.name} > {'-'.join(reader)}"
            yield name, partial(self._doubt, partial(delivery.behind, self._books, reader, topic))
            yield name, partial(self._exactly, partial(delivery.ahead, self._books, reader, topic))
        yield from self._between()
        for whose in self._books.house.places:
            if whose[1] != "metrics":
                yield f"主题 topics {'-'.join(whose)}", partial(self._topics, whose)
        yield from self._within()
        yield "再看一次 looking again", self._again

    def _between(self) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        """What several databases say together."""
        house = self._books.house
        for tier in house.of("intake"):
            yield f"上报 reports {tier}", partial(self._doubt, partial(matters.reported, self._books, tier))
        for tier in house.of("routing") if house.whole else ():
            yield f"事项 incidents {tier}", partial(self._doubt, partial(matters.owned, self._books, tier))
        for whose in house.places:
            if whose[1] in {"routing", "followup"}:
                ask = partial(accounts.late, self._books, whose)
                yield f"时限 deadlines {'-'.join(whose)}", partial(self._doubt, ask)
        for tier in house.of("metrics"):
            for other in house.of("metrics"):
                if other != tier:
                    ask_copies = partial(figures.copies, self._books, tier, other)
                    yield f"指标副本 copies {tier} > {other}", partial(self._doubt, ask_copies)

    def _within(self) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        """What one database says in several tables."""
        house, exactly = self._books.house, self._exactly
        for tier in house.of("intake"):
            yield f"时间线 timelines {tier}", partial(exactly, partial(accounts.timelines, self._books, tier))
            yield f"保密库 vault {tier}", partial(exactly, partial(accounts.vault, self._books, tier))
        for tier in house.of("routing"):
            yield f"台账 histories {tier}", partial(exactly, partial(accounts.histories, self._books, tier))
        for whose in house.places:
            if whose[1] in {"routing", "followup"}:
                name = f"时限 deadlines {'-'.join(whose)}"
                yield name, partial(exactly, partial(accounts.clocks, self._books, whose))
        for tier in house.of("metrics") if self._scope.figures else ():
            yield f"重算 figures {tier}", partial(self._figures, tier)

    async def _own(self, whose: Whose) -> None:
        self._sure += await delivery.own(self._books, whose, self._scope.patience)

    async def _exactly(self, ask: Callable[[], Awaitable[Found]]) -> None:
        self._sure += await ask()

    async def _topics(self, whose: Whose) -> None:
        self._sure += await topics.compared(self._books, whose, self._tails, whole=self._scope.whole)

    async def _figures(self, tier: str) -> None:
        self._counted += await figures.counted(self._books, tier)  # type: ignore[arg-type] # a tier of the house

    async def _doubt(self, ask: Ask) -> None:
        if found := await ask(None):
            self._doubts.append(_Doubt(ask, found, len(found) >= MOST))

    async def _again(self) -> None:
        """Until everything that was on its way has arrived, or as long as anything in flight may take."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._scope.patience.total_seconds()
        while self._doubts and loop.time() < until:
            await asyncio.sleep(AGAIN_S)
            for doubt in self._doubts:
                doubt.found = lasting(doubt.found, await doubt.ask([one.key for one in doubt.found]))
            self._doubts = [one for one in self._doubts if one.found or await self._anew(one)]
        self._sure += [one for doubt in self._doubts for one in doubt.found]

    async def _anew(self, doubt: _Doubt) -> bool:
        """Whether there is more than was kept in mind, now that all of that has moved on."""
        if not doubt.more:
            return False
        doubt.found = await doubt.ask(None)
        doubt.more = len(doubt.found) >= MOST
        return bool(doubt.found)
