"""Whom each command runs as: users and groups, whether they exist and whether lifeinit could become them."""

import grp
import os
import pwd
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from lifeinit.check.host.similar_names import Guesses
from lifeinit.check.rules.rule import Finding
from lifeinit.config import users
from lifeinit.config.diagnostic import quoted
from lifeinit.config.model import HookFile
from lifeinit.config.spans import Path
from lifeinit.engine.plan import User

_MOST_NAMES = 5000  # a directory service may have more


class Person(NamedTuple):
    """An account with its identity filled in, also where it is lifeinit's own."""

    identity: User
    variables: Mapping[str, str]


class Accounts:
    """The accounts of this machine, each asked for once."""

    def __init__(self) -> None:
        self.own = Person(User(os.geteuid(), os.getegid(), tuple(os.getgroups())), {})
        self._guesses = Guesses()
        self._known: dict[str, Person | users.UnfitError] = {}

    def person(self, user: str | None) -> Person | None:
        """Whom `user` names: lifeinit itself if it names nobody, None if it cannot be."""
        if user is None:
            return self.own
        found = self._ask(user)
        return None if isinstance(found, users.UnfitError) else found

    def findings(self, hook_file: HookFile) -> Iterator[Finding]:
        for path, user in _users(hook_file):
            error = self._ask(user)
            if isinstance(error, users.UnfitError):
                yield self._finding(path, user, error)

    def _ask(self, user: str) -> Person | users.UnfitError:
        if user not in self._known:
            try:
                account = users.account(user)
                self._known[user] = Person(account.user or self.own.identity, account.variables)
            except users.UnfitError as error:
                self._known[user] = error
            except (ValueError, OSError):  # a name that no database can be asked for
                self._known[user] = users.UnfitError("whom no account can be named: write another name")
        return self._known[user]

    def _finding(self, path: Path, user: str, error: users.UnfitError) -> Finding:
        reason, _, way_out = str(error).partition(": ")
        name, _, group = user.partition(":")
        match error:
            case users.NotRootError():
                code, near = "E313", None
            case users.UnknownGroupError():
                code, near = "E312", self._guesses.like(group, _groups)
            case _:
                code, near = "E311", self._guesses.like(name, _names)
        sentence = f"user is {quoted(user)}, {reason}"
        return Finding(code, path, sentence, f'did you mean "{near}"? Else {way_out}' if near else way_out)


def _users(hook_file: HookFile) -> Iterator[tuple[Path, str]]:
    owners = [(("app",), hook_file.app), *((("process", name), one) for name, one in hook_file.processes.items())]
    for path, process in owners:
        if process.user is not None:
            yield (*path, "user"), process.user
    for hooks in hook_file.hooks.values():
        for hook in hooks:
            if hook.user is not None:
                yield (*hook.path, "user"), hook.user


def _names() -> Iterable[str]:
    return (entry.pw_name for entry in islice(pwd.getpwall(), _MOST_NAMES))


def _groups() -> Iterable[str]:
    return (entry.gr_name for entry in islice(grp.getgrall(), _MOST_NAMES))
