"""The users and groups that a hook file or an option names, as this machine knows them."""

import os
from collections.abc import Mapping

from lifeinit.engine.plan import User
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Callable

    from lifeinit.config.draft import Mark

_HIGHEST_ID = 2**32 - 2  # the one above means "unchanged". setresuid(2)


class UnfitError(ValueError):
    """This machine cannot do it; the text is the end of a sentence that begins with the value."""


class UnknownUserError(UnfitError):
    """A name that passwd(5) does not hold."""


class UnknownGroupError(UnfitError):
    """A name that group(5) does not hold."""


class NotRootError(UnfitError):
    """Only root can become somebody else."""


class Account(Record):
    """Whom the app runs as. `user` is None where lifeinit already is that user."""

    user: User | None
    variables: Mapping[str, str]


def account(user: str) -> Account:
    """The account of `NAME`, `UID`, `NAME:GROUP` or `UID:GID`. Raises UnfitError.

    A name has all its groups; a uid without an entry in passwd(5) has the group of its own number and no other. HOME,
    USER, LOGNAME and SHELL are set as login(1) sets them.
    """
    name, colon, group = user.partition(":")
    entry = _entry(name)
    uid = _number(name, "uid") if entry is None else entry.pw_uid
    gid = _gid(group) if colon else (uid if entry is None else entry.pw_gid)
    groups = (gid,) if entry is None else tuple(sorted(os.getgrouplist(entry.pw_name, gid)))
    login = name if entry is None else entry.pw_name
    variables = {
        "HOME": "/" if entry is None else entry.pw_dir,
        "USER": login,
        "LOGNAME": login,
        "SHELL": ("" if entry is None else entry.pw_shell) or "/bin/sh",
    }
    return Account(_to_become(User(uid, gid, groups)), variables)


def account_at(user: str, at: "Mark", wrong: "Callable[[Mark, str], None]") -> Account | None:
    """The account that stands at a place of the hook file; None, and the problem told, where there is none."""
    from lifeinit.config.diagnostic import quoted  # noqa: PLC0415  # only a mistake pays for it

    try:
        return account(user)
    except UnfitError as error:
        wrong(at, f"user is {quoted(user)}, {error}")
        return None


def _to_become(wanted: User) -> User | None:
    if os.geteuid() == 0:
        return wanted
    if (wanted.uid, wanted.gid) == (os.geteuid(), os.getegid()):
        return None
    raise NotRootError(
        f"which needs root, but lifeinit runs as uid {os.geteuid()}: start the container as root, or remove the user"
    )


def _entry(name: str) -> "pwd.struct_passwd | None":
    """The passwd entry of a name or uid; None for a uid that has none."""
    import pwd  # noqa: PLC0415  # macOS and Windows import this file, too

    is_number = _is_number(name)
    try:
        return pwd.getpwuid(_number(name, "uid")) if is_number else pwd.getpwnam(name)
    except KeyError:
        if is_number:
            return None
    raise UnknownUserError("which does not exist on this machine: create the user in the image, or write a uid")


def _gid(group: str) -> int:
    if _is_number(group):
        return _number(group, "gid")
    import grp  # noqa: PLC0415  # a library to be loaded, and few name a group

    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        fix = "create it in the image, or write a gid"
        raise UnknownGroupError(f"whose group does not exist on this machine: {fix}") from None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _number(text: str, what: str) -> int:
    digits = text.lstrip("0") or "0"  # CPython converts no more than 4,300 of them
    if len(digits) > len(str(_HIGHEST_ID)) or int(digits) > _HIGHEST_ID:
        raise UnfitError(f"whose {what} is above {_HIGHEST_ID}: write a smaller one")
    return int(digits)
