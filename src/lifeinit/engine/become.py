"""In a child, before its program: take on the identity, the environment and the directory that it is to have."""

import os
import sys

from lifeinit.engine import descriptors, log, syscalls
from lifeinit.engine.syscalls import DEFAULT_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import NoReturn

    from lifeinit.engine.plan import Program, User, Value
    from lifeinit.engine.spawn import Child

_SHELL = b"/bin/sh"


def become(child: "Child", report: int) -> "NoReturn":
    """Raises where that fails. `report` is the pipe that the exec closes: end of file means that it succeeded."""
    _lead(child)
    if not child.is_app:
        descriptors.null_stdin()
        descriptors.close_inherited(keep=(report, child.report, *log.descriptors()))
        _enter(child.inherited.directory)
    module = None if child.program.module is None else _imported(child.program.module, child.program.argv)
    path = _take_on(child)
    if module is not None:
        os.close(report)
        module.main(child.program.argv, child.inherited, child.report)
    syscalls.restore_signals(child.inherited.mask, child.inherited.sigchld_ignored)
    execute(child.program.argv, path)


def become_call(child: "Child") -> None:
    """For a function in place of a program. Descriptors, signals and directory are as the user's program had them."""
    _lead(child)
    syscalls.name_process(child.program.argv[0])
    _take_on(child)
    if child.program.identity.user is not None:
        _own_proc_entry()


def _own_proc_entry() -> None:
    """Let the user open its own /proc/self, and so /dev/stdout, as it can after an exec. PR_SET_DUMPABLE(2const)"""
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.become_dumpable()
    except OSError:
        pass  # Python was built without ctypes


def _lead(child: "Child") -> None:
    """A session of its own, or a process group, with the terminal if it is to have that."""
    if child.program.identity.session:
        os.setsid()
    else:
        os.setpgid(0, 0)
    if child.takes_terminal:
        syscalls.give_terminal(os.getpid())


def _take_on(child: "Child") -> bytes:
    """Environment, rights and directory. Returns the PATH."""
    path = _set_environment(child)
    _settle(child.program)
    if child.stale_file is not None:
        _remove(child.stale_file)
    return path


def _imported(name: str, argv: tuple[bytes, ...]) -> "ModuleType":
    """A module of lifeinit's own, and what it needs, while lifeinit's user may still read it."""
    __import__(name)
    module = sys.modules[name]
    module.prepare(argv)
    return module


def _set_environment(child: "Child") -> bytes:
    """Returns the PATH that it holds.

    Why not os.execve with a mapping: it cannot pass on malformed or doubled entries, and those are the app's too.
    """
    environment = environment_of(child, os.getppid(), os.getpid())
    found = dict(os.environb)
    for name in found.keys() - environment.keys():
        os.unsetenv(name)
        os.environb.pop(name)  # a function looks here
    for name, value in environment.items():
        if found.get(name) != value:
            os.environb[name] = value
    return environment.get(b"PATH", DEFAULT_PATH)


def environment_of(child: "Child", engine: int, own: int) -> dict[bytes, bytes]:
    """The environment of a child; `engine` and `own` are lifeinit's pid and the child's.

    What hooks have exported goes over the program's own, which may speak of it.
    """
    found, engine_pid, identity = dict(os.environb), str(engine).encode(), child.program.identity
    if child.inherited.lc_ctype_added:
        found.pop(b"LC_CTYPE", None)  # CPython put it there. PEP 538
    if child.is_app and found.get(b"LISTEN_PID") == engine_pid:
        found[b"LISTEN_PID"] = str(own).encode()  # sd_listen_fds(3)
    if found.get(b"WATCHDOG_PID") == engine_pid:  # lifeinit's own supervisor watches it. sd_watchdog_enabled(3)
        del found[b"WATCHDOG_PID"]
        found.pop(b"WATCHDOG_USEC", None)
    secrets = _read_secrets(identity.secrets) if identity.secrets else {}
    known = {**found, **secrets, **child.exported}
    found.update((name, _own(name, value, known)) for name, value in identity.environment)
    found.update(secrets)
    found.update(child.exported)
    for name, text in child.variables:
        if text is None:
            found.pop(name, None)
        else:
            found[name] = text
        if name == b"WATCHDOG_USEC" and child.is_app:
            found[b"WATCHDOG_PID"] = str(own).encode()
    return found


def _read_secrets(secrets: tuple[tuple[bytes, bytes], ...]) -> dict[bytes, bytes]:
    from lifeinit.engine import secret_file  # noqa: PLC0415  # few plans have one, and PID 1 reads none

    return {name: secret_file.read(name, path) for name, path in secrets}


def expanded(value: "Value", known: "Mapping[bytes, bytes]") -> bytes:
    """The text with its variables' values. Raises KeyError for one that is not set."""
    return b"".join(known[part] if i % 2 else part for i, part in enumerate(value))


def _own(name: bytes, value: "Value", known: "Mapping[bytes, bytes]") -> bytes:
    try:
        return expanded(value, known)
    except KeyError as error:
        what = f"${os.fsdecode(error.args[0])} is not set, and the variable {os.fsdecode(name)} needs it"
        raise OSError(syscalls.INVALID, what) from None


def _settle(program: "Program") -> None:
    """Umask, rights, user and directory. The directory comes after the user, who has to be allowed there."""
    identity = program.identity
    if identity.umask is not None:
        os.umask(identity.umask)
    if identity.no_new_privs:
        _forbid_new_privileges()  # as ourselves: the user may not be allowed to read our Python
    if identity.oom_score_adj is not None:
        _adjust_oom_score(identity.oom_score_adj)  # as ourselves: lowering it takes CAP_SYS_RESOURCE
    if identity.user is not None:
        become_user(identity.user)
    _enter(program.directory)


def _forbid_new_privileges() -> None:
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.forbid_new_privileges()
    except OSError as error:
        raise OSError(syscalls.NO_ACCESS, f"cannot set no_new_privs: {error.strerror}") from None


def _adjust_oom_score(value: int) -> None:
    """In the child, so that PID 1 keeps its own; what the child starts inherits it. proc_pid_oom_score_adj(5)"""
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        os.write(file, b"%d" % value)
        os.close(file)
    except OSError as error:
        raise OSError(syscalls.NO_ACCESS, f"cannot set oom_score_adj to {value}: {error.strerror}") from None


def become_user(user: "User") -> None:
    """Groups first: without root there is no way to change them. All three ids: a saved one would be a way back.

    The change of user itself leaves the inheritable capabilities, which a program's file may turn into permitted ones.
    """
    from lifeinit.engine import c_library  # noqa: PLC0415

    try:
        c_library.clear_inheritable()
        os.setgroups(user.groups)
        os.setresgid(user.gid, user.gid, user.gid)
        os.setresuid(user.uid, user.uid, user.uid)
    except OSError as error:
        who = f"uid {user.uid} and gid {user.gid}"
        raise OSError(syscalls.NO_ACCESS, f"cannot become {who}: {error.strerror}") from None


def _remove(path: "Value") -> None:
    """A ready file of an earlier run, which must not count for this one."""
    try:
        os.unlink(expanded(path, os.environb))
    except (FileNotFoundError, NotADirectoryError, KeyError):
        pass  # it is not there, or no path at all, which the probe will tell
    except OSError as error:
        raise OSError(syscalls.NO_ACCESS, f"cannot remove the ready file of an earlier run: {error.strerror}") from None


def _enter(directory: bytes | None) -> None:
    if directory is None:
        return  # it was gone before we started
    try:
        if os.getcwdb() == directory:
            return  # we stand in it: whether we might enter it once more does not matter
    except OSError:
        pass  # ours was removed
    try:
        os.chdir(directory)
    except OSError as error:
        raise OSError(syscalls.NO_ACCESS, f"cannot enter {os.fsdecode(directory)}: {error.strerror}") from None


def execute(argv: tuple[bytes, ...], path: bytes) -> "NoReturn":
    """execvp(3), with its two rules that os.execvp lacks: a script without a shebang, and EACCES remembered."""
    program = argv[0]
    if not program:
        raise FileNotFoundError(syscalls.NO_ENTRY, "its name is empty")
    if b"/" in program:
        _exec_file(program, argv)
    failure: OSError = FileNotFoundError(syscalls.NO_ENTRY, "not found in PATH")
    for directory in path.split(b":"):
        file = os.path.join(directory or b".", program)
        try:
            _exec_file(file, argv)
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            if os.path.lexists(file):
                failure = error  # it is there and cannot run: that says more than that it is nowhere else
    raise failure


def _exec_file(file: bytes, argv: tuple[bytes, ...]) -> "NoReturn":
    try:
        os.execv(file, argv)
    except OSError as error:
        if error.errno == syscalls.NO_EXEC:
            os.execv(_SHELL, (_SHELL, file, *argv[1:]))
        if error.errno == syscalls.NO_ENTRY and os.path.exists(file):
            raise FileNotFoundError(
                syscalls.NO_ENTRY, "the interpreter in its first line, or its loader, does not exist"
            ) from None
        raise
