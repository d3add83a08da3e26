"""Where the stories play: their policy, a village for each, who is called, and what they bring along."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import policy
from tests.system.court import Court
from tests.system.listener import Listener
from tests.system.partner import Partner
from tests.system.people import HANDLER, JUSTICE, OFFICER, POLICE, SETTLED, SUPERVISOR, does, is_refused

OWN = (
    ("version: default/2", "version: stories/1"),
    ("agreement_required: false", "agreement_required: true"),
    ("prominent: 3 working days, major: 1 working day}", "prominent: 3 working days, major: PT3S}"),
)
"""What differs from the product's policy."""
VILLAGES = {
    story: f"620522100{at:03}"
    for at, story in enumerate(("settled", "joint", "convened", "court", "listed"), start=1)
}
"""A village of its own for each story, so that its figures are its own."""

DEPARTMENTS = [
    {"role": "police", "ref": "c-33", "ring": "5-minutes"},
    {"role": "justice-office", "ref": "c-41", "ring": "slow"},
    {"role": "petition-office", "ref": "c-52", "ring": "slow"},
]
RESPONSE = (
    ("acknowledge", {}),
    ("support", {"support": "mediation"}),
    ("report-result", {"outcome": "success"}),
)
"""What a department does that is called without having to arrive."""
TO_COURT = {"body": "court", "unit": "court-620522", "reason": "beyond-authority"}
TOGETHER = SETTLED | {"method": "administrative"}


def rules():
    """The policy of the stories."""
    text = (Path(policy.__file__).parent / "default.yaml").read_text(encoding="utf-8")
    for old, new in OWN:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def a_session():
    """A session of the village committee and the justice office, the day after tomorrow."""
    bodies = [
        {"role": "village-committee", "ref": "c-40"},
        {"role": "justice-office", "ref": JUSTICE["ref"]},
    ]
    at = datetime.now(UTC) + timedelta(days=2)
    return {"at": at.isoformat(), "place": VILLAGES["joint"], "bodies": bodies}


async def the_police_respond(county, incident):
    """Their own system answers the whistle, and first forgets to arrive: the refusal, and the end of the whistle."""
    async with (
        Partner(county.kafka, "town", "/police/dispatch") as police,
        Listener(county.kafka, "town.routing") as told,
    ):

        async def step(action, fields):
            about = {"whistle": 1, "participant": "p1"}
            await police.ask(f"convened-{action}", incident, action, POLICE, **about, **fields)

        await step("acknowledge", {})
        await step("support", {"support": "records"})
        refused = await told.hears("action.refused.v1", incident, action="support")
        await step("arrive", {})
        await police.ask(
            "convened-support-2",
            incident,
            "support",
            POLICE,
            whistle=1,
            participant="p1",
            support="enforcement",
        )
        await step("report-result", {"outcome": "success"})
        return refused, await told.hears("whistle.ended.v1", incident)


async def the_office_supervises(world, county, incident):
    """From the first reminder to the striking off: what was refused too early and to its handler, and how it ended."""
    async with (
        Partner(county.kafka, "town", "/supervision/office") as office,
        Listener(county.kafka, "town.routing") as told,
    ):
        await told.hears("incident.reminded.v1", incident, by="rhythm")
        await office.ask("listed-remind", incident, "remind", SUPERVISOR)
        await told.hears("incident.reminded.v1", incident, by="person")
        unfinished = await is_refused(world, SUPERVISOR, "town", incident, "strike-off")
        await does(world, HANDLER, "town", incident, "resolve", method="professional", **SETTLED)
        await world.satisfied("town", incident)
        closed = await world.comes_to("town", incident, "closed")
        await office.ask("listed-strike-off", incident, "strike-off", HANDLER)
        refused = await told.hears("action.refused.v1", incident, action="strike-off")
        await does(world, SUPERVISOR, "town", incident, "strike-off")
        return unfinished, closed, refused, await told.hears("incident.struck-off.v1", incident)


async def the_court_settles_it(world, county, incident):
    """The second referral is opened, accepted and concluded; what is refused meanwhile, to the court and here."""
    async with Court(county.kafka) as court, Listener(county.kafka, "village.routing") as told:
        await court.answers(incident, 1, "opened")
        refused = await told.hears("action.refused.v1", incident, action="answer-referral")
        await court.answers(incident, 2, "opened")
        await told.hears("referral.opened.v1", incident, number=2)
        too_late = await is_refused(world, OFFICER, "village", incident, "recall", reason="too-hard")
        await court.answers(incident, 2, "accepted", case_number="2026-0522-mc-203")
        await told.hears("referral.accepted.v1", incident, number=2)
        judicial = SETTLED | {"method": "judicial"}
        elsewhere = await is_refused(world, OFFICER, "village", incident, "resolve", **judicial)
        await court.answers(incident, 2, "succeeded", agreement="2026-0522-mt-88")
        await told.hears("referral.concluded.v1", incident, number=2, result="succeeded")
        return refused, too_late, elsewhere
