"""Readers on a real broker with a database of their own."""

import uuid

import pytest

from tests.messaging.reading import Reader
from tests.messaging.tiny import a_reader


@pytest.fixture
async def start(kafka, new_database):
    database, group = await new_database(), f"test-{uuid.uuid4()}"

    async def make(handler=None, *, another_group=False, seal=None):
        inbox, _, reading = await a_reader(database, handler, seal)
        return Reader(kafka, database, group + "-b" * another_group, inbox, reading)

    return make
