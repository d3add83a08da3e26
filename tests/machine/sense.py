"""What a centre would do next with a matter in some state, so that a life gets somewhere: a choice, and no rule."""

ALLOWED = {
    "transfer sent": ("recall", "recall", "accepted", "accepted", "returned"),
    "referral sent": ("recall", "recall", "opened", "accepted", "accepted", "returned"),
    "referral opened": ("accepted", "accepted", "returned"),
    "referral accepted": ("returned", "succeeded", "succeeded", "failed"),
}
"""What the other side says next."""
STEPS = {"acknowledge": "acknowledge", "arrive": "arrive", "support": "support", "result": "report-result"}
"""What a participant of a whistle does next."""
ALWAYS = ("triage", "list", "change-leader", "link-origin", "assign", "escalate", "return")


def next_steps(state, others):
    """Names of actions with what is known of their fields, the likelier ones more often; `others` may be its lead."""
    if state["ties"]["lead"] is not None and state["status"] in {"open", "accepted"}:
        return [("unlink", {})]
    match state["status"]:
        case "open":
            return [*_answering(state), *_tied(state, others), *_open(state)]
        case "accepted":
            return _accepted(state, others)
        case _:
            return _over(state)


def _open(state):
    if state["suspended_at"]:
        return [("resume", {}), ("resume", {}), ("change-leader", {}), ("escalate", {})]
    source = [("return-to-source", {})] if state["offer"] else []
    return [
        *[("accept", {})] * 8,
        *_plain(*ALWAYS, "suspend", "extend", "whistle"),
        *source,
        *_whistled(state),
    ]


def _accepted(state, others):
    if state["away"] is not None:
        return [*_out(state["away"]), *_plain("triage", "list", "remind")]
    if state["suspended_at"]:
        return [*_plain("resume", "resume", "change-leader", "remind", "escalate"), *_answering(state)]
    if calling := [*_whistled(state), *_in_session(state)]:
        return [*calling * 3, *_plain("resolve", "escalate", "remind")]
    return [
        *_plain(*["resolve"] * 10, *["call-session"] * 5, *["whistle", "transfer", "refer", "suspend"] * 2),
        *_plain(*ALWAYS, "extend", "remind"), *_confirmed(state), *_answering(state), *_tied(state, others),
        *_sent_back(state),
    ]  # fmt: skip


def _over(state):
    listed = [("strike-off", {"actor": "o-9"})] * 3 if state["listing"] else []
    return [*listed, *_confirmed(state), *_plain("link-origin", "change-leader")]


def _sent_back(state):
    return [("return-to-source", {})] * 4 if state["offer"] else []


def _plain(*names):
    return [(name, {}) for name in names]


def _answering(state):
    """Who was asked takes it or does not."""
    if state["assignee"] is None or (state["assignment"] or {}).get("taken_at"):
        return []
    return [("take", {"actor": state["assignee"]}), ("decline", {"actor": state["assignee"]})] * 2


def _tied(state, others):
    looked = [("dismiss", {"lead": one["lead"]}) for one in state["ties"]["proposals"]] * 2
    proposed = [("link", {"lead": one["lead"]}) for one in state["ties"]["proposals"]]
    return [*looked, *proposed, *[("link", {"lead": one}) for one in others] * 2]


def _whistled(state):
    """What those who were called do next, or what is done about them."""
    found = []
    for whistle in state["whistles"]:
        active = [
            one
            for one in whistle["participants"]
            if one["standing"] not in {"reported", "excused", "unresponsive", "called-off"}
        ]
        if whistle["ended_at"]:
            continue
        found.append(("call-off", {"whistle": whistle["number"]}))
        for one in active:
            about = {"whistle": whistle["number"], "participant": one["name"]}
            step = next(stage["step"] for stage in one["stages"] if not stage["done_at"])
            found += [(STEPS[step], about)] * 6 + [("excuse", about)]
    return found


def _in_session(state):
    number = next((one["number"] for one in state["sessions"] if one["state"] == "called"), None)
    if number is None:
        return []
    about = {"session": number}
    names = (*["hold-session", "miss-session"] * 3, *["adjourn-session", "cancel-session"] * 2)
    return [(name, about) for name in names]


def _confirmed(state):
    agreed = [one for one in state["sessions"] if one["agreement"] and one["confirmed"] is None]
    return [("confirm-agreement", {"session": one["number"]}) for one in agreed] * 16


def _out(away):
    said = ALLOWED[f"{away['kind']} {away['stage']}"]
    return [
        ("recall", {}) if one == "recall" else ("answer-referral", {"answer": one, "number": away["number"]})
        for one in said
    ]


def next_care(revisit):
    """What followup would be told next of a resolved incident."""
    asked = [
        ("visit", {"party": one["party"]["ref"]})
        for one in revisit["answers"]
        if revisit["status"] == "due" and one["result"] in {None, "revisit-result/1:unreachable"}
    ]
    planned = [
        (name, {"party": one["party"]["ref"]})
        for one in revisit["plans"]
        for name in ("record-support-step", "end-support-plan")
    ]
    return [*asked * 5, *planned, ("counsel", {}), ("start-support-plan", {})]
