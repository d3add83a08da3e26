"""An empty database of routing, and the door that stands on it."""

import httpx
import pytest

from messaging.pace import Pulse
from schemas.codes import load
from services.routing.api import api
from services.routing.desk import Desk
from tests.builders import a_centre
from tests.documented import Documented


@pytest.fixture
async def database(new_database):
    return await new_database()


@pytest.fixture
async def door(database):
    transport = Documented(api(database, Desk(a_centre()), load(), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as opened:
        yield opened
