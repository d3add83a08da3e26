"""Intake of the village over one empty database: its door, its reader, and both together."""

import httpx
import pytest

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from schemas.topics import topics_read_by
from services.intake.api import api
from services.intake.app import LISTENS_TO
from services.intake.desk import Desk
from services.intake.vault import Vault
from tests.builders import a_registry
from tests.services.intake.house import House

VAULT = Vault(bytes(32))


@pytest.fixture
async def database(new_database):
    return await new_database("intake")


@pytest.fixture
async def door(database):
    """Intake's door."""
    transport = httpx.ASGITransport(api(database, Desk(a_registry(), VAULT), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as opened:
        yield opened


@pytest.fixture
def inbox(database):
    """Intake's reader."""
    desk = Desk(a_registry(), VAULT)
    return Inbox(database, Reading(topics_read_by("intake", "village"), LISTENS_TO, desk.handle), bool)


@pytest.fixture
async def house(new_database):
    made = House(await new_database("intake"))
    yield made
    await made.http.aclose()
