"""An app or a hook of a storm: does what its arguments say and writes each thing it does to one log, a line each.

    actor.py LOG NAME DEED...

A line is `NANOSECONDS NAME PID WORD...` by the monotonic clock, written at once, so the order of the lines is the order
of what happened. The words: `began`, `ready` (from here no signal is lost), `got SIG`, `sends SIG` and `sent SIG`
(around the call), `exits N` or `dies SIG` (just before), and what the deeds below say of themselves.
"""

import os
import signal
import sys
import time

LOG = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
NAME = sys.argv[2]
EVERYTHING = signal.valid_signals()
LIFEINIT = os.getppid() if NAME.startswith("app") else int(os.environ.get("LIFEINIT_PID", "1"))
# The signal with which an app asks whether all that was sent before has reached it; each process has its own.
ECHO = signal.SIGRTMAX - 1 - (int(NAME.partition(":")[2] or 0) if NAME.startswith("app") else 0)
ECHOES = range(signal.SIGRTMAX - 5, signal.SIGRTMAX)
TOLD = "EVENT HOOK ATTEMPT RESTARTS REASON SIGNAL EXIT_CODE CHILD_EXIT_CODE CHILD_EXIT_SIGNAL OOM_KILLED".split()


def say(*words: object, name: str = NAME) -> None:
    line = " ".join(map(str, (time.monotonic_ns(), name, os.getpid(), *words)))
    os.write(LOG, f"{line}\n".encode())


def named(signo: int) -> str:
    known = {int(each): each.name.removeprefix("SIG") for each in signal.Signals}
    return known.get(signo, f"RTMIN+{signo - signal.SIGRTMIN}")


def number(name: str) -> int:
    if name.startswith("RTMIN+"):
        return signal.SIGRTMIN + int(name.removeprefix("RTMIN+"))
    return int(signal.Signals[f"SIG{name}"])


def take(timeout: float | None, name: str = NAME) -> int | None:
    """The next signal that is worth a line; None when the time is over."""
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        came = signal.sigwaitinfo(EVERYTHING) if end is None else signal.sigtimedwait(
            EVERYTHING, max(0.0, end - time.monotonic())
        )  # fmt: skip
        if came is None:
            return None
        if came.si_signo == signal.SIGCHLD or (came.si_signo in ECHOES and came.si_signo != ECHO):
            continue  # a child of ours, or the question of another process
        if came.si_signo != ECHO:
            say("got", named(came.si_signo), name=name)
        return came.si_signo


def leave(status: int) -> None:
    say("exits", status)
    os._exit(status)


def die(name: str) -> None:
    say("dies", name)
    signo = number(name)
    if signo not in {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(signo, signal.SIG_DFL)
    os.kill(os.getpid(), signo)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signo])


def drain() -> None:
    """Until our own question has come back: whatever was sent to lifeinit before it has reached us then."""
    try:
        say("asks")
        os.kill(LIFEINIT, ECHO)
    except OSError:
        say("undrained")
        return
    end = time.monotonic() + 5
    while (signo := take(max(0.0, end - time.monotonic()))) is not None:
        if signo == ECHO:
            say("drained")
            return
    say("undrained")


def serve(status: str, until: str) -> None:
    ends = set(map(number, until.split(",")))
    while (signo := take(None)) not in ends:
        pass
    assert signo is not None
    drain()
    leave(int(status))


def deaf(milliseconds: str, until: str) -> None:
    """Ignores what asks it to stop: for ever, or for so long."""
    ends = set(map(number, until.split(",")))
    while take(None) not in ends:
        pass
    say("ignores")
    nap(milliseconds if int(milliseconds) else "3600000")


def nap(milliseconds: str) -> None:
    end = time.monotonic() + int(milliseconds) / 1000
    while take(max(0.0, end - time.monotonic())) is not None:
        pass


def stop_self() -> None:
    say("stops")
    os.kill(os.getpid(), signal.SIGSTOP)
    say("continues")


def forked() -> int:
    try:
        return os.fork()
    except OSError as error:
        say("cannot-fork", error.errno)
        return -1


def leave_behind(how: str, new_session: bool) -> None:
    """A grandchild that outlives its parent: `term` ends on TERM, `deaf` never, `brief` soon."""
    child = forked()
    if child < 0:
        return
    if child == 0:
        if new_session:
            os.setsid()
        if forked() == 0:
            signal.pthread_sigmask(signal.SIG_BLOCK, EVERYTHING)
            name = f"left-by-{NAME}"
            say("began", name=name)
            while how != "brief" and (take(None, name) != signal.SIGTERM or how == "deaf"):
                pass
            if how == "brief":
                time.sleep(0.02)
            say("exits", 0, name=name)
        os._exit(0)
    os.waitpid(child, 0)


def storm(count: str) -> None:
    """Children that end at once, every other one leaving an orphan that does too."""
    for i in range(int(count)):
        child = forked()
        if child < 0:
            continue
        if child == 0:
            if i % 2:
                forked()
            os._exit(0)
        os.waitpid(child, 0)


def change_group() -> None:
    """Out of the group that lifeinit gave us, into that of a child."""
    child = forked()
    if child <= 0:
        if child == 0:
            time.sleep(0.05)
            os._exit(0)
        return
    os.setpgid(child, child)
    os.setpgid(0, child)
    say("changed-group")


def pester(names: str) -> None:
    for name in names.split(","):
        say("sends", name)
        try:
            os.kill(LIFEINIT, number(name))
        except OSError as error:
            say("cannot-send", name, error.errno)
        else:
            say("sent", name)


def close_all() -> None:
    for fd in range(64):
        if fd != LOG:
            try:
                os.close(fd)
            except OSError:
                pass  # it was closed


def eat() -> None:
    """All the memory that there is: the kernel ends it."""
    say("eats")
    eaten = []
    while True:
        eaten.append(bytearray(4 << 20))


def export(text: str) -> None:
    path = os.environ.get("LIFEINIT_ENV")
    if path is None:
        say("no-export-file")
        return
    try:
        with open(path, "w") as file:
            file.write(text + "\n")
    except OSError as error:
        say("cannot-export", error.errno)
    else:
        say("exports", text)


def notify() -> None:
    import socket  # noqa: PLC0415

    address = os.environ.get("NOTIFY_SOCKET", "")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto(b"READY=1\nSTATUS=up", "\0" + address[1:])
        except OSError as error:
            say("cannot-notify", error.errno)


def touch(path: str) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    except OSError as error:
        say("cannot-touch", error.errno)


def look_around() -> None:
    """Who else is here: what lifeinit has left, dead or alive."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and int(entry) not in {1, LIFEINIT, os.getpid(), os.getppid()}:
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    pid, _, rest = stat.read().partition(" ")
                    found.append(f"{pid}{rest.rpartition(')')[0]})={rest.rpartition(') ')[2][0]}".replace(" ", "_"))
            except OSError:
                pass  # it is gone
    say("alone" if not found else "not-alone", *found)


def main() -> None:
    told = [f"{name}={os.environ[f'LIFEINIT_{name}']}" for name in TOLD if f"LIFEINIT_{name}" in os.environ]
    say("began", *(told if not NAME.startswith("app") else []), *(os.environ.get("EXPORTED", "").split()))
    if NAME.startswith("app") or "deaf" in sys.argv[3:]:
        signal.pthread_sigmask(signal.SIG_BLOCK, EVERYTHING)
        say("ready")
    tries = int(os.environ.get("LIFEINIT_ATTEMPT", "1")), lives_before()
    for deed in sys.argv[3:]:
        do(deed, *tries)
    leave(0)


def lives_before() -> int:
    """Nobody tells an app how often it was restarted: the log knows."""
    if not NAME.startswith("app"):
        return int(os.environ.get("LIFEINIT_RESTARTS", "0"))
    with open(sys.argv[1]) as log:
        return sum(line.split()[1::2][:2] == [NAME, "began"] for line in log) - 1


def do(deed: str, attempt: int, restarts: int) -> None:
    word, *given = deed.split(":")
    match word:
        case "exit":
            leave(int(given[0]))
        case "exit-by-try":  # the n-th try's status; the last one stands for all that follow
            leave(int(given[min(attempt, len(given)) - 1]))
        case "exit-by-life":
            leave(int(given[min(restarts, len(given) - 1)]))
        case "die":
            die(given[0])
        case "serve":
            serve(given[0], given[1])
        case "deaf":
            if given:
                deaf(given[0], given[1])
            else:
                nap("3600000")
        case "nap":
            nap(given[0])
        case "stop":
            stop_self()
        case "leave":
            leave_behind(given[0], given[1] == "session")
        case "storm":
            storm(given[0])
        case "group":
            change_group()
        case "pester":
            pester(given[0])
        case "close":
            close_all()
        case "eat":
            eat()
        case "export":
            export(given[0])
        case "notify":
            notify()
        case "touch":
            touch(given[0])
        case "look":
            look_around()
        case _:
            raise ValueError(deed)


main()
