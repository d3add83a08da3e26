"""Who acts in the stories, each under an opaque name, and what they do at the doors of a tier."""

from tests.system.world import a_report

OFFICER = {"role": "officer", "ref": "o-1102"}
CONVENOR = {"role": "town-centre", "ref": "o-2201"}
MEDIATOR = {"role": "mediator", "ref": "m-17"}
HANDLER = {"role": "officer", "ref": "o-2207"}
POLICE = {"role": "police", "ref": "c-33"}
JUSTICE = {"role": "justice-office", "ref": "c-41"}
SUPERVISOR = {"role": "supervision-office", "ref": "o-3003"}
SETTLED = {"outcome": "success", "agreement": True}


async def asks(world, who, tier, incident, action, **fields):
    """What somebody asks of a tier; the answer, whatever it is."""
    body = {"action": {"action": action, **fields}, "actor": who}
    return await world.post(f"{tier}-routing", f"/v1/incidents/{incident}/actions", body)


async def does(world, who, tier, incident, action, **fields):
    """What somebody does, and is done."""
    answer = await asks(world, who, tier, incident, action, **fields)
    assert answer.status_code == 201, answer.text


async def is_refused(world, who, tier, incident, action, **fields):
    """The reason why somebody may not do this."""
    answer = await asks(world, who, tier, incident, action, **fields)
    assert answer.status_code == 409, answer.text
    return answer.json()["type"].removeprefix("urn:fengqiao:problem:")


async def reports(world, **told):
    """Reports a matter at the village's window without judging it; the answer, with what triage proposes."""
    answer = await world.post("village-intake", "/v1/reports", a_report(**told))
    assert answer.status_code == 201, answer.text
    accepted = answer.json()
    world.promised.add(accepted["incident_id"])
    return accepted


async def sees(world, tier, incident, holds, what):
    """The incident at a tier, once something holds of it."""

    async def looked():
        found = await world.incident(tier, incident)
        return found if "history" in found and holds(found) else None

    return await world.until(looked, f"{incident} at {tier}: {what}")


async def is_told(world, incident, last):
    """What the reporter is told at the village's window: the types of its lines up to the last of a certain one."""

    async def heard():
        view = await world.get("village-intake", f"/v1/reports/{incident}")
        types = [line["type"] for line in view.get("timeline", ())]
        return types[: len(types) - types[::-1].index(last)] if last in types else None

    return await world.until(heard, f"the reporter of {incident} is told {last}")


async def counted(world, area, rate, expected):
    """Returns once the county's board shows this rate of an area as (numerator, denominator, value)."""

    async def shown():
        figures = await world.get("county-metrics", "/v1/metrics", area=area)
        found = next(one for one in figures["rates"] if one["id"] == rate)
        return (found["numerator"], found["denominator"], found["value"]) == expected

    await world.until(shown, f"{rate} of {area} is {expected}", 60)


def events(incident):
    """The types of its history, in order."""
    return [one["event"] for one in incident["history"]]
