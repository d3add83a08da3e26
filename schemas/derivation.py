"""衍生: a matter that arose out of an earlier one; linked when it is reported, or by a person later."""

from typing import ClassVar, Literal

from schemas.base import Action, IncidentEvent, IncidentId


class LinkOrigin(Action):
    """衍生关联: this incident derives from that one."""

    action: Literal["link-origin"] = "link-origin"
    origin: IncidentId


class IncidentOriginLinked(IncidentEvent):
    """衍生: somebody found out which incident this one derives from; `was` is what was thought before."""

    type: ClassVar[str] = "incident.origin-linked.v1"
    origin: IncidentId
    was: IncidentId | None = None
