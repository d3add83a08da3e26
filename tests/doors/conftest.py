"""A small application with the house rules, and a client that talks to it in memory."""

from typing import Annotated

import httpx
import pytest
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from doors import app as door
from doors.problems import Problem
from messaging.errors import Unavailable
from schemas.codes import complete, load


class Body(BaseModel):
    """What the small application accepts."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: Annotated[str, Field(max_length=5)]
    age: int = 0


@pytest.fixture
async def client():
    app = door.create("test", "a door")

    @app.post("/echo")
    async def echo(body: Body) -> Body:
        return body

    @app.get("/count")
    async def count(limit: Annotated[int, Query(ge=1)]) -> int:
        return limit

    @app.post("/problem")
    async def problem(body: Body) -> None:
        raise Problem(409, "closed", "It is closed", zh="已经销号", fields=[("name", "is closed")])

    @app.get("/unavailable")
    async def unavailable() -> None:
        raise Unavailable("postgresql://secret@db")

    @app.get("/codes")
    async def codes() -> dict[str, str]:
        return complete(load(), {"category": "gossip"})

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as opened:
        yield opened
