"""A rebuild that says what it is about to do, so that it can be killed there."""

import asyncio
import json
import sys
from zoneinfo import ZoneInfo

from services.metrics.rebuild.recount import House, rebuild


def main():
    """Rebuilds one tier, and says each step before it is done."""
    order = json.loads(sys.argv[1])
    said = []

    def tell(doing, *_):
        if doing not in said:
            said.append(doing)
            print(doing, flush=True)

    house = House("village", order["dsn"], order["kafka"], ZoneInfo("Asia/Shanghai"))
    asyncio.run(rebuild(house, tell))


if __name__ == "__main__":
    main()
