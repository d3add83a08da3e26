"""Without the extra `local` the commands are there, and those that need it say so."""

import subprocess
import sys

import pytest

from deploy.local.extra import Late
from deploy.local.plan import StackError


def test_what_is_not_installed_is_one_message_with_two_ways_out():
    absent = Late("no_such_library.at_all")

    with pytest.raises(StackError, match=r"needs no_such_library.*pip install 'fengqiao\[local\]'.*--dsn"):
        _ = absent.anything


def test_what_is_installed_is_the_module_itself():
    assert Late("json.decoder").JSONDecodeError is __import__("json").JSONDecodeError


@pytest.mark.wide
def test_no_command_needs_the_extra_before_it_works_on_a_stack_of_this_machine():
    """Imported in a process of its own: this one has long loaded everything."""
    asked = "import sys, cli.__main__; print(sorted({'supervisor', 'psutil', 'confluent_kafka'} & set(sys.modules)))"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"
