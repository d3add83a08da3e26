"""Resident memory of every service process after the load."""

from deploy.local.stack import Stack


def resident_mb(stack: Stack) -> dict[str, float]:
    """Megabytes by service process."""
    services = {instance.name for instance in stack.plan.instances()}
    return {one.name: one.memory_mb for one in stack.status() if one.name in services}
