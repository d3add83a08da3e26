"""The reporter's question over HTTP: "where is my matter?"."""

from typing import Annotated

from fastapi import FastAPI, Path

from doors.document import told
from doors.gate import within
from doors.problems import Problem
from messaging.database import Database
from services.intake import store
from services.intake.timeline import View, view


def routes(app: FastAPI, database: Database) -> None:
    """Adds it to the door."""

    @app.get("/v1/reports/{incident_id}", responses=told(404))
    async def where(incident_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]) -> View:
        """Where the matter is: everything that happened to it, at whichever tier, and nothing personal."""
        async with database.connection() as connection:
            found = await store.report(connection, incident_id, within())
        if found is None:
            raise Problem(
                404, "unknown-report", "No such report was made at this tier.", zh="本级没有这份报告"
            )
        return view(*found)
