"""Intake of the village over one empty database: its door, its reader, and both together."""

import pytest

from tests.services.intake.house import House


@pytest.fixture
async def house(new_database):
    made = House(await new_database("intake"))
    yield made
    await made.http.aclose()


@pytest.fixture
def database(house):
    return house.database


@pytest.fixture
def door(house):
    """Intake's door."""
    return house.http


@pytest.fixture
def inbox(house):
    """Intake's reader."""
    return house.inbox
