"""What a runbook names, and what there is of it: commands with options, files, manifests, links, headings."""

import re
import shlex
from importlib.util import find_spec
from itertools import pairwise, takewhile

import click

from cli.__main__ import fengqiao
from schemas.base import SERVICES, TIERS
from tests.system.operate.releases import HERE

FOLDER = HERE / "docs" / "operate"
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:bench|cli|deploy|docs|doors|messaging|policy|schemas|services|tests)/[\w./-]+")
_ENDS = {";", "|", "&&", "||", "do", "done", "&", ")"}
_TARGETS = set(re.findall(r"^([\w-]+):", (HERE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
WORKLOADS = {f"{tier}-{service}" for tier in TIERS for service in SERVICES}


def problems(text, folder=FOLDER):
    """Everything a document names that is not there, as sentences."""
    prose = _BLOCK.sub("", text)
    spans = _SPAN.findall(prose)
    for link in _LINK.findall(prose):
        yield from _link(link, text, folder)
    for words in (*_lines(text), *map(_words, spans)):
        yield from _command(words)
    for path in spans:
        if _PATH.fullmatch(path) and not (HERE / path).exists():
            yield f"no file {path}"


def _lines(text):
    for _, kind, body in _BLOCK.findall(text):
        if kind == "sh":
            yield from map(_words, body.replace("\\\n", " ").splitlines())


def _words(line):
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";|&()")
        lexer.whitespace_split = True
        return list(lexer)
    except ValueError:
        return line.split()


def _command(words):
    for at, word in enumerate(words):
        rest = list(takewhile(lambda one: one not in _ENDS, words[at + 1 :]))
        match word:
            case "fengqiao":
                yield from _of_ours(rest)
            case "python" if rest[:1] == ["-m"] and find_spec(rest[1]) is None:
                yield f"no module {rest[1]}"
            case "make" if at == 0 and rest and rest[0] not in _TARGETS:
                yield f"no target {rest[0]} in the Makefile"
            case "kubectl":
                yield from _of_kubernetes(rest)


def _of_ours(words):
    command, said = fengqiao, ["fengqiao"]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            yield f"no command {' '.join(said)} {words[0]}"
            return
        command, said, words = command.commands[words[0]], [*said, words[0]], words[1:]
    known = {one for param in command.params for one in (*param.opts, *param.secondary_opts)}
    for word in words:
        name = word.partition("=")[0]
        if name.startswith("--") and name not in known | {"--help"}:
            yield f"{' '.join(said)} has no option {name}"


def _of_kubernetes(words):
    for before, word in pairwise(words):
        if before in {"-k", "kustomize"} and not any(
            (HERE / word / one).exists() for one in ("kustomization.yaml", "Kustomization")
        ):
            yield f"nothing to build in {word}"
    for word in words:
        kind, named, name = word.partition("/")
        if kind in {"deployment", "deployments"} and named and name not in WORKLOADS:
            yield f"no workload {name}"


def _link(link, text, folder):
    if link.startswith(("http://", "https://")):
        return
    path, _, anchor = link.partition("#")
    target = (folder / path).resolve() if path else None
    if target is not None and not target.exists():
        yield f"no file behind the link {link}"
        return
    if anchor and anchor not in anchors(text if target is None else target.read_text(encoding="utf-8")):
        yield f"no heading behind the link {link}"


def anchors(text):
    """The anchors of a document's headings, as they are made where it is read."""
    found = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.strip().lower()).replace(" ", "-") for one in found}
