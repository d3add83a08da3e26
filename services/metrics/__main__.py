"""`python -m services.metrics [migrate]`."""

from messaging.starting import main
from services.metrics.app import compose

main("metrics", compose)
