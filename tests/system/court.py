"""The court in the stories: its own system sends matters under its own numbers, and answers what is sent to it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.system.partner import Partner

SOURCE = "/court/620522"
COURT = {"role": "court", "ref": "court-620522"}
NUMBER = "2026-0522-sqt-17"
"""The number the court itself has for a matter (诉前调)."""
ZONE = ZoneInfo("Asia/Shanghai")


class Court(Partner):
    """A partner of the village that says what a court says."""

    def __init__(self, bootstrap):
        super().__init__(bootstrap, "village", SOURCE)

    async def sends(self, name, area, number=NUMBER):
        """Sends a matter that may be mediated before trial; the id its incident will have, if it becomes one."""
        return await self.report(name, area=area, channel="court", source_number=number)

    async def declares(self, name, area, month, count):
        """Says how many matters of a month it could have sent."""
        body = {"source": "court", "area": area, "month": month, "count": count}
        said = {"version": 1, "occurred_at": datetime.now(ZONE).isoformat()}
        await self.send("referral.eligible-declared.v1", name, body | said, area)

    async def answers(self, incident, number, answer, **fields):
        """Answers a referral."""
        name = f"court-{number}-{answer}"
        await self.ask(name, incident, "answer-referral", COURT, number=number, answer=answer, **fields)


async def ledger(world, area, month):
    """What the ledger of the village's centre says of the court's matters of a month in an area."""
    asked = {"source": "court", "from": month, "to": month, "area": area}
    found = await world.get("village-intake", "/v1/referrals/ledger", **asked)
    return found["total"]


async def ledger_comes_to(world, area, month, **expected):
    """The line of the ledger, once it says this."""

    async def said():
        line = await ledger(world, area, month)
        return line if line.items() >= expected.items() else None

    return await world.until(said, f"the court's ledger of {area} says {expected}", 60)


def rate(of):
    """A rate as (numerator, denominator, value, why there is none)."""
    why_not = of["why_not"] and of["why_not"]["reason"]
    return of["numerator"], of["denominator"], of["value"], why_not
