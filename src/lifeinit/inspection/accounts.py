"""Whom each command runs as: users and groups, whether they exist and whether lifeinit could become them."""

import difflib
import grp
import os
import pwd
from collections.abc import Iterable, Iterator, Mapping

from lifeinit import preflight
from lifeinit.engine.plan import Identity
from lifeinit.hookfile.locate import Path
from lifeinit.hookfile.model import HookFile
from lifeinit.hookfile.problem import quoted
from lifeinit.rules.rule import Finding


class Person:
    """An account with its identity filled in, also where it is lifeinit's own."""

    def __init__(self, identity: Identity, variables: Mapping[str, str]) -> None:
        self.identity = identity
        self.variables = variables


class Accounts:
    """The accounts of this machine, each asked for once."""

    def __init__(self) -> None:
        self.own = Person(Identity(os.geteuid(), os.getegid(), tuple(os.getgroups())), {})
        self._known: dict[str, Person | preflight.UnfitError] = {}

    def person(self, user: str | None) -> Person | None:
        """Whom `user` names: lifeinit itself if it names nobody, None if it cannot be."""
        if user is None:
            return self.own
        found = self._ask(user)
        return None if isinstance(found, preflight.UnfitError) else found

    def findings(self, hook_file: HookFile) -> Iterator[Finding]:
        for path, user in _users(hook_file):
            error = self._ask(user)
            if isinstance(error, preflight.UnfitError):
                yield _finding(path, user, error)

    def _ask(self, user: str) -> Person | preflight.UnfitError:
        if user not in self._known:
            try:
                account = preflight.account(user)
                self._known[user] = Person(account.identity or self.own.identity, account.variables)
            except preflight.UnfitError as error:
                self._known[user] = error
            except (ValueError, OSError) as error:  # a name that no database can be asked for
                self._known[user] = preflight.UnfitError(f"who cannot be looked up ({error}): write another name")
        return self._known[user]


def _users(hook_file: HookFile) -> Iterator[tuple[Path, str]]:
    owners = [(("app",), hook_file.app), *((("process", name), one) for name, one in hook_file.processes.items())]
    for path, process in owners:
        if process.user is not None:
            yield (*path, "user"), process.user
    for hooks in hook_file.hooks.values():
        for hook in hooks:
            if hook.user is not None:
                yield (*hook.path, "user"), hook.user


def _finding(path: Path, user: str, error: preflight.UnfitError) -> Finding:
    reason, _, way_out = str(error).partition(": ")
    name, _, group = user.partition(":")
    match error:
        case preflight.NotRootError():
            code, near = "E313", ""
        case preflight.UnknownGroupError():
            code, near = "E312", _near(group, (entry.gr_name for entry in grp.getgrall()))
        case _:
            code, near = "E311", _near(name, (entry.pw_name for entry in pwd.getpwall()))
    return Finding(code, path, f"user is {quoted(user)}, {reason}", near + way_out)


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f'did you mean "{near[0]}"? Else ' if near else ""
