"""`python -m services.intake [migrate]`."""

from messaging.starting import main
from services.intake.app import compose

main("intake", compose)
