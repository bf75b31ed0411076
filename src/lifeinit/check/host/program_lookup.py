"""Whether a program can be executed: found, allowed to its user, with an interpreter or loader that is there."""

import os
from typing import NamedTuple

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.access import READ, SEARCH, Dead, Files, Found
from lifeinit.check.host.file_formats import Head, head
from lifeinit.check.host.similar_names import Guesses
from lifeinit.config.diagnostic import quoted
from lifeinit.engine.plan import User

_MOST_SCRIPTS = 4  # an interpreter may be a script again. execve(2)


class Unfit(NamedTuple):
    """Why a program cannot be executed: a rule's code, a sentence and the way out."""

    code: str
    sentence: str
    help: str


class Program(NamedTuple):
    """A program that can be executed, as far as its files tell."""

    found: Found
    head: Head


class View(NamedTuple):
    """From where a program is looked for. `base` is None where the directory is not there, `search` (PATH) and `who`
    where they cannot be known."""

    base: str | None
    search: str | None
    who: User | None


class Programs:
    """The programs of this machine. Each is asked for once."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._known: dict[tuple[str, View], Program | Unfit | None] = {}
        self._heads: dict[str, Head] = {}
        self._guesses = Guesses()

    def ask(self, name: str, directory: str, search: str | None, who: User | None) -> Program | Unfit | None:
        """The program that `name` starts, or why none; None if that cannot be known."""
        return self._ask(name, View(self.base(directory), search, who), 0)

    def base(self, directory: str) -> str | None:
        """The directory itself, links followed; None if it is not there, which is another's finding."""
        found = self.files.find(directory, "/", None)
        return found.path if isinstance(found, Found) and found.is_directory else None

    def _ask(self, name: str, view: View, depth: int) -> Program | Unfit | None:
        key = (name, view)
        if key not in self._known:
            self._known[key] = self._at(name, view, depth) if "/" in name else self._search(name, view, depth)
        return self._known[key]

    def _search(self, name: str, view: View, depth: int) -> Program | Unfit | None:
        """As execvp(3): what is there and cannot run says more than that it is nowhere else."""
        if view.search is None:
            return None
        if not name:
            return Unfit("E301", "the program's name is empty", "write its name or path")
        failure: Unfit | None = None
        for place in view.search.split(":"):
            path = os.path.join(place or ".", name)
            found = self._find(path, view)
            if isinstance(found, Found):
                answer = self._at(path, view, depth)
                if not isinstance(answer, Unfit) or answer.code not in {"E302", "E303"}:
                    return answer
                failure = failure or answer
            elif found is not None and found.why == "closed":
                is_there = isinstance(self._find(path, view._replace(who=None)), Found)
                failure = failure or (self._unreached(path, found) if is_there else None)
        return failure or self._nowhere(name, view.base, view.search)

    def _find(self, path: str, view: View) -> Found | Dead | None:
        if view.base is None and not path.startswith("/"):
            return None
        return self.files.find(path, view.base or "/", view.who)

    def _at(self, path: str, view: View, depth: int) -> Program | Unfit | None:
        found = self._find(path, view)
        if found is None:
            return None
        if isinstance(found, Dead):
            return self._unreached(path, found)
        if not found.is_file:
            kind = "a directory" if found.is_directory else "no regular file"
            return Unfit("E303", f"{quoted(path)} is {kind}, not a program", "write the path of a program")
        if _is_noexec(found.path):
            sentence = f"{quoted(path)} lies on a file system that is mounted noexec"
            return Unfit("E302", sentence, "move it to another place, or mount that one with exec")
        if not self.files.may(SEARCH, found.path, view.who):
            nobody = view.who is None or not found.state.st_mode & 0o111
            whom = "nobody" if nobody or view.who is None else f"others than its user, uid {view.who.uid}"
            return Unfit("E302", f"{quoted(path)} can be executed by {whom}", f"chmod a+rx {path}")
        return self._content(path, found, view, depth)

    def _content(self, path: str, found: Found, view: View, depth: int) -> Program | Unfit | None:
        if found.path not in self._heads:
            self._heads[found.path] = head(found.path)
        content = self._heads[found.path]
        if content.unfit is not None:
            code, sentence, way_out = content.unfit
            return Unfit(code, f"{quoted(path)} {sentence}", way_out)
        if content.loader is not None and isinstance(self.files.find(content.loader, "/", None), Dead):
            return _no_loader(path, content.loader)
        if (content.interpreter is not None or content.is_text) and not self.files.may(READ, found.path, view.who):
            sentence = f"{quoted(path)} is a script, which its user must be able to read, and is not"
            return Unfit("E302", sentence, f"chmod a+rx {path}")
        if depth < _MOST_SCRIPTS:
            for name in (content.interpreter, content.through_env):
                bad = None
                if name is not None:  # the kernel itself searches no PATH
                    bad = (self._at if name == content.interpreter else self._ask)(name, view, depth + 1)
                if isinstance(bad, Unfit):
                    sentence = f"{quoted(path)} begins with {quoted(content.first_line)}, and {bad.sentence}"
                    way_out = f"install the interpreter, or correct the first line of {path}"
                    if name == content.through_env and " " in str(name):
                        way_out = 'all that follows env is one name: write "env -S" for several words'
                    return Unfit("E305", sentence, way_out)
        return Program(found, content)

    def _nowhere(self, name: str, base: str | None, search: str) -> Unfit:
        if name in shell_lexer.BUILTINS | shell_lexer.BASHES_OWN:
            sentence = f"{quoted(name)} is a word of the shell, and PATH has no program of this name"
            way_out = "write the command as one string, which the shell runs"
            return Unfit("E301", sentence, way_out if name != "cd" else f"{way_out}, or use the key working_dir")
        near = self._guesses.near(name, (os.path.join(base or "/", place) for place in search.split(":")))
        way_out = "install it in the image, write its path, or add its directory to PATH"
        sentence = f"no program {quoted(name)} in PATH, which is {quoted(search)}"
        return Unfit("E301", sentence, f'did you mean "{near}"? Else {way_out}' if near else way_out)

    def _unreached(self, path: str, dead: Dead) -> Unfit:
        match dead.why:
            case "closed":
                sentence = f"{quoted(path)} is out of reach: its user may not pass {quoted(dead.where)}"
                return Unfit("E304", sentence, f"chmod a+x {dead.where}, or run it as another user")
            case "loop":
                return Unfit("E301", f"{quoted(path)} is a link that leads back to itself", "make the link anew")
            case "no directory":
                sentence = f"{quoted(path)} does not exist: {quoted(dead.where)} is no directory"
                return Unfit("E301", sentence, "correct the path")
            case "missing":
                return self._missing(path, dead.where)

    def _missing(self, path: str, where: str) -> Unfit:
        way_out = "copy it into the image, or correct the path"
        if os.path.basename(where) != os.path.basename(path):
            return Unfit("E301", f"{quoted(path)} does not exist: there is no {quoted(where)}", way_out)
        near = self._guesses.near(os.path.basename(where), [os.path.dirname(where)])
        if near is not None:
            way_out = f'did you mean "{os.path.join(os.path.dirname(path), near)}"? Else {way_out}'
        return Unfit("E301", f"{quoted(path)} does not exist", way_out)


def _is_noexec(path: str) -> bool:
    """Whether its file system is mounted so."""
    try:
        return bool(os.statvfs(path).f_flag & os.ST_NOEXEC)
    except (OSError, ValueError):
        return False


def _no_loader(path: str, loader: str) -> Unfit:
    library = "musl (Alpine)" if "musl" in loader else "the GNU C library (Debian, Ubuntu, Fedora)"
    sentence = f"{quoted(path)} was built for {library}: its loader, {quoted(loader)}, is not there"
    return Unfit("E307", sentence, "take the build of the program for this image, or a static one")
