"""`python -m services.intake [migrate]`."""

from messaging.process import main
from services.intake.app import compose

main("intake", compose)
