"""A small application with the house rules, and a client that talks to it in memory."""

import asyncio
from typing import Annotated

import httpx
import pytest
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from doors import app as door
from doors.problems import Problem
from messaging.errors import LostRace, Unavailable
from schemas.codes import complete, load


class Body(BaseModel):
    """What the small application accepts."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: Annotated[str, Field(max_length=5)]
    age: int = 0


@pytest.fixture
def app():
    app = door.create("test", "a door")

    @app.post("/echo")
    async def echo(body: Body) -> Body:
        return body

    @app.get("/count")
    async def count(limit: Annotated[int, Query(ge=1)]) -> int:
        return limit

    @app.post("/problem")
    async def problem(body: Body) -> None:
        raise Problem(409, "closed", "It is closed", zh="已经销号", fields=[("name", "is in the future")])

    _failures(app)

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    @app.get("/codes")
    async def codes() -> dict[str, str]:
        return complete(load(), {"category": "gossip"})

    return app


def _failures(app):
    """Doors behind which something is away, lost, or wrong."""

    @app.get("/unavailable")
    async def unavailable() -> None:
        raise Unavailable("postgresql://secret@db")

    @app.get("/lost-race")
    async def lost_race() -> None:
        raise LostRace("another consumer opened one of these")

    @app.get("/busy")
    async def busy() -> None:
        raise Problem(503, "busy", "Come again")

    @app.post("/bug/{name}")
    async def bug(name: str, body: Body) -> None:
        try:
            {}[body.name]
        except KeyError as error:
            raise ValueError(f"{name} and {body.name} cannot be used") from error

    @app.get("/broken-off")
    async def broken_off() -> StreamingResponse:
        return StreamingResponse(_broken_off())


async def _broken_off():
    yield b"begun"
    raise ValueError("no end")


@pytest.fixture
async def client(app):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as opened:
        yield opened
