"""What a user may reach in the file system: path resolution with the permission bits of that user, not of ours."""

import os
import stat
from typing import Literal, NamedTuple

from lifeinit.engine.plan import User

_MOST_LINKS = 40  # then the kernel says ELOOP. path_resolution(7)
_ACL = "system.posix_acl_access"
_EFFECTIVE = os.access in os.supports_effective_ids
SEARCH, WRITE, READ = 1, 2, 4  # the bits of a mode


class Found(NamedTuple):
    """Where a path leads to, links followed; `passed` are the directories from the root on, and the file itself."""

    path: str
    state: os.stat_result
    passed: tuple[str, ...]

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.state.st_mode)

    @property
    def is_directory(self) -> bool:
        return stat.S_ISDIR(self.state.st_mode)


class Dead(NamedTuple):
    """A path that leads nowhere, and the first place on it that ends the way."""

    why: Literal["missing", "closed", "no directory", "loop"]
    where: str


class Files:
    """The file system as different users see it. Each place is asked once."""

    def __init__(self) -> None:
        self._states: dict[str, os.stat_result | None] = {}
        self._ways: dict[tuple[str, str, int, int, tuple[int, ...]], Found | Dead] = {}
        self._own = os.geteuid()

    def find(self, path: str, base: str, who: User | None) -> Found | Dead:
        """Where `path`, seen from the directory `base`, leads `who` to; None is allowed everything."""
        key = (path, base if not path.startswith("/") else "/", *_key(who))
        if key not in self._ways:
            self._ways[key] = self._walk(path, base, who)
        return self._ways[key]

    def may(self, bit: int, path: str, who: User | None) -> bool:
        """Whether `who` has this permission (SEARCH is also that to execute) on what stands at `path`."""
        state = self.state(path)
        if who is None or state is None:
            return True
        if who.uid == self._own:
            try:
                return os.access(path, bit, effective_ids=_EFFECTIVE)  # X_OK, W_OK and R_OK are these bits
            except (OSError, ValueError):
                return True
        return _by_bits(state, bit, who) or _has_acl(path)

    def may_change(self, path: str, who: User) -> bool:
        """Whether `who` can write to it, or can allow itself to. By the bits alone: root has no need to."""
        state = self.state(path)
        return state is not None and (state.st_uid == who.uid or _by_bits(state, WRITE, who))

    def state(self, path: str) -> os.stat_result | None:
        """Its lstat(2); None where there is nothing, or nothing that we may see."""
        if path not in self._states:
            # A link below /proc leads to what its text does not name.
            ask = os.stat if path.startswith("/proc/") else os.lstat
            try:
                self._states[path] = ask(path)
            except (OSError, ValueError):
                self._states[path] = None
        return self._states[path]

    def _walk(self, path: str, base: str, who: User | None) -> Found | Dead:
        at = "/" if path.startswith("/") else base
        rest, links, passed = _parts(path), 0, [*_above(at), at]
        while rest:
            part = rest.pop()
            if not self.may(SEARCH, at, who):
                return Dead("closed", at)
            here = os.path.dirname(at) if part == ".." else os.path.join(at, part)
            state = self.state(here)
            if state is None:
                return Dead("missing", here)
            if stat.S_ISLNK(state.st_mode):
                links += 1
                target = _target(here)
                if links > _MOST_LINKS or target is None:
                    return Dead("loop", here)
                rest += _parts(target)
                at = "/" if target.startswith("/") else at
                continue
            if (rest or path.endswith("/")) and not stat.S_ISDIR(state.st_mode):
                return Dead("no directory", here)
            at = here
            passed.append(here)
        state = self.state(at)
        return Dead("missing", at) if state is None else Found(at, state, tuple(dict.fromkeys(passed)))


def _key(who: User | None) -> tuple[int, int, tuple[int, ...]]:
    return (-1, -1, ()) if who is None else (who.uid, who.gid, who.groups)


def _above(directory: str) -> list[str]:
    """The directories that it lies in, the root first."""
    parts = directory.split("/")
    return ["/".join(parts[:i]) or "/" for i in range(1, len(parts))] if directory != "/" else []


def _parts(path: str) -> list[str]:
    """The names on the way, the first one last."""
    return [part for part in reversed(path.split("/")) if part not in {"", "."}]


def _target(link: str) -> str | None:
    try:
        return os.readlink(link)
    except OSError:
        return None


def _by_bits(state: os.stat_result, bit: int, who: User) -> bool:
    """As the kernel decides for one without capabilities, and for root with them. capabilities(7)"""
    if who.uid == 0:
        return stat.S_ISDIR(state.st_mode) or bit != SEARCH or bool(state.st_mode & 0o111)
    if state.st_uid == who.uid:
        return bool(state.st_mode >> 6 & bit)
    if state.st_gid == who.gid or state.st_gid in who.groups:
        return bool(state.st_mode >> 3 & bit)
    return bool(state.st_mode & bit)


def _has_acl(path: str) -> bool:
    """Whether more than the bits decides: then we do not."""
    try:
        return bool(os.getxattr(path, _ACL))
    except (OSError, ValueError, AttributeError):  # Python on musl may have no such function
        return False
