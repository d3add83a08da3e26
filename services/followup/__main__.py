"""`python -m services.followup [migrate [--bind-owner]]`."""

import messaging.loading  # noqa: F401 - for what it does, and so first
from messaging.starting import main
from services.followup.app import compose

main("followup", compose)
