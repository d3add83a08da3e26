"""`python -m services.intake [migrate [--bind-owner]]`."""

import messaging.loading  # noqa: F401 - for what it does, and so first
from messaging.starting import main
from services.intake.app import compose

main("intake", compose)
