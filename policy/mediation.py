"""联合调解: when a session is to be held, when it counts as missed, and what a joint mediation must show."""

from policy.parts import Deadline, Method, Part
from policy.spans import span_of


class Mediation(Part):
    """The rules of sessions."""

    hold_within: Deadline = span_of("10 working days")
    """The latest a session may be set for, counted from when it is set."""
    grace: Deadline = span_of("P1D")
    """How long after its time a session nobody has reported on is recorded as missed."""
    methods: tuple[Method, ...] = ("joint",)
    """The methods that are joint mediation, bare."""
    agreement_required: bool = False
    """Whether resolving by joint mediation needs a session that was held, and for a success an agreement."""
