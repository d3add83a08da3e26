"""移交, 分流: how long an answer is awaited, how often it is asked for again, and whether the clock stands still."""

from policy.parts import Body, Deadline, Part, Reason
from policy.spans import span_of


class TransferRules(Part):
    """移交: how long a department of the tier may take to answer, and when it is asked again."""

    answer: Deadline = span_of("2 working days")
    remind: Deadline = span_of("1 working day")


class BodyRules(Part):
    """分流: how long a body may take to accept or return, and then to tell the result.

    While it is out the incident's clock stands still for the reason `pause`, one of `pauses.suspend`; it runs on
    with `pause: null`, and a deadline that passes then is noted and acted on when the matter is back.
    """

    answer: Deadline = span_of("5 working days")
    result: Deadline = span_of("30 working days")
    remind: Deadline = span_of("3 working days")
    pause: Reason | None = "awaiting-ruling"


class ReferralRules(Part):
    """What is given out of hand; `bodies` holds, by code, the rules of those that differ from `out`."""

    transfer: TransferRules = TransferRules()
    out: BodyRules = BodyRules()
    bodies: dict[Body, BodyRules] = {}  # noqa: RUF012 - pydantic copies it

    def to(self, body: str) -> BodyRules:
        """The rules of a body, by its bare code."""
        return self.bodies.get(body, self.out)

    def place(self, body: str) -> tuple[str, ...]:
        """Where the rules of a body are written."""
        return ("bodies", body) if body in self.bodies else ("out",)

    def pauses(self) -> dict[tuple[str, ...], str]:
        """Every reason a clock stands still for, by where it is written."""
        named = {("out",): self.out} | {("bodies", code): rules for code, rules in self.bodies.items()}
        return {(*place, "pause"): rules.pause for place, rules in named.items() if rules.pause is not None}
