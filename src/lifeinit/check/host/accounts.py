"""The user that each command runs as: whether it exists, and whether lifeinit can become it."""

import grp
import pwd
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from lifeinit.check.host.as_user import own_user
from lifeinit.check.host.similar_names import Guesses
from lifeinit.config import users
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.model import HookFile
from lifeinit.engine.plan import User

_MOST_NAMES = 5000  # a directory service may have more


class Person(NamedTuple):
    """A user, also where it is lifeinit's own, and the variables that are set for it."""

    user: User
    variables: Mapping[str, str]


class Accounts:
    """The accounts of this machine, each looked up once. `own` is whom lifeinit runs as, where a manifest says so."""

    def __init__(self, own: str | None = None) -> None:
        self.own = Person(own_user(), {})
        self._guesses = Guesses()
        self._known: dict[str, Person | users.UnfitError] = {}
        if own is not None and self.own.user.uid == 0:
            self.own = self.person(own) or self.own

    def person(self, user: str | None) -> Person | None:
        """The person of this name; lifeinit itself for None, None where it cannot be."""
        if user is None:
            return self.own
        found = self._look_up(user)
        return None if isinstance(found, users.UnfitError) else found

    def diagnostics(self, hook_file: HookFile) -> Iterator[Diagnostic]:
        for path, user in hook_file.users():
            error = self._look_up(user)
            if isinstance(error, users.UnfitError):
                code, near = self._judge(user, error)
                reason, _, fix = str(error).partition(": ")
                fix = f'did you mean "{near}"? Otherwise {fix}' if near else fix
                yield Diagnostic(code, hook_file.places.span(path), f"user is {quoted(user)}, {reason}", fix)

    def _look_up(self, user: str) -> Person | users.UnfitError:
        if user not in self._known:
            try:
                account = users.account(user)
                self._known[user] = Person(account.user or self.own.user, account.variables)
            except users.UnfitError as error:
                self._known[user] = error
            except (ValueError, OSError):  # a name that no database can be asked for
                self._known[user] = users.UnfitError("which cannot be the name of a user: write another name")
        return self._known[user]

    def _judge(self, user: str, error: users.UnfitError) -> tuple[str, str | None]:
        name, _, group = user.partition(":")
        match error:
            case users.NotRootError():
                return "E313", None
            case users.UnknownGroupError():
                return "E312", self._guesses.like(group, _groups)
            case _:
                return "E311", self._guesses.like(name, _names)


def _names() -> Iterable[str]:
    return (entry.pw_name for entry in islice(pwd.getpwall(), _MOST_NAMES))


def _groups() -> Iterable[str]:
    return (entry.gr_name for entry in islice(grp.getgrall(), _MOST_NAMES))
