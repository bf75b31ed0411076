"""Asks the kernel as another user: a forked child becomes this user and answers over a pipe.

The child starts no program and writes to no file. It ends with this process, at its pipe's end of file.
"""

import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from lifeinit.check.host import file_access
from lifeinit.check.host.file_access import Entry
from lifeinit.engine.plan import User

Answer = TypeVar("Answer")

_PATIENCE = 2.0  # seconds for one answer: a network file system may never give it
_LONGEST_QUESTION = 1 << 15  # bytes; a pipe takes as much without blocking. pipe(7)


def own_user() -> User:
    """The user that lifeinit itself runs as."""
    return User(os.geteuid(), os.getegid(), tuple(os.getgroups()))


class Kernel:
    """One child for each user, made at the first question; each question is asked once. Close it after use.

    An answer is None where it cannot be known: this process may not become the user, or a file system stalls.
    """

    def __init__(self) -> None:
        self._children: dict[User, _Child] = {}
        self._answers: dict[tuple[object, ...], object] = {}

    def look(self, user: User, path: str) -> Entry | None:
        """What a path leads to. path_resolution(7)"""
        return self._ask(user, "look", path, read=_entry)

    def which(self, user: User, name: str, directories: Iterable[str]) -> Entry | None:
        """The program of this name in these directories."""
        return self._ask(user, "which", name, tuple(directories), read=_entry)

    def beginning(self, user: User, path: str, size: int) -> bytes:
        """The first bytes of a regular file that the user may read."""
        return self._ask(user, "beginning", path, size, read=lambda text: str(text).encode("latin-1")) or b""

    def names(self, user: User, directory: str) -> list[str]:
        """The names in a directory that the user may read."""
        return (
            self._ask(user, "names", directory, read=lambda names: list(names) if isinstance(names, list) else []) or []
        )

    def changeable(self, user: User, path: str, *, by_owner: bool = True) -> str | None:
        """The last place on the way to a file that the user may write to or replace; None where there is none."""
        return self._ask(user, "changeable", path, by_owner, read=str)

    def close(self) -> None:
        for child in reversed(self._children.values()):  # each holds the pipes of the ones before it
            child.close()

    def _ask(self, user: User, question: str, *arguments: object, read: Callable[[object], Answer]) -> Answer | None:
        key = (user, question, *arguments)
        if key not in self._answers:
            if user not in self._children:
                self._children[user] = _Child(user)
            self._answers[key] = self._children[user].ask(question, arguments)
        answer = self._answers[key]
        return None if answer is None else read(answer)


class _Child:
    """A process that has become a user. Its answers are JSON: what a user's process sends must not run code here."""

    def __init__(self, user: User) -> None:
        theirs, self._to = os.pipe()
        self._of, answers = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._to)
                os.close(self._of)
                _serve(user, theirs, answers)
            finally:
                os._exit(0)
        os.close(theirs)
        os.close(answers)
        self._is_open = True

    def ask(self, question: str, arguments: tuple[object, ...]) -> object:
        line = f"{json.dumps([question, *arguments])}\n".encode()
        if not self._is_open or len(line) > _LONGEST_QUESTION:
            return None
        try:
            os.write(self._to, line)
            line = self._line(time.monotonic() + _PATIENCE)
        except OSError:  # the child could not become the user, and is gone
            line = b""
        if not line:
            self._end()
            return None
        return json.loads(line)

    def close(self) -> None:
        """Idle children end at once."""
        if self._is_open:
            self._close()
            os.waitpid(self._pid, 0)

    def _line(self, deadline: float) -> bytes:
        """Up to the line feed; empty where the child is gone or takes too long."""
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self._of], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(self._of, 1 << 16) if readable else b""
            if not piece:
                return b""
            line += piece
        return line

    def _end(self) -> None:
        """SIGKILL does not end a process that waits for its file system: nobody waits for it here."""
        self._close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, os.WNOHANG)

    def _close(self) -> None:
        self._is_open = False
        os.close(self._to)
        os.close(self._of)


def _serve(user: User, questions: int, answers: int) -> None:
    """In the child: become the user, then answer until there are no more questions.

    Nothing is imported from here on: the user may have no access to the interpreter's library.
    """
    if user != own_user():
        os.setgroups(user.groups)
        os.setgid(user.gid)
        os.setuid(user.uid)
    rest = b""
    while piece := os.read(questions, 1 << 16):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            question, *arguments = json.loads(line)
            answer = f"{json.dumps(getattr(file_access, question)(*arguments))}\n".encode()
            while answer:
                answer = answer[os.write(answers, answer) :]


def _entry(answer: object) -> Entry:
    return Entry(*answer) if isinstance(answer, list) else Entry("", "missing")
