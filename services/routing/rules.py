"""Under which rule of its policy something happens: the version, and the place in the file. Pure."""

from schemas.routing import Step
from services.routing.clocks import Policies
from services.routing.incident import Incident


def rule(incident: Incident, *place: str | int) -> str:
    """The rule at a place, as history keeps it: `default/2 skips.0`."""
    return f"{incident.policy} {'.'.join(map(str, place))}"


def clock_rule(incident: Incident, step: Step, policies: Policies) -> str | None:
    """The rule of the clock of a step; one that runs goes by the severity it began with. Imported history has none."""
    if incident.backfill:
        return None
    began_with = incident.clock_severity if incident.step == step else None
    severity = policies[incident.policy].severity(began_with or incident.severity)
    return rule(incident, "clocks", incident.tier, severity, step)


def first_rule(incident: Incident, policies: Policies) -> str:
    """The rule that says where an incident of its severity begins."""
    return rule(incident, "first_tier", policies[incident.policy].severity(incident.severity))
