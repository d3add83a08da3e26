"""`python -m services.routing [migrate]`."""

from messaging.starting import main
from services.routing.app import compose

main("routing", compose)
