"""What the kernel answers now and then: strace says it in its place, or real processes bring it about."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM

import pytest

from lifeinit.engine import descendants, env_file, syscalls
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, PATIENCE, base_environment, children, listener, state
from tests.integration.test_terminal import Open, Terminal, terminal  # noqa: F401  # a fixture

STRACE = shutil.which("strace") or "strace"
NEEDS_STRACE = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="to become another user, or to mount, takes root")
LOOP = "while :; do sleep 0.05; done"


def failing(*injections: str, follow: bool = True) -> list[str]:
    """What lifeinit is to be started through. Without `follow` its children are left alone."""
    told = [word for injection in injections for word in ("-e", f"inject={injection}")]
    return [STRACE, "-qq", "-o", "/dev/null", *(["-f"] if follow else []), *told]


# prctl, setresuid, fchown, pidfd_open


@NEEDS_STRACE
def test_no_subreaper_can_be_had(init: Start) -> None:
    """It is said, and the app runs all the same: its orphans go to whoever is PID 1."""
    through = failing("prctl:error=EPERM", follow=False)
    running = init("sh", "-c", "echo app; exit 4", options=["-v", "-p", "TERM"], through=through, subreaper=True)
    assert "app" in running.rest()
    said = running.stderr()
    assert said[0] == "lifeinit: cannot become a subreaper, so orphans go to PID 1: Operation not permitted"
    assert said[1] == "lifeinit: will not hear of the parent's death: Operation not permitted"
    assert said[2].endswith(", not as a subreaper")


@NEEDS_STRACE
@ROOT_ONLY
@pytest.mark.parametrize("call", ["setgroups", "setresgid", "setresuid"])
def test_an_app_that_cannot_become_its_user_does_not_run(init: Start, call: str) -> None:
    """The limit of the user's processes once made setuid fail, and programs that did not look went on as root."""
    running = init("id", "-u", hooks='[app]\nuser = "4711"\n', through=failing(f"{call}:error=EAGAIN"))
    assert running.rest() == []
    assert running.status() == 126
    sentence = "cannot become uid 4711 and gid 4711: Resource temporarily unavailable"
    assert f'lifeinit: cannot run the app "id": {sentence}' in running.stderr()


@NEEDS_STRACE
@pytest.mark.parametrize(
    ("call", "hooks", "sentence"),
    [
        ("prctl:error=EPERM", "app.no_new_privs = true\n", "cannot set no_new_privs: Operation not permitted"),
        ("socket:error=EMFILE", 'ready = "notify"\n', "no socket for it: Too many open files"),
    ],
)
def test_an_app_that_cannot_have_what_was_asked_for_does_not_run(
    init: Start, call: str, hooks: str, sentence: str
) -> None:
    running = init("echo", "never", hooks=hooks, through=failing(call))
    assert running.rest() == []
    assert running.status() == 126
    assert f'lifeinit: cannot run the app "echo": {sentence}' in running.stderr()


@NEEDS_STRACE
def test_no_pipe_for_the_first_child(init: Start) -> None:
    running = init("echo", "never", through=failing("pipe2:error=EMFILE", follow=False))
    assert running.rest() == []
    assert running.status() == 126
    assert running.stderr() == ['lifeinit: cannot run the app "echo": no pipe: Too many open files']


@NEEDS_STRACE
@ROOT_ONLY
def test_no_file_for_exports_that_cannot_be_given_to_the_hooks_user(init: Start) -> None:
    """The hook has none then, and nothing is left of the tries."""
    hooks = '[[pre_start]]\ncommand = "echo ${LIFEINIT_ENV-unset}"\nuser = "4711"\n'
    before = left_over()
    running = init("echo", "app", hooks=hooks, through=failing("fchown:error=EPERM"))
    assert running.rest() == ["unset", "app"]
    end = time.monotonic() + PATIENCE
    while left := left_over() - before:  # those of other tests, which run beside this one, go; one of ours would stay
        assert time.monotonic() < end, left


def left_over() -> set[Path]:
    return {path for place in ("/dev/shm", "/run", "/tmp") for path in Path(place).glob("lifeinit-env-*")}


@NEEDS_STRACE
@pytest.mark.parametrize(
    "call", ["pidfd_open:error=ENOSYS", "pidfd_open:error=EMFILE", "pidfd_send_signal:error=EPERM"]
)
def test_without_pidfds_what_is_left_behind_is_ended_all_the_same(init: Start, call: str) -> None:
    """By its pid, where lifeinit is not PID 1."""
    through = failing(call, follow=False)
    running = init("sh", "-c", "setsid sleep 60 & exit 3", through=through, subreaper=True)
    assert running.rest() == ["nothing left"]
    assert running.status() == 3


@NEEDS_STRACE
def test_a_plain_init_that_cannot_wait_for_signals(init: Start) -> None:
    """Nor can its last resort: the app has its TERM, the status is that of an internal error, and it does not hang."""
    through = failing("rt_sigtimedwait:error=EINVAL", follow=False)
    running = init(*listener("TERM=0"), through=through)
    running.rest()
    assert running.status() == 70
    assert running.stderr()[-1].startswith("lifeinit: internal error: OSError: [Errno 22] Invalid argument")


# Real processes


@pytest.fixture
def dead() -> Iterator[tuple[int, int]]:
    """The pid of a process that is dead and reaped, and a pidfd of it."""
    process = subprocess.Popen(["true"])
    descriptor = os.pidfd_open(process.pid)
    process.wait()
    yield process.pid, descriptor
    os.close(descriptor)


def test_of_a_process_that_is_gone_nothing_is_known(dead: tuple[int, int]) -> None:
    pid, descriptor = dead
    assert not syscalls.signal_descriptor(descriptor, 0)
    assert not syscalls.is_living_child(descriptor)
    assert not syscalls.is_stopped(pid)
    assert syscalls.group_of(pid) == 0
    assert syscalls.user_of(pid) is None
    assert syscalls.signal_process(pid, 0)  # whether we may, not whether it was there
    assert syscalls.signal_group(pid, 0)
    assert not descendants.group_lives(pid)
    descendants._signal_descendant(pid, 0)
    with pytest.raises(ProcessLookupError):
        descendants._signal_open(descriptor, pid, 0)


def test_who_is_no_child_of_ours() -> None:
    """Our parent, whom nothing may be sent in the name of a sweep."""
    above = os.getppid()
    descriptor = os.pidfd_open(above)
    try:
        assert not syscalls.is_living_child(descriptor)
        assert not syscalls.is_stopped(above)
        assert not descendants.lives_below(above)
        descendants._signal_descendant(above, SIGKILL)
        assert syscalls.signal_descriptor(descriptor, 0)
    finally:
        os.close(descriptor)


ASKED = """
import os, sys
sys.path.append(sys.argv[1])
from lifeinit.engine import descendants
from lifeinit.engine import syscalls
"""


def asked(program: str, *through: str) -> list[str]:
    """What a bare interpreter prints, which has the engine."""
    python = [sys.executable, "-I", "-S", "-B", "-c", ASKED + program, str(Path(syscalls.__file__).parents[2])]
    done = subprocess.run([*through, *python], check=True, capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout.splitlines()


_READ = "+dac_override,+dac_read_search"
NOT_ROOT = [
    *("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", f"--inh-caps={_READ}", f"--ambient-caps={_READ}")
]


@ROOT_ONLY
def test_what_another_user_may_not_signal(init: Start) -> None:
    """No exception, and a group of another user's processes counts as alive. The control is a signal to ourselves."""
    running = init("sh", "-c", f"echo ready; {LOOP}")
    running.expect("ready")
    (group,) = map(int, Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split())
    program = f"""
for pid in ({running.pid}, os.getpid()):
    descriptor = os.pidfd_open(pid)
    print(syscalls.signal_process(pid, 0), syscalls.signal_descriptor(descriptor, 0))
print(syscalls.signal_group({group}, 0), descendants.group_lives({group}))
"""
    assert asked(program, *NOT_ROOT) == ["False False", "True True", "False True"]


@ROOT_ONLY
def test_a_signal_that_may_be_sent_to_some_of_the_app(init: Start) -> None:
    """It counts as sent where one of the three could have it: the group, the first process, the one that it named."""
    running = init("sh", "-c", f"echo ready; {LOOP}")
    running.expect("ready")
    (other,) = map(int, Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split())
    program = f"""
from lifeinit.engine.app import RunningApp
reader, writer = os.pipe()
own = os.fork()
if own == 0:
    os.setpgid(0, 0)
    os.close(writer)
    os.read(reader, 1)
    os._exit(0)
os.setpgid(own, own)
for first in (own, {other}):
    for group in (own, {other}):
        for named in (own, {other}):
            app = RunningApp(first, os.geteuid())
            app._group, app._other = group, (named, os.pidfd_open(named))
            print(first == own, group == own, named == own, app.signal(0, group=True))
"""
    told = [[word == "True" for word in line.split()] for line in asked(program, *NOT_ROOT)]
    assert len(told) == 8
    assert [line[3] for line in told] == [any(line[:3]) for line in told]


def test_without_descriptors() -> None:
    """/proc cannot be listed: nothing is known of what lives below, and a group that can be signalled lives."""
    program = """
import resource
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    while True:
        __import__("time").sleep(60)
os.setpgid(child, child)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
print(descendants.lives_below(child), descendants.group_lives(child))
descendants._signal_descendant(child, 9)
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(os.waitpid(child, 0)[1])
"""
    assert asked(program) == ["False True", "9"]


@ROOT_ONLY
def test_without_descriptors_and_rights() -> None:
    """As for a set-user-ID program below a lifeinit that is not root: it is left alone."""
    program = f"""
import resource
_soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
print(descendants._signal_descendant({os.getpid()}, 0))
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
"""
    assert asked(program, *NOT_ROOT) == ["None"]


def test_a_call_that_prctl_refuses_is_an_error() -> None:
    """PR_SET_NO_NEW_PRIVS takes a 1."""
    program = "try:\n    syscalls._prctl(38, 2)\nexcept OSError as error:\n    print(error.strerror)\n"
    assert asked(program) == ["Invalid argument"]


def test_a_terminal_that_there_is_not() -> None:
    """Nothing to hand over, and no reason to end for it."""
    program = "os.close(0); syscalls.give_terminal(os.getpid()); print(syscalls.foreground(), syscalls.owns_terminal())"
    assert asked(program) == ["None False"]


def test_an_error_that_even_the_last_resort_has() -> None:
    """Of a plan that is none, say: status 70."""
    assert asked("from lifeinit.engine import main; print(main._run(None))") == ["70"]


def test_a_function_that_raises_ends_its_process() -> None:
    """An exception that left would run the parent's life a second time."""
    program = """
from lifeinit.engine.plan import Identity, Program, Inherited
from lifeinit.engine.spawn import Child, spawn
program = Program((b"x",), Identity(), call=lambda: {}["missing"])
pid = spawn(Child(program, Inherited((), False, False, None), {}, (), True))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    assert asked(program) == ["126"]


def test_a_file_of_exports_that_cannot_be_read() -> None:
    """A regular file, whose first byte nobody can read."""
    with pytest.raises(env_file.ExportError, match="LIFEINIT_ENV cannot be read: Input/output error"):
        env_file._read(b"/proc/self/mem", None, -1)


# Hooks and apps


def test_a_hook_that_removes_its_file_exports_nothing(init: Start) -> None:
    running = init(
        "sh", "-c", "echo app ${A-unset}", hooks="pre_start = 'echo A=1 > $LIFEINIT_ENV; rm $LIFEINIT_ENV'\n"
    )
    assert running.rest() == ["app unset"]


def test_a_hook_whose_directory_was_removed(init: Start) -> None:
    """The first one has done it: the second one cannot enter it any more."""
    hooks = 'pre_start = [{ command = "rmdir ../gone" }, { command = "echo never" }]\n'
    gone = 'mkdir gone; mv hooks.toml gone.toml; cd gone; exec "$@"'
    running = init("true", options=["--config", "../gone.toml"], hooks=hooks, through=["sh", "-c", gone, "-"])
    assert running.rest() == []
    assert running.status() == 126
    assert any("cannot enter " in line and "No such file or directory" in line for line in running.stderr())


@NEEDS_STRACE
def test_a_child_that_is_stopped_again_and_again_is_given_up(init: Start) -> None:
    """Each directory of PATH is one exec that fails, and each of them stops the child."""
    path = ":".join([*(f"/nowhere/{number}" for number in range(40)), base_environment()["PATH"]])
    hooks = '[[pre_start]]\ncommand = ["true"]\non_failure = "warn"\n'
    through = failing("execve:signal=STOP:when=5+")
    running = init("/bin/sh", "-c", "exit 4", hooks=hooks, env={"PATH": path}, through=through)
    assert running.status() == 4
    sentence = 'pre_start[0]: cannot run "true": it did not get as far as its start; going on'
    assert f"lifeinit: {sentence}" in running.stderr()


def test_another_main_process_in_lifeinits_own_group(init: Start, tmp_path: Path) -> None:
    """The app's group is left to itself, and the signal reaches the process all the same."""
    program = """
import os, signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
reader, writer = os.pipe()
if os.fork():
    os.close(writer)
    os.read(reader, 1)
    os._exit(5)
os.setpgid(0, os.getpgid(1))
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.sendto(b"READY=1\\nMAINPID=%d" % os.getpid(), "\\0" + os.environ["NOTIFY_SOCKET"][1:])
os.write(writer, b".")
signal.sigwait([signal.SIGTERM])
print("TERM", flush=True)
os._exit(6)
"""
    (tmp_path / "app.py").write_text(program)
    hooks = 'ready = "notify"\n[app]\nstop_scope = "group"\n'
    command = [sys.executable, "-I", "-S", "app.py"]
    running = init(*command, hooks=hooks, through=["setsid"])
    while not any("goes on as pid" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    running.expect("TERM")
    assert running.status() == 6


def test_a_signal_for_the_group_reaches_a_main_process_in_another_one(init: Start, tmp_path: Path) -> None:
    """While the first one lives, both get it."""
    program = """
import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.sendto(b"READY=1\\nMAINPID=%d" % os.getpid(), "\\0" + os.environ["NOTIFY_SOCKET"][1:])
    signal.sigwait([signal.SIGTERM])
    print("other", flush=True)
    os._exit(6)
signal.sigwait([signal.SIGTERM])
os.waitpid(child, 0)
print("first", flush=True)
os._exit(5)
"""
    (tmp_path / "app.py").write_text(program)
    hooks = 'ready = "notify"\npost_start = "echo up"\n[app]\nstop_scope = "group"\n'
    running = init(sys.executable, "-I", "-S", "app.py", hooks=hooks)
    running.expect("up")
    running.send(SIGTERM)
    running.expect("other", "first")
    assert running.status() == 5


def test_an_app_without_a_terminal_that_stops_itself(init: Start) -> None:
    running = init("sh", "-c", "echo up; kill -TSTP $$; echo back; exit 4")
    running.expect("up")
    app = int(Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text())
    while state(app) != "T":
        assert running.process.poll() is None
    running.send(SIGCONT)
    running.expect("back")
    assert running.status() == 4


def test_another_main_process_that_is_dead_too(init: Start, tmp_path: Path) -> None:
    """It died before the first one, which was the app until its end: with its status."""
    program = """
import os, socket
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.read(reader, 1)
    os._exit(6)
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.sendto(b"READY=1\\nMAINPID=%d" % child, "\\0" + os.environ["NOTIFY_SOCKET"][1:])
open("told", "w").close()
with open("go") as go:
    go.read()
os.write(writer, b".")
os.waitpid(child, 0)
os._exit(5)
"""
    (tmp_path / "app.py").write_text(program)
    hooks = 'ready = "notify"\npost_start = "echo up"\n'
    running = init(sys.executable, "-I", "-S", "app.py", hooks=hooks, fifo="go")
    running.expect("up")
    (tmp_path / "go").write_text("go\n")
    assert running.status() == 5


# The log


@ROOT_ONLY
@pytest.mark.parametrize("proc", ["", "mount -t tmpfs none /proc; "], ids=["", "without /proc"])
@pytest.mark.parametrize("stopped", [False, True], ids=["", "stopped"])
def test_a_terminal_on_stderr(terminal: Open, proc: str, stopped: bool) -> None:  # noqa: F811
    """It gets its lines, also where lifeinit cannot open it anew. One that takes nothing holds up nobody."""
    stop = "import os, sys, termios; termios.tcflow(2, termios.TCOOFF); os.execvp(sys.argv[1], sys.argv[1:])"
    first = [sys.executable, "-I", "-S", "-c", stop] if stopped else []
    hooks = 'post_stop = "true"\n'
    inner = f'{proc}exec "$@" < /dev/null'
    command = ["unshare", "--mount", "sh", "-c", inner, "-", *first, str(LIFEINIT), "--", "sh", "-c", "exit 3"]
    screen = terminal(below=command, hooks=hooks)
    assert screen.status() == 3
    if stopped:
        assert screen.seen == ""
    else:
        screen.until("lifeinit: app exited 3\n")
        screen.until("lifeinit: post_stop[0]: ok in")


@pytest.mark.parametrize("closed", ["0<&-", "0<&- 1<&-"])
def test_a_refusal_with_closed_descriptors(tmp_path: Path, closed: str) -> None:
    """None of the log's own descriptors stands in their place, and the sentence is told.

    Without a stdout it was a traceback and status 1.
    """
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "-", LIFEINIT, "--config", "/nowhere", "--", "true"],
        check=False, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 78
    sentence = 'cannot read the hook file "/nowhere": No such file or directory'
    assert done.stderr == f"lifeinit: {sentence}; nothing was started\n"


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("check /dev/null", 0),
        ("check --for moon", 2),
        ("status --pid 1", 1),
        ("health", 1),
        ("schema", 0),
        ("example", 0),
        ("completion bash", 0),
        ("--version", 0),
        ("--help", 0),
        ("-x", 2),
        ("wait file:///", 0),
        ("wait", 2),
    ],
)
def test_other_commands_with_closed_descriptors(tmp_path: Path, closed: str, arguments: str, status: int) -> None:
    """The status is the answer. The check's was 70, without a stdout."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "-", LIFEINIT, *arguments.split()],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


def test_the_check_of_a_stdin_that_is_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 0<&-', "-", LIFEINIT, "check", "-"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=base_environment(), timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "lifeinit: cannot read the hook file from stdin: it is closed\n"


@ROOT_ONLY
def test_no_room_for_the_last_word(init: Start, tmp_path: Path) -> None:
    """The status is what counts."""
    Path("/dev/termination-log").touch()
    mount = 'touch word; mount --bind word /dev/termination-log; ulimit -f 0; exec "$@"'
    running = init("sh", "-c", "exit 3", through=["unshare", "--mount", "sh", "-c", mount, "-"])
    assert running.status() == 3
    assert (tmp_path / "word").read_text() == ""


# Jobs


def test_bg_wakes_an_app_that_wants_no_terminal(terminal: Open, tmp_path: Path) -> None:  # noqa: F811
    """It goes on in the background, until the end."""
    os.mkfifo(tmp_path / "go")
    screen = terminal(below=["bash", "--norc", "--noprofile", "--noediting", "-i"])
    screen.until("$ ")
    screen.type(f"{LIFEINIT} -- sh -c 'echo u''p; read x < go; echo e''nd > ended'\n")
    screen.until("up\n")
    screen.type("\x1a")
    screen.until("Stopped")
    screen.until("$ ")
    screen.type("bg\n")
    screen.until("$ ")
    screen.type("echo > go; wait; cat ended\n")
    screen.until("end\n")


def test_an_app_that_stops_itself_is_left_to_whoever_wakes_it(terminal: Open) -> None:  # noqa: F811
    """lifeinit has the terminal, nobody has typed a key: a TSTP is somebody's wish."""
    screen = terminal("sh", "-c", "echo $$ up; kill -TSTP $$; echo back; exit 4", hooks="stop_timeout = 20\n")
    screen.until("up\n")
    children = Path(f"/proc/{screen.process.pid}/task/{screen.process.pid}/children")
    init = int(children.read_text())
    app = int(Path(f"/proc/{init}/task/{init}/children").read_text())
    while state(app) != "T":
        assert screen.process.poll() is None
    screen.send(SIGCONT)
    screen.until("back\n")
    screen.rest()
    assert screen.status() == 4


def copies(pid: int) -> list[int]:
    """Its children that have not become another program yet."""
    found = []
    for child in children(pid):
        with contextlib.suppress(OSError):  # it is gone
            if Path(f"/proc/{child}/cmdline").read_bytes() == Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(child)
    return found


@NEEDS_STRACE
def test_a_child_that_is_stuck_keeps_nobody_from_a_stop(init: Start, tmp_path: Path) -> None:
    """On the way to a directory that does not answer: ten minutes, and strace 6 does not let SIGKILL end it either.

    lifeinit waited for it without an end, until the runtime's SIGKILL, and nothing was cleaned up.
    """
    hooks = 'pre_start = "touch up"\npost_stop = "echo cleaned up >&2"\n[app]\nworking_dir = "/srv"\n'
    through = [STRACE, "-f", "-o", "trace", "-e", "trace=chdir", "-e", "inject=chdir:delay_enter=600000000"]
    running = init("true", hooks=hooks, through=["sh", "-c", '"$@"; exit $?', "-", *through])  # to sh it is left
    tracer = running.child()
    while not (tmp_path / "up").exists() or not copies(children(tracer)[0]):
        pass
    os.kill(children(tracer)[0], SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while "+++ exited with 126 +++" not in (tmp_path / "trace").read_text():
        assert time.monotonic() < deadline, running.stderr()
    assert 'lifeinit: cannot run the app "true": it did not get as far as its start' in running.stderr()
    assert "cleaned up" in running.stderr()


@NEEDS_STRACE
def test_a_hook_that_is_stuck_before_its_start_keeps_its_timeout(init: Start, tmp_path: Path) -> None:
    """It was waited for without an end, as long as nobody asked lifeinit to stop."""
    hooks = """
        post_stop = "echo cleaned up >&2"
        [[pre_start]]
        command = ["true"]
        working_dir = "/srv"
        timeout = "100ms"
    """
    through = [STRACE, "-f", "-o", "trace", "-e", "trace=chdir", "-e", "inject=chdir:delay_enter=600000000"]
    running = init("true", hooks=hooks, through=["sh", "-c", '"$@"; exit $?', "-", *through])  # to sh it is left
    deadline = time.monotonic() + PATIENCE
    while not (tmp_path / "trace").exists() or "+++ exited with 124 +++" not in (tmp_path / "trace").read_text():
        assert time.monotonic() < deadline, running.stderr()
    assert any("it did not get as far as its start" in line for line in running.stderr())
    assert "cleaned up" in running.stderr()
