"""`python -m services.routing [migrate]`."""

from messaging.process import main
from services.routing.app import compose

main("routing", compose)
