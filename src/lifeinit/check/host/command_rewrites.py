"""A command as it was meant: one string as a list, a list as a line for the shell, several hooks as tables."""

import re
import shlex
from collections.abc import Sequence

from lifeinit.check.host.tasks import Task
from lifeinit.check.rules.rule import COMMAND, Finding
from lifeinit.config.diagnostic import quoted

_NEEDS_NO_QUOTES = re.compile(r"[\w./:=@%+,$&|<>{}-]+", re.ASCII)
_LONGEST_LIST = 200  # characters that a help repeats


def words_in_one(task: Task, command: tuple[str, ...]) -> Finding | None:
    """E309, where the program's name is several words."""
    first, *rest = command
    words = _split(first)
    if len(words) < 2:
        return None
    sentence = f"the program is {quoted(first)}, all of it one name with a space in it"
    in_shell = ["sh", "-c", f"exec {first}"] if not rest else None
    other = f"or {_toml(in_shell)} for the shell" if task.at == COMMAND and in_shell else "or one string for the shell"
    listed = _toml([*words, *rest])
    way_out = f"write {listed}" if len(listed) <= _LONGEST_LIST else "write each word as an item of its own"
    return Finding("E309", task.word(0), sentence, f"{way_out}, {other}")


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()  # a quote that nothing closes


def several(task: Task) -> str:
    """The way out for a list that was meant to be one of hooks."""
    return f"several hooks are several [[{task.phase}]] tables"


def one_string(task: Task, command: tuple[str, ...]) -> str:
    """The way out to a shell. Behind the dashes a string would be a program's name."""
    if task.at != COMMAND:
        return "write the command as one string"
    words = list(command)
    if not {"|", "||", "&", "&>"} & set(words):  # of those the shell has to wait for more than one program
        words.insert(1 + max((i for i, word in enumerate(words) if word == "&&"), default=-1), "exec")
    line = " ".join(words)
    if not all(map(_NEEDS_NO_QUOTES.fullmatch, words)) or len(line) > _LONGEST_LIST:
        line = f"exec {command[0]} ..."
    return f"write sh -c '{line}'"


def _toml(words: Sequence[str]) -> str:
    """The list as a hook file has it."""
    return "[" + ", ".join(f'"{"".join(map(_in_toml, word))}"' for word in words) + "]"


def _in_toml(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 1 << 16 else f"\\U{ord(char):08x}"
