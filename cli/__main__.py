"""``fengqiao``: run the house on this machine, and work with it."""

import logging
import sys
from importlib import import_module

import click

from deploy.local.plan import StackError

# One line per module; each exports COMMANDS.
MODULES = (
    "cli.stack",
    "cli.imports",
    "cli.simulate",
    "cli.demo",
    "cli.letters",
    "cli.replay",
    "cli.checks",
    "cli.explain",
    "cli.trial",
    "cli.contacts",
    "cli.referrals",
    "cli.rebuild",
    "cli.topics",
    "cli.reconcile",
    "cli.recover",
    "cli.doctor",
    "cli.vault",
    "cli.erase",
    "cli.audit",
    "cli.tokens",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def fengqiao() -> None:
    """Event-driven handling of incidents and disputes by county, town and village governance centres."""


for module in MODULES:
    for command in import_module(module).COMMANDS:
        fengqiao.add_command(command)


def main() -> None:
    """Run the command line; what the user can mend is one message and exit code 1, not a traceback."""
    # Kafka's client shouts at every attempt, among what a command has to say; whoever gives up says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        fengqiao(prog_name="fengqiao")
    except StackError as error:
        click.echo(f"fengqiao: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
