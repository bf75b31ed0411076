"""Whether a program can be executed: as this user, in this directory, with this PATH."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from lifeinit.check.host.as_user import Kernel, own_user
from lifeinit.check.host.file_access import Entry
from lifeinit.check.host.scripts import LONGEST, FirstLine, first_line
from lifeinit.check.host.shell_line import BASH_WORDS, BUILTINS
from lifeinit.check.host.similar_names import Guesses
from lifeinit.config.diagnostic import quoted
from lifeinit.engine.plan import User

_MOST_SCRIPTS = 4  # a script whose interpreter is a script; the kernel follows as many
_COPY = "copy it into the image, or fix the path"


class Program(NamedTuple):
    """A program that can be executed, as far as can be seen."""

    path: str
    first_line: FirstLine


class Unusable(NamedTuple):
    """Why it cannot be executed, as a rule's code, a message and the fix."""

    code: str
    message: str
    help: str


class Place(NamedTuple):
    """Where a program is looked up from: by whom, in which directory, with which PATH (None: not known)."""

    user: User
    directory: str
    search: str | None


class Programs:
    """Looks programs up as execvp(3) does. An answer is None where it cannot be known."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._own = own_user()
        self._guesses = Guesses()
        self._answers: dict[tuple[str, Place], Program | Unusable | None] = {}

    def ask(self, name: str, place: Place) -> Program | Unusable | None:
        key = (name, place)
        if key not in self._answers:
            self._answers[key] = self._ask(name, place, 0)
        return self._answers[key]

    def _ask(self, name: str, place: Place, depth: int) -> Program | Unusable | None:
        if "/" in name:
            return self._judge(name, self._kernel.look(place.user, os.path.join(place.directory, name)), place, depth)
        if place.search is None:
            return None
        directories = [os.path.join(place.directory, one) for one in place.search.split(":")]
        entry = self._kernel.which(place.user, name, directories)
        if entry is not None and entry.kind == "closed":  # only somebody else can say whether it holds the program
            entry = entry if _is_file(self._kernel.which(self._own, name, directories)) else Entry(name, "missing")
        if entry is not None and entry.kind == "missing":
            return self._not_in_path(name, place.search, directories)
        return self._judge(name if entry is None else entry.path, entry, place, depth)

    def _judge(self, path: str, entry: Entry | None, place: Place, depth: int) -> Program | Unusable | None:
        if entry is None:
            return None
        shown = quoted(path)
        match entry.kind:
            case "file":
                return self._file(path, entry, place, depth)
            case "directory" | "other":
                kind = "a directory" if entry.kind == "directory" else "not a regular file"
                return Unusable("E303", f"{shown} is {kind}", "write the path of a program")
            case "closed":
                message = f"{shown} is not accessible: uid {place.user.uid} cannot enter {quoted(entry.path)}"
                return Unusable("E304", message, f"chmod a+x {entry.path}, or run it as another user")
            case "loop":
                return Unusable("E301", f"{shown} is a symbolic link to itself", "recreate the link")
            case "not a directory":
                message = f"{shown} does not exist: {quoted(entry.path)} is not a directory"
                return Unusable("E301", message, "fix the path")
            case _:
                return self._missing(path, entry.path)

    def _file(self, path: str, entry: Entry, place: Place, depth: int) -> Program | Unusable | None:
        shown = quoted(path)
        if not entry.executable:
            if entry.noexec:
                message = f"{shown} is on a file system that is mounted noexec"
                return Unusable("E302", message, "move it, or mount the file system with exec")
            message = f"{shown} is not executable for uid {place.user.uid}"
            return Unusable("E302", message, f"chmod a+rx {path}")
        reader = place.user if entry.readable else self._own
        line = first_line(self._kernel.beginning(reader, entry.path, LONGEST))
        if line.problem is not None:
            message, fix = line.problem
            return Unusable("E306", f"{shown} {message}", fix)
        if (line.interpreter or line.is_text) and not entry.readable:
            message = f"{shown} is a script that uid {place.user.uid} cannot read"
            return Unusable("E302", message, f"chmod a+rx {path}")
        return self._interpreter(path, line, place, depth) or Program(entry.path, line)

    def _interpreter(self, path: str, line: FirstLine, place: Place, depth: int) -> Unusable | None:
        if depth >= _MOST_SCRIPTS or line.interpreter is None:
            return None
        name = os.path.join("/", line.interpreter) if "/" in line.interpreter else f"./{line.interpreter}"
        bad = self._ask(name, place, depth + 1)  # the kernel itself searches no PATH
        if not isinstance(bad, Unusable) and line.through_env is not None:
            bad = self._ask(line.through_env, place, depth + 1)
        if not isinstance(bad, Unusable):
            return None
        fix = f"install the interpreter, or fix the first line of {path}"
        if " " in str(line.through_env):
            fix = 'env treats the rest of the line as one name: write "env -S" for several words'
        return Unusable("E305", f"{quoted(path)} begins with {quoted(line.text)}, and {bad.message}", fix)

    def _not_in_path(self, name: str, search: str, directories: Sequence[str]) -> Unusable:
        message = f"program {quoted(name)} not found in PATH {quoted(search)}"
        if name in BUILTINS | BASH_WORDS:
            fix = "write the command as one string, which the shell runs"
            return Unusable("E301", message, f"{fix}, or use the key working_dir" if name == "cd" else fix)
        near = self._near(name, directories)
        fix = "install it in the image, write its path, or add its directory to PATH"
        return Unusable("E301", message, f'did you mean "{near}"? Otherwise {fix}' if near else fix)

    def _near(self, name: str, directories: Sequence[str]) -> str | None:
        return self._guesses.like(
            name, lambda: (one for place in directories for one in self._kernel.names(self._own, place))
        )

    def _missing(self, path: str, where: str) -> Unusable:
        if os.path.basename(where) != os.path.basename(path):
            return Unusable("E301", f"{quoted(path)} does not exist: {quoted(where)} is missing", _COPY)
        near = self._near(os.path.basename(where), [os.path.dirname(where)])
        meant = f'did you mean "{os.path.join(os.path.dirname(path), near)}"? Otherwise ' if near else ""
        return Unusable("E301", f"{quoted(path)} does not exist", f"{meant}{_COPY}")


def _is_file(entry: Entry | None) -> bool:
    return entry is not None and entry.kind == "file"
