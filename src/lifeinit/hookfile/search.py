"""Which hook file is read: the one that was named, else the first of two usual places."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

PLACES: "Final" = ("hooks.toml", "/etc/lifeinit/hooks.toml")


def found(named: str | None) -> str | None:
    """The path of the hook file, whether or not it can be read; None where nobody named one and none lies there.

    A name is given by --config, else by LIFEINIT_CONFIG (an empty one counts as unset, as usual in Compose files).
    """
    if is_named(named):
        return named or os.environ["LIFEINIT_CONFIG"]
    return next((place for place in PLACES if os.path.lexists(place)), None)


def is_named(named: str | None) -> bool:
    """Whether somebody has said which hook file it is to be."""
    return bool(named or os.environ.get("LIFEINIT_CONFIG"))


def distrusted(path: str) -> str | None:
    """Why a hook file that nobody has named is not to be run; None where it may be. It could lie there for a purpose.

    The file and its directory have to belong to root or to lifeinit's own user, and nobody else may write to them. So
    for a link the directory that it leads to, where another file could be put. On a read-only mount nobody may: the
    directories of a Kubernetes ConfigMap have mode 0777.
    """
    directory, real = os.path.dirname(path) or ".", os.path.dirname(os.path.realpath(path))
    for place, what in ((path, "it"), (directory, "its directory"), (real, "where it leads to")):
        try:
            found = os.stat(place)
        except OSError:
            return None  # it cannot be read either, which the reader tells
        if found.st_uid not in {0, os.geteuid()}:
            return f"{what} belongs to uid {found.st_uid}"
        others = found.st_mode & 0o002 or (found.st_mode & 0o020 and found.st_gid not in {0, os.getegid()})
        if others and not os.statvfs(place).f_flag & os.ST_RDONLY:
            return f"{what} can be written by others"
    return None
