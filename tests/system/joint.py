"""The clocks of what several do together, counted again from the events: whistles, and sessions of mediation."""


def followed(timers, said, asked):
    """Follows the timers of whistles and sessions; `asked` holds the steps each participant was asked for."""
    event = said.event
    match said.type.split("."):
        case ["whistle", "blown", _]:
            for one in event.participants:
                place = f"whistle:{event.whistle}:{one.participant}"
                asked[said.key, place] = [step.step for step in one.steps]
                for step in one.steps:
                    timers.set(f"{place}:{step.step}", step.due_at)
                timers.set(f"{place}:unresponsive", one.unresponsive_at)
        case ["whistle", "called-off", _]:
            timers.drop(f"whistle:{event.whistle}:")
        case ["whistle", "ended", _]:
            if any(step.startswith(f"whistle:{event.whistle}:") for step in timers):
                yield f"{said.topic} {said.key}: whistle {event.whistle} has ended and its clock runs"
        case ["whistle", *_]:
            yield from _participant(timers, said, asked)
        case ["mediation", "called" | "adjourned", _]:
            timers.set(f"session:{event.session}:missed", event.missed_at)
        case ["mediation", "missed", _] if event.by == "clock":
            yield from timers.fired(said, f"session:{event.session}:missed", event.occurred_at)
        case ["mediation", *_]:
            timers.pop(f"session:{event.session}:missed", None)


def _participant(timers, said, asked):
    event = said.event
    place = f"whistle:{event.whistle}:{event.participant}"
    match said.type.split(".")[1]:
        case "overdue":
            yield from timers.fired(said, f"{place}:{event.step}", event.due_at)
        case "unresponsive":
            yield from timers.fired(said, f"{place}:unresponsive", event.occurred_at)
            timers.drop(f"{place}:")
        case "excused":
            timers.drop(f"{place}:")
        case _:
            timers.pop(f"{place}:unresponsive", None)
            timers.pop(f"{place}:{asked[said.key, place].pop(0)}", None)
            following = f"{place}:{asked[said.key, place][0]}" if asked[said.key, place] else None
            # One that was due from the whistle on may have fired already, and does not run again.
            if event.next_due_at is not None and event.next_due_at > said.recorded_at:
                timers.set(following, event.next_due_at)
