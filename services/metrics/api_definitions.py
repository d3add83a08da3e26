"""The definitions of the figures over HTTP: one click away from each number."""

from fastapi import FastAPI

from services.metrics import views
from services.metrics.definition import Definition
from services.metrics.naming import Naming
from services.metrics.showing import WORDS


def routes(app: FastAPI, naming: Naming) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics/definitions")
    async def definitions() -> views.DefinitionsView:
        """Every figure of this locality: of what, out of what, counted under which day, rounded how."""
        every = (_view(one, of.key) for of in naming.catalogue.definitions for one in of.figures(naming.own))
        return views.DefinitionsView(definitions=tuple(sorted(every, key=lambda one: one.id)), words=WORDS)


def _view(one: Definition, file: str) -> views.DefinitionView:
    said = one.model_dump(include=views.DefinitionView.model_fields.keys() - {"unit", "cohort", "rounding"})
    return views.DefinitionView(
        **said | {"id": one.key}, file=file, formula=one.formula, cohort=one.cohort, rounding=one.rounding,
        unit=one.unit.zh, unit_en=one.unit.en,
    )  # fmt: skip
