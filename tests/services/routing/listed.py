"""A matter that is on the list, with its leader, and the office that supervises it."""

from functools import partial

from schemas.actions import Resolve
from schemas.base import Actor
from schemas.supervision import Listing
from tests.builders import NOW, later
from tests.services.routing import acting

OFFICE = Actor(role="supervision-office", ref="o-3003")
LISTING = Listing(listed_at=NOW, reason="reason/1:leader-decides", by="person", remind_at=later(days=1))
LED = {"leader": "l-7", "listing": LISTING}
RESOLVE = Resolve(method="method/1:mediation", outcome="outcome/1:success")
done, refused = partial(acting.done, actor=OFFICE), partial(acting.refused, actor=OFFICE)
