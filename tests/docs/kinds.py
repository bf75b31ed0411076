"""What is done with a block of each language. A language that is not here has no check, and fails the test."""

import ast
import configparser
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import yaml

from lifeinit.check import timeline
from lifeinit.config import parser
from tests.docs.blocks import INDENTED, ROOT, Block
from tests.docs.commandlines import check_arguments, check_lists, check_shell
from tests.docs.dockerfiles import check_dockerfile

# Pages whose blocks another test takes as they stand, beside what is done here.
ELSEWHERE: Final[Mapping[str, str]] = {
    "docs/reference/docker-sdk.md": "tests/docker_sdk/test_docs.py",
    "docs/how-to/testcontainers.md": "tests/docker_sdk/test_testcontainers.py",
    "docs/reference/python.md": "tests/docs/test_python_page.py",
}
STATES: Final = "PRE_START STARTING RUNNING PRE_STOP STOPPING CLEANUP POST_STOP".split()


def check(block: Block) -> None:
    assert block.language in CHECKS, f"{block}: nothing checks a block of {block.language or 'no language'}"
    if block.marker == "see":
        test = ROOT / block.argument
        assert Path(block.page).name in test.read_text(), f"{block}: {block.argument} does not know this page"
    CHECKS[block.language](block)


def hook_file(block: Block) -> None:
    """It is right, and there is nothing that `check --no-preflight --strict` would say about it."""
    examined = parser.examine(block.text.encode())
    assert not examined.problems, [problem.message for problem in examined.problems]
    assert examined.hook_file is not None
    if block.page != "docs/how-to/base-image.md":  # the parts of one: test_examples.py checks them together
        found = timeline.diagnostics(examined.hook_file, None)
        assert not found, [one.message for one in found]


def toml(block: Block) -> None:
    # The page of the rules is held equal to them by test_docs.py, and its samples are tried by test_check_rules.py.
    if block.page != "docs/reference/rules.md":
        hook_file(block)


def data(value: object, block: Block) -> None:
    """YAML and JSON: command lines are right, and the file is of a kind for which test_formats.py has a schema."""
    check_lists(value)
    if is_steps(value):
        return
    assert kind_of(value), f"{block}: of what kind is this?"


def is_steps(value: object) -> bool:
    """Steps of a GitHub workflow: what they give to this repository's action, it takes."""
    steps = value if isinstance(value, list) else []
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    ours = [step for step in steps if step.get("uses", "").startswith("lifeinit/lifeinit@")]
    assert all(step.get("with", {}).keys() <= inputs.keys() for step in ours)
    return bool(steps) and len(ours) == len(steps)


def kind_of(value: object) -> str:
    """The format that this document is of; empty for one that nothing here could check."""
    keys = set(value) if isinstance(value, dict) else set()
    for name, key in {"compose": "services", "kubernetes": "apiVersion", "ecs": "containerDefinitions"}.items():
        if key in keys:
            return name
    return "pre-commit" if keys == {"repos"} else ""


def yaml_documents(block: Block) -> None:
    for document in yaml.safe_load_all(block.text):
        data(document, block)


def python(block: Block) -> None:
    compile(block.text, str(block), "exec", ast.PyCF_ONLY_AST)


def ini(block: Block) -> None:
    configparser.RawConfigParser(strict=True).read_string(block.text)


def nothing_but(block: Block) -> None:
    """A block without a language is what something has printed: a test has to say that it does."""
    seen_by = block.argument if block.marker == "see" else ELSEWHERE.get(block.page)
    assert seen_by, f"{block}: which test sees that this is printed? <!-- see tests/... -->"


def indented(block: Block) -> None:
    """A synopsis, the tree of the sources, the states: three kinds, which stand for themselves."""
    lines = block.text.splitlines()
    if "->" in lines[0]:
        states = re.findall(r"[A-Z_]{4,}", block.text)
        assert states == STATES
    elif lines[0].split()[0].startswith("src/"):
        tree(lines)
    else:
        synopsis(lines, block)


def synopsis(lines: list[str], block: Block) -> None:
    for line in lines:
        words = line.split()
        assert words[0] == "lifeinit", f"{block}: {line}"
        if not any(re.search(r"\[|\.\.\.|[A-Z]{3}", word) for word in words):
            check_arguments(words[1:])


def tree(lines: list[str]) -> None:
    """Each line is a file or a directory, with what it is for; its margin tells what it lies in."""
    above: list[tuple[int, Path]] = [(-1, ROOT)]
    for line in lines:
        margin, name = len(line) - len(line.lstrip()), line.split()[0]
        while above[-1][0] >= margin:
            above.pop()
        path = above[-1][1] / name
        assert path.exists(), f"there is no {path.relative_to(ROOT)}"
        if path.is_dir():  # what stands below a file lies beside it
            above.append((margin, path))


def nginx(block: Block) -> None:
    assert block.marker == "see", f"{block}: only nginx itself can read this"


CHECKS: Final[Mapping[str, Callable[[Block], object]]] = {
    "": nothing_but,
    INDENTED: indented,
    "bash": lambda block: check_shell(block.text, "bash"),
    "console": lambda block: check_shell("\n".join(commands_of(block.text))),
    "dockerfile": lambda block: check_dockerfile(block.text),
    "ini": ini,
    "json": lambda block: data(json.loads(block.text), block),
    "nginx": nginx,
    "python": python,
    "sh": lambda block: check_shell(block.text),
    "toml": toml,
    "yaml": yaml_documents,
}


def commands_of(session: str) -> list[str]:
    """The commands of a console session: what stands behind `$ `, with the lines that a backslash or `> ` joins."""
    commands: list[str] = []
    for line in session.splitlines():
        if line.startswith("$ "):
            commands.append(line[2:])
        elif commands and (line.startswith("> ")):
            commands[-1] += f"\n{line[2:]}"
    return commands
