"""`python -m services.metrics [migrate]`."""

from messaging.process import main
from services.metrics.app import compose

main("metrics", compose)
