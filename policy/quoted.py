"""What a policy file says at a place, with its line: so that a decision can be shown its rule."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from policy.lines import Place, item, line_of, read


@dataclass(frozen=True, slots=True)
class Quote:
    """A rule as it stands in its file; `text` is empty where the file is silent and the default holds."""

    path: Path
    line: int
    text: str


class Policyfile:
    """A policy file as text. Raises `Refused` when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        raw, self._node = read(path)
        self._lines = path.read_text(encoding="utf-8").splitlines()
        self.version = raw.get("version") if isinstance(raw, dict) else None

    def quote(self, place: Place) -> Quote:
        """The rule at a place."""
        node = self._node
        for step in place:
            node = _below(node, step)
            if node is None:
                return Quote(self.path, line_of(self._node, place), "")
        line = line_of(self._node, place)
        text = self._text(node)
        return Quote(self.path, line, f"{place[-1]}: {text}" if isinstance(place[-1], str) else text)

    def _text(self, node: yaml.Node | None) -> str:
        """A node as it is written, in one line."""
        if node is None:
            return ""
        begin, end = node.start_mark, node.end_mark
        lines = self._lines[begin.line : end.line + 1]
        if begin.line == end.line:
            return lines[0][begin.column : end.column].strip()
        whole = [lines[0][begin.column :], *lines[1:-1], lines[-1][: end.column] if len(lines) > 1 else ""]
        return " ".join(filter(None, (one.strip() for one in whole if not one.strip().startswith("#"))))


def _below(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return item(node, step)


def place_of(rule: str) -> tuple[str, Place]:
    """Version and place of a rule as history keeps it: `default/2 skips.0`."""
    version, _, path = rule.partition(" ")
    return version, tuple(int(one) if one.isdigit() else one for one in path.split(".") if one)


def in_folder(folder: Path) -> dict[str, Policyfile]:
    """The policy files of a folder by their version; what is no policy is passed over."""
    found: dict[str, Policyfile] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            one = Policyfile(path)
        except ValueError:
            continue
        if isinstance(one.version, str):
            found.setdefault(one.version, one)
    return found
