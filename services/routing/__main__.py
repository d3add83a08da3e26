"""`python -m services.routing [migrate [--bind-owner]]`."""

import messaging.loading  # noqa: F401 - for what it does, and so first
from messaging.starting import main
from services.routing.app import compose

main("routing", compose)
