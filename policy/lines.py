"""YAML with line numbers, so that an error can name the line it is about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml


class Refused(ValueError):
    """A file cannot be used; the message has one line per error, each with file and line number."""


TIMESTAMP = "tag:yaml.org,2002:timestamp"


def _careful(loader: Any) -> Any:  # noqa: ANN401 - a loader of either kind
    """A date that does not exist stays text: it would end the reading, and the policy can name its line."""

    def dated(self: Any, node: yaml.ScalarNode) -> object:  # noqa: ANN401 - the same
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value

    careful = type("Careful", (loader,), {})
    careful.add_constructor(TIMESTAMP, dated)  # type: ignore[attr-defined]
    return careful


SLOW = _careful(yaml.SafeLoader)
FAST = _careful(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
"""The same language ten times as fast, where the machine has the library for it."""


def _parsed(text: str) -> tuple[Any, yaml.Node | None]:
    try:
        return yaml.load(text, Loader=FAST), yaml.compose(text, Loader=FAST)  # noqa: S506 - safe, either of the two
    except yaml.YAMLError:  # the slow one knows better where the mistake is
        return yaml.load(text, Loader=SLOW), yaml.compose(text, Loader=SLOW)  # noqa: S506 - safe as well


Place = tuple[int | str, ...]
"""A way down into a document: keys and indexes."""


def read(path: Path) -> tuple[Any, yaml.Node | None]:
    """The document of a file, and the same with its lines. Raises `Refused`."""
    try:
        text = path.read_text(encoding="utf-8")
        raw, node = _parsed(text)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Refused(f"{path}:{line}: not YAML: {getattr(error, 'problem', error)}") from error
    return raw, node


def twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Every key that stands in a mapping a second time, with its line: of two rules one would be lost unnoticed."""
    seen: set[int] = set()
    left = [node]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, yaml.SequenceNode):
            left += one.value
        elif isinstance(one, yaml.MappingNode):
            left += [value for _, value in one.value]
            keys = [key.value for key, _ in one.value]
            for at, (key, _) in enumerate(one.value):
                if key.value in keys[:at]:
                    yield key.start_mark.line + 1, str(key.value)


def line_of(node: yaml.Node | None, place: Place) -> int:
    """The line of the deepest part of `place` that exists in the file."""
    line = 1 if node is None else node.start_mark.line + 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif (one := item(node, step)) is not None:
            line, node = one.start_mark.line + 1, one
        else:
            break
    return line


def item(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    """The part of a list by its number, or by the name it gives itself."""
    if not isinstance(node, yaml.SequenceNode):
        return None
    for at, one in enumerate(node.value):
        fields = one.value if isinstance(one, yaml.MappingNode) else ()
        if at == step or any(key.value == "name" and value.value == step for key, value in fields):
            return cast("yaml.Node", one)
    return None
