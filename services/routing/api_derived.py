"""Seeing over HTTP what has derived from an incident (衍生)."""

from fastapi import FastAPI
from pydantic import BaseModel

from doors.gate import within
from messaging.database import Database
from services.routing import derived_store
from services.routing.answers import IncidentId


class Derived(BaseModel):
    """The incidents this tier has held that derive from one."""

    incident_id: str
    derived: tuple[str, ...]


def routes(app: FastAPI, database: Database) -> None:
    """Adds it to the door."""

    @app.get("/v1/incidents/{incident_id}/derived")
    async def derived(incident_id: IncidentId) -> Derived:
        """What derives from it, as far as this tier knows; it may itself be at another tier."""
        async with database.connection() as connection:
            found = await derived_store.ids(connection, incident_id, within())
        return Derived(incident_id=incident_id, derived=tuple(found))
