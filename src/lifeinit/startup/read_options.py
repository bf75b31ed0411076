"""Reads the options of the run without click, which takes longer to import than all else: the straight case alone.

What is not as plain as that is left to click, which reads the same table: mistakes, the help, the version, completion.
"""

from lifeinit.startup.option_values import READERS
from lifeinit.startup.run_options import LOG_FORMATS, RUN_OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifeinit.startup.run_options import RunOption

_NAMES = {name: option for option in RUN_OPTIONS for name in option.names.split()}
_FLAGS = {"1": True, "true": True, "0": False, "false": False}


class AskClickError(Exception):
    """Not the straight case."""


def read_options(
    arguments: "Sequence[str]", variables: "Mapping[str, str]"
) -> "tuple[dict[str, object], Sequence[str]] | None":
    """The values of the options that were written, by their fields, and the command. None: click has to be asked."""
    try:
        texts, command = _split(arguments)
        texts = {**_of_variables(variables), **texts}
        return {option.field: _value(option, found) for option, found in texts.items()}, command
    except (AskClickError, ValueError):
        return None


def _split(arguments: "Sequence[str]") -> "tuple[dict[RunOption, list[str]], Sequence[str]]":
    """What was written for each option, an empty text for a flag, and the command, which begins with another word."""
    texts: dict[RunOption, list[str]] = {}
    rest = list(arguments)
    while rest and rest[0] != "--":
        if len(rest[0]) < 2 or rest[0][0] != "-":
            return texts, rest
        for option, written in _options(rest.pop(0)):
            if not option.takes_value:
                text = ""
            elif written is not None:
                text = written
            elif rest:
                text = rest.pop(0)
            else:
                raise AskClickError
            texts.setdefault(option, []).append(text)
    return texts, rest[1:]


def _options(word: str) -> "list[tuple[RunOption, str | None]]":
    """The options in a word, with the value that stands in it: `--user=app`, `-gv`, `-e3`."""
    if word.startswith("--"):
        name, equals, text = word.partition("=")
        option = _known(name)
        if equals and not option.takes_value:
            raise AskClickError
        return [(option, text if equals else None)]
    found: list[tuple[RunOption, str | None]] = []
    for i, letter in enumerate(word[1:], 2):
        option = _known(f"-{letter}")
        if option.takes_value:
            return [*found, (option, word[i:] or None)]
        found.append((option, None))
    return found


def _known(name: str) -> "RunOption":
    if name not in _NAMES:
        raise AskClickError
    return _NAMES[name]


def _of_variables(variables: "Mapping[str, str]") -> "dict[RunOption, list[str]]":
    found: dict[RunOption, list[str]] = {}
    for option in RUN_OPTIONS:
        text = variables.get(option.variable)
        if text:
            found[option] = _of_variable(option, text)
    return found


def _of_variable(option: "RunOption", text: str) -> list[str]:
    """What one variable says, as the command line would: an empty text for each time that a flag is set."""
    if option.kind == "flag":
        if text not in _FLAGS:
            raise AskClickError
        return [""] * _FLAGS[text]
    if option.kind == "count":
        if len(text) != 1 or text not in "0123456789":
            raise AskClickError
        return [""] * int(text)
    if not option.many:
        return [text]
    found = [line for line in text.splitlines() if line.strip()] if option.kind == "line" else text.split()
    if not found:
        raise AskClickError
    return found


def _value(option: "RunOption", texts: list[str]) -> object:
    """Raises ValueError for a text that is wrong."""
    if option.kind == "flag":
        return bool(texts)
    if option.kind == "count":
        return len(texts)
    if option.kind == "log_format" and not set(texts) <= set(LOG_FORMATS):
        raise AskClickError
    read = READERS.get(option.kind, str)
    return tuple(map(read, texts)) if option.many else read(texts[-1])
