"""Every command line of lifeinit in a text, read by the commands as lifeinit itself would read it."""

import shlex
import subprocess
from collections.abc import Iterator, Sequence

import click

from lifeinit.cli.run import run
from lifeinit.cli.serve import command_named
from lifeinit.startup.commands import COMMANDS

_SEPARATORS = frozenset(";&|()\n")
_OTHERS = frozenset(["pip", "pipx", "uv", "apt-get", "grep"])  # to them it is a package, or a word
_MAIN = ("python", "-m", "lifeinit")


def check_shell(text: str, shell: str = "sh") -> int:
    """The shell and lifeinit take it. How many command lines of lifeinit's there are."""
    done = subprocess.run([shell, "-n"], input=text, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = list(_of_lifeinit(text))
    for arguments in found:
        check_arguments(arguments, complete=bool(arguments))  # alone: the hook file has the processes
    return len(found)


def check_arguments(arguments: Sequence[str], *, complete: bool = True) -> None:
    """`lifeinit ARGUMENTS` is right, and has a command, if it is complete. Raises AssertionError with what is wrong."""
    first = arguments[0] if arguments else ""
    command = command_named(first) if first in COMMANDS else None
    rest = list(arguments if command is None else arguments[1:])
    try:
        (command or run).make_context("lifeinit", rest)
    except click.exceptions.Exit:
        pass  # --help and --version
    except click.ClickException as error:
        raise AssertionError(f"lifeinit {shlex.join(arguments)}: {error.format_message()}") from None
    if complete and command is None and not {"-h", "--help", "--version"} & set(rest):
        assert _app_of(rest), f"lifeinit {shlex.join(arguments)}: no command"


def check_lists(value: object) -> None:
    """Each list that begins with lifeinit, as YAML and JSON have it: a command with its arguments."""
    if isinstance(value, dict):
        for part in value.values():
            check_lists(part)
    elif isinstance(value, list):
        if all(isinstance(part, str) for part in value) and value[:1] in (["lifeinit"], ["CMD"]):
            words = value[1:] if value[0] == "CMD" else value  # "CMD" begins a HEALTHCHECK of Compose
            if words[0] == "lifeinit":
                check_arguments(words[1:], complete=False)
        for part in value:
            check_lists(part)


def _app_of(rest: list[str]) -> bool:
    context = run.make_context("lifeinit", list(rest), resilient_parsing=True)
    return bool(context.params["command"])


def _of_lifeinit(text: str) -> Iterator[list[str]]:
    """The arguments of each `lifeinit …`, wherever in a command it stands: after exec, env, docker exec NAME, …"""
    for words in _simple_commands(text):
        if "lifeinit" not in words or words[0] in _OTHERS or "install" in words:
            continue
        at = words.index("lifeinit")
        if words[:1] == ["docker"] and words[1:2] != ["exec"] and words[1:2] != ["run"]:
            continue
        if "--entrypoint" not in words[:at]:
            yield words[at + 1 :]


def _simple_commands(text: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=";&|()<>\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if set(word) <= _SEPARATORS:
            if words:
                yield words
            words = []
        else:
            words.append(word)
    if words:
        yield words
