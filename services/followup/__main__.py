"""`python -m services.followup [migrate]`."""

from messaging.process import main
from services.followup.app import compose

main("followup", compose)
