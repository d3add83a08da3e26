"""`python -m services.followup [migrate]`."""

from messaging.starting import main
from services.followup.app import compose

main("followup", compose)
