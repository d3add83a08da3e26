"""The image's files made without Docker: the lines of the Dockerfile that copy and run, done in a folder of its own."""

import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.plan import PROJECT
from tests.images import context, rules

IMAGE_PYTHON = "3.13"
"""Of the base image; a test compares the two."""


@dataclass(frozen=True)
class Tree:
    """A folder for each of the places that the build stage may name; the base of the image is this machine."""

    root: Path
    python: str

    def run(self, text, environment):
        """Does a RUN line, in these folders instead of those it names. The rules allow none that names others."""
        program, *words = shlex.split(text)
        command = [self.python if program == "python" else self.at(program), *map(self.at, words)]
        self._called(command, environment)

    def at(self, word):
        return re.sub(rf"^({'|'.join(rules.OURS)})(?=/|$)", lambda match: f"{self.root}{match[1]}", word)

    def copy(self, words, seen):
        """Does a COPY line: the files that the context lets in; of a folder what is in it, as Docker does."""
        *sources, target = words
        for source in sources:
            for path in sorted((PROJECT / source).rglob("*")) or [PROJECT / source]:
                name = path.relative_to(PROJECT).as_posix()
                if path.is_file() and context.allowed(name, seen):
                    below = path.relative_to(PROJECT / source) if (PROJECT / source).is_dir() else path.name
                    self._put(path, self.root / "src" / target / below)

    @staticmethod
    def _put(path, place):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)

    def _called(self, command, environment):
        done = subprocess.run(
            command, cwd=self.root / "src", env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"


def build(root, stage, python, environment, ignore):
    """The build stage done in `root`; answers the folder that the last stage copies, as it will stand there."""
    tree = Tree(root, python)
    (root / "src").mkdir(parents=True)
    seen = context.lines(ignore)
    for one in stage.instructions:
        match one.name:
            case "COPY":
                tree.copy(one.words, seen)
            case "RUN":
                tree.run(one.text, environment)
            case "ENV":
                environment = {**environment, **dict(word.split("=", 1) for word in one.words)}
            case "ARG" | "WORKDIR":
                pass
            case other:
                raise AssertionError(f"a test cannot do {other}")
    return root / "opt" / "fengqiao"
