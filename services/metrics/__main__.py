"""`python -m services.metrics [migrate [--bind-owner]]`."""

import messaging.loading  # noqa: F401 - for what it does, and so first
from messaging.starting import main
from services.metrics.app import compose

main("metrics", compose)
