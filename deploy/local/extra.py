"""Libraries of the extra `local`, looked for when they are first used: without it every other command still works."""

from importlib import import_module
from typing import Any

from deploy.local.plan import StackError


class Late:
    """A module that is imported when something of it is first asked for; `StackError` where it is not installed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the module has
        try:
            module = import_module(self._name)
        except ModuleNotFoundError as error:
            raise StackError(
                f"a stack on this machine needs {error.name}, which this installation is without: "
                "pip install 'fengqiao[local]'; or name a server (--dsn, --kafka, --url) instead"
            ) from error
        return getattr(module, attribute)
