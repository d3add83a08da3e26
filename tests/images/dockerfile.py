"""A Dockerfile taken apart: its stages, and in each its instructions."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Instruction:
    name: str
    """In capitals, as written."""
    text: str
    """What follows the name, with continued lines joined and arguments put in."""

    @property
    def flags(self):
        return dict(re.findall(r"--(\w+)=(\S+)", re.match(r"(?:--\S+\s+)*", self.text).group()))

    @property
    def words(self):
        return re.sub(r"^(?:--\S+\s+)*", "", self.text).split()


@dataclass
class Stage:
    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name):
        return [one for one in self.instructions if one.name == name]


def stages(text):
    """The stages in order; the arguments before the first one are put in where they are asked for."""
    found, arguments = [], {}
    for name, rest in _lines(text):
        if name == "ARG" and not found:
            key, _, value = rest.partition("=")
            arguments[key] = value
        elif name == "FROM":
            base, *named = re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], rest).split()
            found.append(Stage(named[1] if named else "", base))
        else:
            found[-1].instructions.append(Instruction(name, rest))
    return found


def _lines(text):
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", kept).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest.strip()
