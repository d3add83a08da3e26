"""A county whose doors believe the tokens of an issuer."""

import pytest

from tests.doors.identity.issuing import Issuer
from tests.messaging.wire import running
from tests.services.access.county import SERVICES, WALLED, County


@pytest.fixture
async def county(new_database):
    """Its doors, and an issuer of tokens that they believe."""
    issuer = Issuer()
    databases = {one: await new_database(one) for one in SERVICES}
    behind = {one: await new_database(beside=of) if one in WALLED else of for one, of in databases.items()}
    made = County(databases, issuer.sign_in(), behind)
    await made.settle()
    async with running(made.hub.run):
        yield made, issuer
        made.hub.pulse.beat()
