"""Command lines read as people mean them: the program behind a prefix, the script behind an interpreter."""

import re
from collections.abc import Sequence

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.tasks import Task

Words = Sequence[str | None]  # None: a word that is known only when it runs

SHELLS = frozenset("sh ash bash dash ksh zsh".split())
_INTERPRETER = re.compile(
    r"(?:(?P<python>python|pypy)|(?P<shell>sh|ash|bash|dash|ksh|zsh)|perl|ruby|php|node|nodejs)[0-9.]*"
)
_ASSIGNMENT = re.compile(r"\w+=.*", re.DOTALL)


def base_name(word: str | None) -> str:
    return (word or "").rpartition("/")[2]


def script_argument(words: Words) -> str | None:
    """The file that an interpreter is told to run. None where there is none, or it is known only when it runs."""
    match = _INTERPRETER.fullmatch(base_name(words[0])) if words else None
    if match is None:
        return None
    # Options after which no file follows, or a value of their own.
    other = "cso" if match["shell"] else "cmWX" if match["python"] else "eErRpnfSdtl"
    for word in words[1:]:
        if word is None or word in {"-", "--"} or re.match(rf"-[A-Za-z]*[{other}]", word):
            return None
        if not word.startswith("-"):
            return word
    return None


def behind(words: Words) -> Words:
    """The command without what only prepares for it and then is replaced by it."""
    while words:
        match base_name(words[0]):
            case "exec" | "command" | "nohup":
                words = words[1:]
            case "gosu" | "su-exec":
                words = words[2:]
            case "env":
                words = words[1:]
                while words and words[0] is not None and _ASSIGNMENT.fullmatch(words[0]):
                    words = words[1:]
            case _:
                break
    return words


def shell_line(task: Task) -> str | None:
    """The line that a shell is to read, also where a list says `sh -c`."""
    if isinstance(task.command, str):
        return task.command
    words = behind(task.command)
    if len(words) > 2 and base_name(words[0]) in SHELLS and words[1] in {"-c", "-ec", "-lc", "-xc"}:
        return words[2]
    return None


def main_words(task: Task) -> Words:
    """The words of the command that is the app once all before it is done: the last one of a line for the shell."""
    line = shell_line(task)
    if line is None:
        return behind(task.command) if not isinstance(task.command, str) else ()
    script = shell_lexer.read(line)
    if not script.whole or not script.commands or script.commands[-1].nested:
        return ()
    return behind(script.commands[-1].plain)
