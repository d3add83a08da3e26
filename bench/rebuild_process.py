"""One reading of a tier's history in a process of its own: `floor`, `rebuild` or `correct`, and where it is."""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from messaging.cloudevents import decode
from messaging.collector import patient
from policy import load
from schemas.topics import TOPICS
from services.metrics.rebuild.reading import history_of
from services.metrics.rebuild.recount import WANTED, House, rebuild, topics_of


async def floor(house: House) -> dict[str, float]:
    """Reads and decodes everything as the rebuild does, and keeps nothing."""
    events = 0
    async with history_of(house.kafka, [one.name for one in topics_of(house.tier)]) as history:
        for share in await history.shares():
            async for records in history.read(share):
                for record in records:
                    decode(record, TOPICS[record.topic], WANTED)
                events += len(records)
    return {"events": events}


async def ours(house: House) -> dict[str, float]:
    """Counts everything again, compares, and changes nothing."""
    found = await rebuild(house, lambda *_: None, check=True)
    return {"events": found.events, "differing": sum(one.differing for one in found.tables)}


async def corrected(house: House) -> dict[str, float]:
    """Counts everything again and corrects it; how long the one transaction took in which that is done."""
    begun = list[float]()

    def tell(doing: str, *_: int) -> None:
        if doing == "correcting":
            begun.append(time.perf_counter())

    found = await rebuild(house, tell)
    took = time.perf_counter() - begun[0]
    return {"events": found.events, "differing": found.tables[0].differing, "correcting": took}


MODES = {"floor": floor, "rebuild": ours, "correct": corrected}


def main() -> None:
    """Prints what was found, with the rate over the whole of it and the most memory it had."""
    what, order = sys.argv[1], json.loads(sys.argv[2])
    house = House("village", order["dsn"], order["kafka"], load.policy(Path(order["policy"])).zone)
    patient()
    began = time.perf_counter()
    found = asyncio.run(MODES[what](house))
    seconds = time.perf_counter() - began
    cpu = time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"seconds": seconds, "cpu": cpu, "megabytes": most}))


if __name__ == "__main__":
    main()
