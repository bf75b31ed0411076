"""What `environment` and targets contain: secrets in plain text, and variables that nothing sets."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host.invocation import diagnostic, shell_line
from lifeinit.check.host.tasks import Task, Tasks
from lifeinit.check.output.secret_text import PLAIN_VALUE, is_a_secret_name, secrets, secrets_of_list
from lifeinit.check.rules.rule import listed
from lifeinit.config.diagnostic import Diagnostic, Span, quoted
from lifeinit.config.spans import Path
from lifeinit.probes.targets import hidden
from lifeinit.values import interpolation

_PASSWORD_IN_URL = re.compile(r"://[^/?#\s]*?:([^/?#\s@]+)@")
_VARIABLE = "\0"  # in the place of one; no value of a hook file holds it


def diagnostics(tasks: Tasks) -> Iterator[Diagnostic]:
    """W312 for a secret in the file, whose value is never shown, N313 for variables that are not set."""
    for code, path, message, fix in _secrets(tasks):
        yield Diagnostic(code, tasks.places.span(path), message, fix)
    for task in tasks.commands:
        if not task.on_command_line:
            yield from _in_a_command(task)
    yield from _unset(tasks)


Found = tuple[str, Path, str, str]  # code, path, message, help


def _secrets(tasks: Tasks) -> Iterator[Found]:
    for setting in tasks.settings:
        for name, value in setting.environment.items():
            path = (*setting.path, "environment", name)
            if _is_secret(name, value):
                yield "W312", path, f"{name} looks like a secret, and its value is in the hook file", _FIX
            elif _has_password(value):
                yield "W312", path, f"{name} is a URL with a password, which is in the hook file", _FIX
    for wait in tasks.waits:
        if _has_password(wait.text):
            fix = "remove user and password, which are not needed to connect, or write a variable: $DATABASE_URL"
            yield "W312", wait.path, f"{quoted(hidden(wait.text))} contains a password, which is in the hook file", fix


def _in_a_command(task: Task) -> Iterator[Diagnostic]:
    """Of several in one place the first."""
    fix, line, reported = "let the runtime set a variable, and write $NAME in a string", shell_line(task), set[object]()
    if line is not None:
        for what, place in secrets(line):
            if place not in reported:
                reported.add(place)
                yield diagnostic(task, "W312", f"{what} is in the hook file", fix, place)
    elif isinstance(task.command, tuple):
        for i, (what, place) in secrets_of_list(task.command):
            if (i, place) not in reported:
                reported.add((i, place))
                yield task.diagnostic("W312", f"{what} is in the hook file", fix, item=i, within=place)


def _unset(tasks: Tasks) -> Iterator[Diagnostic]:
    """N313, once, for all that the runtime may set."""
    missing = dict[str, Span]()
    for path, text, names in _unset_in(tasks):
        for name in names:
            at = next(at for *at, one in interpolation.dollars(text) if one == name)
            missing.setdefault(name, tasks.places.within(path, *at))
    if missing:
        names, (first, *others) = listed(list(missing)), missing
        are, them = ("are", "them") if others else ("is", "it")
        message = f"{names} {are} not set here, and lifeinit does not start without {them}"
        fix = f"set {them} where the container is started, for example docker run -e {first}"
        yield Diagnostic("N313", missing[first], message, f"{fix}; write $$ for a dollar sign")


def _unset_in(tasks: Tasks) -> Iterator[tuple[Path, str, Sequence[str]]]:
    """Each text with variables: its path, and what of them is not set."""
    for setting in tasks.settings:
        for name, value in setting.environment.items():
            yield (*setting.path, "environment", name), value, setting.unset(value)
    for wait in tasks.waits:
        yield wait.path, wait.text, wait.setting.unset(wait.text, own=True)


_FIX = 'write { file = "/run/secrets/..." } for a mounted secret, or let the runtime set a variable and write $NAME'


def _literal(text: str) -> str:
    """The text with a mark for each variable."""
    try:
        found = interpolation.pieces(text)
    except interpolation.ExpansionError:
        return text
    return "".join(_VARIABLE if i % 2 else part for i, part in enumerate(found))


def _is_secret(name: str, value: str) -> bool:
    literal = _literal(value)
    return is_a_secret_name(name) and _VARIABLE not in literal and not PLAIN_VALUE.fullmatch(literal)


def _has_password(value: str) -> bool:
    match = _PASSWORD_IN_URL.search(_literal(value))
    return match is not None and _VARIABLE not in match[1]
