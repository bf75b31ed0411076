"""A usual entrypoint script as hooks: what is known to mean the same becomes one, the rest is kept as text."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from lifeinit.project.findings import Hook, Untranslated
from lifeinit.project.folder import Folder
from lifeinit.project.script_advice import advice_on
from lifeinit.project.statements import Statement, statements
from lifeinit.project.waiting import IDLE, target, words_of

NAMES: Final = tuple(
    f"{directory}{name}" for directory in ("", "docker/") for name in ("entrypoint.sh", "docker-entrypoint.sh")
)
_DJANGO: Final = frozenset("migrate collectstatic compilemessages createcachetable check".split())
_PYTHON: Final = re.compile(r"python3?(\.\d+)?")
_FUNCTION: Final = re.compile(r"(?:function\s+([\w-]+)\s*(?:\(\s*\))?|([\w-]+)\s*\(\s*\))\s*[{(]")
_MESSAGE: Final = re.compile(r"[^{]*\{\s*(?:echo|printf)\b(?:[^;&|\n]|>&\d)*;?\s*\}")
# A variable that a shell without the script's arguments cannot have.
_OF_THE_SCRIPT: Final = re.compile(r"\$(?:[@*#0-9]|\{(?![A-Za-z_]\w*(?:\}|:?-)))")
# What a script does with its app in the background, once it runs: lifeinit does the same.
_BOOKKEEPING: Final = re.compile(r"""\w+=\$[!?]|wait( ["']?\$\{?\w+\}?["']?)?|exit( ["']?\$\{?[\w?]+\}?["']?)?""")


class Script(NamedTuple):
    """What an entrypoint script does: its steps in order, and the app's command where the script holds it."""

    name: str = ""
    steps: tuple[Hook | Untranslated, ...] = ()
    command: tuple[str, ...] = ()


def script(folder: Folder) -> Script:
    """The first entrypoint script of the folder."""
    name = next(filter(folder.has, NAMES), "")
    if not name:
        return Script()
    found = Script(name)
    every = statements(folder.text(name).replace("\r\n", "\n"))
    functions = {one: _function(one) for one in every}
    quiet = IDLE | {function for one, function in functions.items() if function and _MESSAGE.fullmatch(one.text)}
    for at, statement in enumerate(every):
        command = () if found.command else _app(every, at, quiet.union(functions.values()))
        if command:
            found = found._replace(command=command)
        elif not _says_nothing(statement, quiet, is_last=at == len(every) - 1, is_started=bool(found.command)):
            step = _step(name, statement, quiet, is_started=bool(found.command))
            found = found._replace(steps=(*found.steps, step))
    return found


def _function(statement: Statement) -> str:
    """The name of the function that the statement defines."""
    match = _FUNCTION.match(statement.text)
    return (match[1] or match[2]) if match else ""


def _app(every: Sequence[Statement], at: int, own: frozenset[str]) -> tuple[str, ...]:
    """The app's command: what is executed, the one in the background that the end waits for, or else the last command.

    `own` are the commands that are no programs: builtins of the shell and the script's functions.
    """
    statement = every[at]
    words = _words(statement)
    if words[:1] == ("exec",) and statement.end != "&":
        return _plain(words[1:]) or _through_shell(statement, words[1:])
    if not words or words[0] in own or _hook(statement, own):
        return ()
    if statement.end == "&":
        return (_plain(words) or _through_shell(statement, words)) if _is_awaited(every, at) else ()
    is_last = at == len(every) - 1 and not any(map(_waits, every))
    return _plain(words) if is_last else ()


def _is_awaited(every: Sequence[Statement], at: int) -> bool:
    """Whether a later `wait` is for this one: by its variable, as the latest, or for whatever ends."""
    later = every[at + 1 :]
    wait_at = next((number for number, one in enumerate(later) if _waits(one)), None)
    if wait_at is None:
        return False
    words = [token.text for token in later[wait_at].tokens]
    awaited = re.fullmatch(r"""["']?\$\{?(\w+|!)\}?["']?""", words[1]) if len(words) > 1 else None
    if awaited is None:
        return True
    if awaited[1] == "!":
        return all(one.end != "&" for one in later[:wait_at])
    return later[0].text == f"{awaited[1]}=$!"


def _waits(statement: Statement) -> bool:
    return bool(statement.tokens) and statement.tokens[0].text == "wait"


def _through_shell(statement: Statement, words: Sequence[str | None]) -> tuple[str, ...]:
    """For a command with variables in it; none where the script's own arguments are among its words."""
    text = " ".join(token.text for token in statement.tokens)
    is_program = bool(words) and not re.match(r"\w+=", text.removeprefix("exec "))
    if not is_program or _OF_THE_SCRIPT.search(text):
        return ()
    return "sh", "-c", f"exec {text.removeprefix('exec ')}"


def _says_nothing(statement: Statement, quiet: frozenset[str], *, is_last: bool, is_started: bool) -> bool:
    """Whether lifeinit needs none of it: options of the shell, messages, the app's command from outside."""
    text = statement.text
    if _MESSAGE.fullmatch(text) or (is_last and re.fullmatch(r'(exec )?"?\$@"?', text)):
        return True
    if is_started and _BOOKKEEPING.fullmatch(text):
        return True
    words = words_of(statement.tokens)
    is_message = bool(words) and (words[0] in quiet or re.match(r"set [-+]", text) is not None)
    return statement.whole and is_message and not re.search(r":=|\$\(|`|>\s*[^&\s]", text)


def _step(name: str, statement: Statement, quiet: frozenset[str], *, is_started: bool) -> Hook | Untranslated:
    hook = _hook(statement, quiet) if statement.end != "&" and not is_started else None
    if hook is not None:
        return hook._replace(comment=f"{name}, line {statement.line}")
    text = statement.text + (" &" if statement.end == "&" else "")
    last_line = statement.line + text.count("\n")
    return Untranslated(name, statement.line, last_line, text, (advice_on(text, is_started=is_started),))


def _hook(statement: Statement, quiet: frozenset[str]) -> Hook | None:
    if not statement.whole:
        return None
    place = target(statement, quiet)
    if place:
        return Hook(_name_of(place), "wait_for", place, "", "60s")
    words = words_of(statement.tokens)
    return _command(statement, words) if words and _ends_by_itself(words) else None


def _command(statement: Statement, words: Sequence[str]) -> Hook:
    """A list of words where no shell is needed."""
    plain = _plain(_words(statement))
    name = next((word for word in words[1:] if word in _DJANGO), "migrate")
    if plain:
        return Hook(name, "command", ("python3", *plain[1:]) if _PYTHON.fullmatch(plain[0]) else plain, "")
    return Hook(name, "command", re.sub(r"^python\b", "python3", statement.text), "")


def _ends_by_itself(words: Sequence[str]) -> bool:
    """Whether it is a command that prepares the start and ends, and that other projects run before the start too."""
    match words:
        case [python, "manage.py" | "./manage.py", command, *_]:
            return bool(_PYTHON.fullmatch(python)) and command in _DJANGO
        case ["./manage.py", command, *_]:
            return command in _DJANGO
        case ["alembic", "upgrade", *_] | ["flask", "db", "upgrade", *_] | ["npx", "prisma", "migrate", "deploy"]:
            return True
        case [python, "-m", "alembic", "upgrade", *_] | [python, "-m", "flask", "db", "upgrade", *_]:
            return bool(_PYTHON.fullmatch(python))
        case _:
            return False


def _words(statement: Statement) -> tuple[str | None, ...]:
    """The words of a simple command, None for one with an expansion; empty where there are operators."""
    if not statement.whole or any(token.is_operator for token in statement.tokens):
        return ()
    return tuple(token.value for token in statement.tokens)


def _plain(words: Sequence[str | None]) -> tuple[str, ...]:
    plain = tuple(word for word in words if word is not None)
    is_assignment = bool(plain) and re.match(r"\w+=", plain[0]) is not None
    return plain if len(plain) == len(words) and not is_assignment else ()


def _name_of(place: str) -> str:
    """The host, without what a hook's name may not hold."""
    host = re.sub(r"^[a-z]+://|[:/].*$", "", place)
    return re.sub(r"[^A-Za-z0-9_.-]", "", host).lower().removesuffix("_host") or "wait"
