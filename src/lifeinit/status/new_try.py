"""One new try of each `ready` that names a URL, for an app that has no `alive`: does it still answer?

What is asked is what lifeinit's own probe asks, with no more rights than the app has: as its user, in a process of its
own, which takes the app's variables only once it is that user.
"""

import os
import time

from lifeinit.engine import syscalls
from lifeinit.engine.plan import User
from lifeinit.engine.printable import shortened
from lifeinit.probes import parse_targets, probe
from lifeinit.probes.attempt import Command, Try

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Sequence

    from lifeinit.status.state_reader import AppProcess, Probe
else:
    import _signal

_LONGEST = 200


def failure(init: int, processes: "Sequence[AppProcess]", timeout: float) -> str | None:
    """The sentence on the first of these that does not answer in time; all are asked at once. Raises OSError.

    `init` is the pid of their lifeinit.
    """
    _refuse_other_places(init)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)  # ignored, it would make waitpid(2) lose every status
    _signal.pthread_sigmask(_signal.SIG_BLOCK, {_signal.SIGCHLD})
    tries = [(process, _begin(init, process, timeout)) for process in processes]
    for process, one in tries:
        reason = _verdict(one)
        if reason:
            for _, other in tries:
                other.end()
            return f"{shortened(process.name)}: {shortened(reason, _LONGEST)}"
    return None


def _verdict(one: Try) -> str:
    while (reason := one.verdict()) is None:
        syscalls.wait(one.deadline, {_signal.SIGCHLD})
    return reason


def _refuse_other_places(init: int) -> None:
    """The same address in another container is another server. Raises OSError."""
    for kind in ("net", "mnt", "pid"):
        if os.readlink(f"/proc/{init}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}"):
            raise OSError(0, f"lifeinit has another {kind} namespace: run this command in its container")


def _begin(init: int, process: "AppProcess", timeout: float) -> Try:
    target, user = process.probe, _other_user(process.pid or init)
    assert target is not None  # noqa: S101  # for the type checker
    variables = b""
    if "$" in target.target:
        # What the app has overwritten to change its title is taken from lifeinit, from whom it has most of them.
        variables = b"\0".join(_read(f"/proc/{pid}/environ") for pid in (init, process.pid or init))
    if target.target.startswith(("https", "$")):
        import _ssl  # noqa: F401, PLC0415  # while it may be read
    if user is not None:
        import lifeinit.engine.become  # noqa: F401, PLC0415  # the same
    return Try(lambda: _ask(target, variables, user, timeout), timeout)


def _other_user(pid: int) -> User | None:
    """The user of the process, if root has to become it."""
    if os.geteuid() != 0:
        return None
    fields = dict(line.partition(b":")[::2] for line in _read(f"/proc/{pid}/status").splitlines())
    uid, gid = (int(fields[name].split()[1]) for name in (b"Uid", b"Gid"))
    user = User(uid, gid, tuple(map(int, fields[b"Groups"].split())))
    return None if user == User(os.getuid(), os.getgid(), tuple(os.getgroups())) else user


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _ask(target: "Probe", variables: bytes, user: User | None, timeout: float) -> str | None:
    """In the child."""
    end = time.monotonic() + timeout
    if user is not None:
        from lifeinit.engine.become import become_user  # noqa: PLC0415

        become_user(user)
    for entry in variables.split(b"\0"):
        name, equals, value = entry.partition(b"=")
        if name and equals:
            os.environb[name] = value
    targets, wrong = parse_targets.resolve([target.target], os.environ, "cannot ask")
    if wrong:
        return wrong[0]
    reason = ""
    for place in targets[0].places:
        assert not isinstance(place, Command)  # noqa: S101  # for the type checker
        answer = probe.attempt(place, end - time.monotonic(), target.insecure)
        if answer is None:
            return None
        reason = f"{answer} ({targets[0].shown})"
    return reason
