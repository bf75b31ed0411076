"""Python's search path: keeps the app's modules out of lifeinit, and tells where others could plant one."""

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ROOT = os.path.dirname(_PACKAGE)

_WRITABLE = "can be written by others"

# Where modules may be imported from: the directories of lifeinit's own, and those that are the app's. Empty at first.
_split: list[tuple[list[str], list[str]]] = []


def isolate() -> None:
    """Forget PYTHONPATH, the directory that a script or -m put on the search path, and what was imported from there.

    What lifeinit itself was found in stays. PYTHONWARNINGS is meant for the app too: none of ours becomes an error.
    """
    if hasattr(sys, "frozen"):
        return  # it has no search path
    own, foreign = _own_and_foreign()
    sys.path[:] = own
    directories = {os.path.abspath(entry) for entry in foreign}
    for name in [name for name in sys.modules if _found_in(name.partition(".")[0]) in directories]:
        if name != "__main__":
            del sys.modules[name]
    if sys.warnoptions:
        import warnings  # noqa: PLC0415  # not before the path is clean

        warnings.resetwarnings()
        warnings.simplefilter("ignore")


def to_words() -> tuple[str, str]:
    """The search path as arguments for another interpreter."""
    own, foreign = _own_and_foreign()
    return os.pathsep.join(own), os.pathsep.join(foreign)


def from_words(words: "Sequence[str]") -> None:
    """Take over the search path of the interpreter that `to_words` was called in."""
    own, foreign = (word.split(os.pathsep) for word in words)
    _split[:] = [(own, [entry for entry in foreign if entry])]


def writable_search_path() -> list[tuple[str, str]]:
    """Each directory or .pth file out of which root imports modules and that another user can change, with the reason.

    Empty where lifeinit is not root. Nothing in here can close that hole: Python's own start runs .pth files,
    sitecustomize and usercustomize before the first statement of a script. (The documentation of `site`.)
    """
    if os.geteuid() != 0:
        return []
    if hasattr(sys, "frozen"):
        return list(_exposed_directory(sys.executable, set()).items())
    own, foreign = _own_and_foreign()
    exposed: dict[str, str] = {}
    seen: set[tuple[str, bool]] = set()
    for entry in dict.fromkeys(map(os.path.abspath, (*foreign, *own, _PACKAGE))):
        for path in dict.fromkeys((entry, os.path.realpath(entry))):
            exposed.update(_exposed_directory(path, seen))
        exposed.update(_exposed_pth_files(entry))
    return list(exposed.items())


def check_program(all_of_it: bool = False) -> None:
    """Exits where the bundle's program is not what was built. What PID 1 itself imports is checked by each start."""
    if not hasattr(sys, "frozen"):
        return
    import _lifeinit  # type: ignore[import-not-found]  # noqa: PLC0415

    if not (_lifeinit.is_whole() if all_of_it else _lifeinit.are_commands_whole()):
        from lifeinit.engine import exit_status, log  # noqa: PLC0415

        log.say("the program is damaged: copy the bundle again; nothing was started", "internal_error", "error")
        os._exit(exit_status.SOFTWARE)


def _exposed_directory(path: str, seen: set[tuple[str, bool]]) -> dict[str, str]:
    """The first of this directory and those above it that another user can change, with the reason.

    Whoever can write to one above it can put another directory in its place, or make the one that is missing. Those
    that were `seen`, with whether the one below exists, are not looked at again.
    """
    below_exists = False
    while (path, below_exists) not in seen:
        seen.add((path, below_exists))
        try:
            status = os.stat(path)
        except OSError:
            pass  # missing: then who may create it?
        else:
            reason = _exposure(status)
            is_protected = status.st_mode & stat.S_ISVTX and below_exists and reason == _WRITABLE  # unlink(2)
            if reason and not is_protected and not _is_read_only(path):
                return {path: reason}
            below_exists = True
        path = os.path.dirname(path)
    return {}


def _exposed_pth_files(directory: str) -> dict[str, str]:
    exposed = {}
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.endswith(".pth") and (reason := _exposure(entry.stat())):
                    exposed[entry.path] = reason
    except OSError:
        pass  # it is missing, or an archive
    return exposed


def _exposure(status: os.stat_result) -> str:
    """Why another user can change it; empty where none can."""
    from lifeinit.values.ownership import is_foreign, others_may_write  # noqa: PLC0415  # not before `isolate`

    if is_foreign(status):
        return f"belongs to uid {status.st_uid}" if _is_mapped(status.st_uid) else ""
    if others_may_write(status) and (status.st_mode & 0o002 or _has_members(status.st_gid)):
        return _WRITABLE
    return ""


def _is_mapped(uid: int) -> bool:
    """Whether a process can have this uid: in a user namespace files of the outside have one that none has."""
    try:
        with open("/proc/self/uid_map", encoding="ascii") as uid_map:
            ranges = [(int(line.split()[0]), int(line.split()[2])) for line in uid_map]
    except OSError:
        return True
    return any(first <= uid < first + count for first, count in ranges)


def _has_members(gid: int) -> bool:
    """Whether somebody is in the group: Debian gives /usr/local to the group `staff`, which is empty."""
    import grp  # noqa: PLC0415
    import pwd  # noqa: PLC0415

    try:
        members = grp.getgrgid(gid).gr_mem
    except KeyError:
        return True  # an app may be given the number
    return bool(members) or any(entry.pw_gid == gid for entry in pwd.getpwall())


def _is_read_only(directory: str) -> bool:
    return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)


def _own_and_foreign() -> tuple[list[str], list[str]]:
    """The search path as this interpreter's start made it, in two parts."""
    if not _split:
        path = os.environ.get("PYTHONPATH")
        foreign = [os.path.abspath(entry) for entry in path.split(os.pathsep)] if path else []
        if not sys.flags.safe_path:
            foreign.append(os.path.abspath(sys.path[0]))
        foreign = [entry for entry in foreign if entry != _ROOT]
        _split.append(([entry for entry in sys.path if os.path.abspath(entry) not in foreign], foreign + _user_site()))
    return _split[0]


def _user_site() -> list[str]:
    """The user's own site-packages, where this interpreter would look for one: whoever owns HOME can create it."""
    site = sys.modules.get("site")
    if site is None or not getattr(site, "ENABLE_USER_SITE", False):
        return []
    directory: str = site.getusersitepackages()
    return [] if directory in sys.path else [directory]


def _found_in(top_level: str) -> str | None:
    """The directory of the search path that a module was imported from; None for one without a file."""
    file = getattr(sys.modules.get(top_level), "__file__", None)
    if not isinstance(file, str):
        return None
    directory, base = os.path.split(os.path.abspath(file))
    return os.path.dirname(directory) if base.startswith("__init__.") else directory
