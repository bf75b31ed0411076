"""What runs as root and can be changed by another user: programs, scripts, the hook file, Python's search path."""

import os
import stat
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_line as reader
from lifeinit.check.host.as_user import Kernel, own_user
from lifeinit.check.host.invocation import Words, base_name, behind, script_argument, shell_line
from lifeinit.check.host.programs import Program, Programs
from lifeinit.check.host.tasks import Task, Tasks
from lifeinit.config.diagnostic import Diagnostic, Place, Span, quoted
from lifeinit.engine.plan import User
from lifeinit.startup import search_path

_NOBODY = 65534
_ANYBODY = User(_NOBODY, _NOBODY, ())


def diagnostics(tasks: Tasks, programs: Programs, kernel: Kernel, files: Sequence[str]) -> Iterator[Diagnostic]:
    """W302, W303 and W324. Only root can ask what other users may change."""
    if own_user().uid != 0 or tasks.accounts.own.user.uid != 0:  # the latter: as a manifest says
        return
    trust = _Trust(kernel, tasks.app_users())
    yield from _hook_files(tasks, trust, files)
    yield from _hooks(tasks, programs, trust)
    for path, reason in search_path.writable_search_path():
        message = f"root imports Python modules from {quoted(path)}, which {reason}"
        fix = f"{_fix(path)}, unset PYTHONPATH, or install lifeinit where only root can write"
        yield Diagnostic("W324", tasks.places.span(()), message, fix)


def _hook_files(tasks: Tasks, trust: "_Trust", files: Sequence[str]) -> Iterator[Diagnostic]:
    """W303."""
    before = [lines for _, lines in tasks.places.drop_ins]
    before = [*[0] * (len(files) - len(before)), *before]  # the hook file itself is the first, where there is one
    for file, lines in zip(files, before, strict=True):
        if culprit := trust.culprit(os.path.join(tasks.base, file)):
            path, who = culprit
            what = "this file" if path == os.path.realpath(file) else f"this file through {quoted(path)}"
            message = f"{who} can change {what}, and lifeinit runs its hooks as root"
            beginning = Place(lines + 1, 1)
            yield Diagnostic("W303", Span(beginning, beginning), message, _fix(path))


class _Trust:
    """Asks for each of the app's users, and for one without any rights, what it can change."""

    def __init__(self, kernel: Kernel, apps: list[User]) -> None:
        self._kernel = kernel
        self._apps = [app for app in apps if app.uid != 0]

    def culprit(self, path: str) -> tuple[str, str] | None:
        """The place on the way to a file that another user can change, and who."""
        for app in self._apps:
            place = self._kernel.changeable(app, path)
            if place is not None:
                return place, f"the app (uid {app.uid})"
        # Files of an unknown owner seem to belong to this user. user_namespaces(7)
        place = self._kernel.changeable(_ANYBODY, path, by_owner=False)
        return None if place is None else (place, _who(place))


def _who(place: str) -> str:
    """Whom the mode allows it that _ANYBODY has: its owner or a group may be that user by chance."""
    return "every user" if os.stat(place).st_mode & stat.S_IWOTH else f"uid {_NOBODY}"


def _hooks(tasks: Tasks, programs: Programs, trust: _Trust) -> Iterator[Diagnostic]:
    """W302, each place once."""
    reported = set[str]()
    for task in tasks.commands:
        if task.kind == "app" or task.place.user.uid != 0:
            continue
        culprit = next(filter(None, map(trust.culprit, _files(task, programs))), None)
        if culprit is not None and culprit[0] not in reported:
            path, who = culprit
            reported.add(path)
            message = f"{who} can change {quoted(path)}, which runs as root, and so become root"
            yield task.diagnostic("W302", message, f"{_fix(path)}, or give the hook a user of its own")


def _files(task: Task, programs: Programs) -> Iterator[str]:
    """The files that a command runs, as far as they are known."""
    for words in _commands(task):
        answer = programs.ask(words[0], task.place) if words[0] is not None else None
        if isinstance(answer, Program):
            yield answer.path
            yield from filter(None, (answer.first_line.interpreter,))
        # `python -m` looks for the module in its directory.
        script = "." if "-m" in words and base_name(words[0]).startswith("python") else script_argument(words)
        if script is not None:
            yield os.path.join(task.place.directory, script)


def _commands(task: Task) -> list[Words]:
    line = shell_line(task)
    if line is None:
        return [] if isinstance(task.command, str) else [behind(task.command)]
    commands = [behind(simple.words) for simple in reader.read(line).commands]
    moved = next((i for i, words in enumerate(commands) if words and words[0] in {"cd", "."}), len(commands))
    return [words for words in commands[:moved] if words and words[0] not in reader.BUILTINS]


def _fix(path: str) -> str:
    return f"chown root {path} && chmod go-w {path}"
