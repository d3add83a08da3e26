"""The timers of one incident as its events set them, beside which the tables of a service are laid."""

from tests.system.alarms import Alarm


class Timers(dict):
    """Those that run, by step, and the time to answer that stands still while the incident is suspended."""

    suspended, paused, assigned_at = None, None, None

    def __init__(self):
        super().__init__()
        self.alarm = Alarm()

    def set(self, step, due_at):
        """One that ran under this step runs no more; without a date none does."""
        self.pop(step, None)
        if due_at is not None:
            self[step] = due_at

    def drop(self, beginning):
        """None runs any more whose step begins so."""
        for step in [one for one in self if one.startswith(beginning)]:
            self.pop(step)

    def fired(self, said, step, due_at):
        """It runs no more; says if it did not run, or was too early."""
        if due_at is None or self.pop(step, None) != due_at:
            yield f"{said.topic} {said.key}: {step} of {due_at} fired and was not running"
        elif said.recorded_at < due_at:
            yield f"{said.topic} {said.key}: {step} fired {due_at - said.recorded_at} early"
