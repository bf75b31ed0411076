"""Start a child without a copy of PID 1, where there is no more to do before its exec than posix_spawn(3) can do.

A fork copies page after page, in the child and in PID 1: 700 page faults, 2 of the 4 ms that a hook takes. Here the
child borrows PID 1's memory, and PID 1 stands still until the exec: so nobody must be able to stop the child.

Whatever cannot be done, or fails, is left to the fork, which says why, or runs a script without a shebang.
"""

import os
import sys

from lifeinit.engine import descriptors, syscalls
from lifeinit.engine.plan import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.spawn import Child

    FileAction = tuple[int, int] | tuple[int, int, str, int, int]

# Where the system's programs and lifeinit's own interpreter are: if these do not answer PID 1 does not run either. Not
# all of /usr: images have their app in /usr/src, perhaps on a volume.
_SYSTEM = tuple(
    os.fsencode(os.path.join(place, ""))
    for place in ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", f"{sys.prefix}/bin")
)
_OF_ONE_PID = {b"LISTEN_PID", b"WATCHDOG_PID"}  # variables that may speak of the process that is to get them
_UNCHANGED = Identity()


def spawn(child: "Child", anywhere: bool) -> int | None:
    """The pid of the running program, None where it takes a fork. Not `anywhere`: only a program of the system's."""
    try:
        if not _is_simple(child):
            return None
        environment = _environment(child)
        file = child.program.argv[0] if anywhere else _of_system(child.program.argv[0], environment)
        if file is None or (child.is_app and not _OF_ONE_PID.isdisjoint(environment)):
            return None
        return _spawn(child, file, environment)
    except (OSError, ValueError, NotImplementedError, AttributeError):
        return None  # the two last: this Python, or its C library, cannot


def _spawn(child: "Child", file: bytes, environment: dict[bytes, bytes]) -> int:
    argv, mask, ignored = child.program.argv, child.inherited.mask, syscalls.IGNORED_BY_PYTHON
    todo = () if child.is_app else _as_hook()
    if child.program.identity.session:
        return os.posix_spawnp(
            file, argv, environment, setsid=True, file_actions=todo, setsigmask=mask, setsigdef=ignored
        )
    return os.posix_spawnp(file, argv, environment, setpgroup=0, file_actions=todo, setsigmask=mask, setsigdef=ignored)


def _is_simple(child: "Child") -> bool:
    """Whether it keeps lifeinit's own identity and directory, and nothing is to be done that only the child can do."""
    program, inherited, own = child.program, child.inherited, child.program.identity
    if program.module is not None or child.takes_terminal or child.stale_file is not None:
        return False
    if inherited.sigchld_ignored or not inherited.regular_environment:
        return False
    if own != _UNCHANGED and own.replaced(environment=(), session=False) != _UNCHANGED:
        return False
    directories = {program.directory, None if child.is_app else inherited.directory} - {None}
    return not directories or directories == {os.getcwdb()}


def _environment(child: "Child") -> dict[bytes, bytes]:
    """Raises OSError."""
    if child.program.identity.environment or child.exported or child.variables:
        from lifeinit.engine.become import environment_of  # noqa: PLC0415  # 20 kB that a plain start does without

        return environment_of(child, os.getpid(), 0)
    environment = {**os.environb}
    if child.inherited.lc_ctype_added:
        environment.pop(b"LC_CTYPE", None)
    return environment


def _of_system(program: bytes, environment: dict[bytes, bytes]) -> bytes | None:
    """The file to execute, where it is sure to be on a file system that answers."""
    if b"/" in program:
        return program if _is_of_system(program) else None
    for directory in environment.get(b"PATH", syscalls.DEFAULT_PATH).split(b":"):
        file = os.path.join(directory, program)
        if not _is_of_system(file):
            return None
        if os.access(file, os.X_OK):
            return file
    return None


def _is_of_system(file: bytes) -> bool:
    return file.startswith(_SYSTEM) and b"/../" not in file


def _as_hook() -> "list[FileAction]":
    """/dev/null as stdin, and no descriptor above 2: our own are close-on-exec."""
    inheritable = (fd for fd in descriptors.numbers() if fd > 2 and _is_inheritable(fd))
    actions: list[FileAction] = [(os.POSIX_SPAWN_CLOSE, fd) for fd in inheritable]
    return [*actions, (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]


def _is_inheritable(fd: int) -> bool:
    try:
        return os.get_inheritable(fd)
    except OSError:
        return False  # the listing's own, or a number that was never open
