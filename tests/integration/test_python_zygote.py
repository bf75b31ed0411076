"""The zygote, which keeps the user's program and forks its callbacks: what PID 1 is beside it, and what it survives."""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import LIFEINIT_PATH, Program
from tests.integration.harness import Running, base_environment, python

ZYGOTE = """
def comm(pid):
    try:
        return open(f"/proc/{pid}/comm").read().strip()
    except OSError:
        return ""

def zygote():
    return next(int(pid) for pid in os.listdir("/proc") if comm(pid) == "lifeinit-zygote")
"""
NATIVE_THREAD = """
import ctypes
libc = ctypes.CDLL(None)
libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.pause, None)
"""
CPUS = sorted(os.sched_getaffinity(0))


@pytest.mark.parametrize("cpus", [CPUS[:1], CPUS[:2]], ids=["one CPU", "two CPUs"])
def test_pid_1_is_never_the_program(program: Program, cpus: list[int]) -> None:
    """Its threads, memory, files and modules are elsewhere. With two CPUs OpenBLAS starts a thread at its import."""
    text = f"""{NATIVE_THREAD}
heap = bytearray(b"x") * (64 << 20)
log = open("log", "w")
c = Container()

def init(*_):
    status = dict(line.split(":", 1) for line in open("/proc/1/status"))
    files = {{os.readlink(f"/proc/1/fd/{{fd}}") for fd in os.listdir("/proc/1/fd")}}
    words = open("/proc/1/cmdline").read().split("\\0")
    print(status["Threads"].strip(), int(status["VmRSS"].split()[0]) < 24 << 10, log.name in str(files), words[1:4])
    print(len(heap), "ctypes" in sys.modules, os.getppid())

c.pre_start(init)
c.start(init)
"""
    running = program(text, through=["taskset", "--cpu-list", ",".join(map(str, cpus))])
    assert running.rest() == ["1 True False ['-I', '-S', '-B']", f"{64 << 20} True 1"] * 2
    assert running.status() == 0


def test_without_functions_there_is_no_zygote(program: Program) -> None:
    text = ZYGOTE + "Container().start(['sh', '-c', 'cat /proc/[0-9]*/comm'])"
    assert program(text).rest() == ["lifeinit", "sh"]


def test_a_callback_finds_what_the_program_had(program: Program) -> None:
    """Directory, files, handlers and mask; its environment is that of a hook."""
    text = """
os.mkdir("below")
os.chdir("below")
signal.signal(signal.SIGUSR1, lambda *_: print("USR1", flush=True))
signal.signal(signal.SIGCHLD, lambda *_: print("CHLD", flush=True))
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
os.environ["OWN"] = "set"
c = Container()

def look(*_):
    os.kill(os.getpid(), signal.SIGUSR1)
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    print(os.path.basename(os.getcwd()), signal.getsignal(signal.SIGHUP).name, signal.getsignal(signal.SIGPIPE).name)
    print([signo.name for signo in signal.pthread_sigmask(signal.SIG_BLOCK, ())], os.environ["OWN"])
    print(os.environ.get("LIFEINIT_EVENT"), os.readlink("/proc/self/fd/0"), os.getsid(0) == os.getpid(), flush=True)

c.pre_start(look)
c.start(look)
"""
    lines = ["USR1", "CHLD", "below SIG_IGN SIG_IGN", "['SIGUSR2'] set"]
    running = program(text)
    assert running.rest() == [*lines, "pre_start /dev/null True", *lines, "None /dev/null False"]


def test_the_app_has_an_identity_of_its_own(program: Program) -> None:
    """Its user, umask and environment are the app's alone: a callback keeps the rights of lifeinit."""
    text = """
def who(*_):
    mask = os.umask(0)
    own = open("/proc/self/comm").read().strip(), len(os.listdir("/proc/self/fd")) > 3
    print(os.getuid(), os.getgid(), oct(mask), os.environ.get("ONLY"), os.getpgid(0) == os.getpid(), *own, flush=True)
c = Container(user="4711:4712", umask="077", environment={"ONLY": "app"})
c.pre_start(who)
c.start(who)
"""
    first, second = program(text).rest()
    assert first.startswith(f"{os.getuid()} {os.getgid()} ")
    assert first.endswith("None True who True")
    assert second == "4711 4712 0o77 app True who True"


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "QUIT", "USR1", "TSTP", "STOP"])
def test_no_signal_changes_the_zygote(program: Program, name: str) -> None:
    """It is not in the foreground's group, where a key's signal goes, and blocks all. One that is stopped is woken."""
    text = f"""{ZYGOTE}
c = Container()
@c.post_start
def send():
    its = zygote()
    print(os.getpgid(its) == its, flush=True)
    os.kill(its, signal.SIG{name})
    os.kill(1, signal.SIGTERM)
@c.post_stop
def last(event): print(event.exit_code)
c.start(["sleep", "60"])
"""
    running = program(text)
    assert running.rest() == ["True", "143"]
    assert running.status() == 143


@pytest.mark.parametrize("subreaper", [False, True])
def test_a_dead_zygote_fails_the_calls_alone(program: Program, tmp_path: Path, subreaper: bool) -> None:
    """The OOM killer may choose it. Commands of the hook file run, the stop is graceful, the app's status counts."""
    (tmp_path / "own.toml").write_text('post_stop = "echo command $LIFEINIT_EXIT_CODE"\n')
    text = f"""{ZYGOTE}
c = Container(config="own.toml")
os.mkfifo("up")
@c.post_start
def kill(event):
    open("up").close()  # the app has its handler
    its = zygote()
    os.kill(its, signal.SIGKILL)
    while comm(its):  # until it is reaped
        pass
    os.kill(event.pid, signal.SIGTERM)
@c.pre_stop
def drain(): print("drain")
@c.post_stop
def last(): print("last")
def app():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    open("up", "w").close()
    signal.pause()
c.start(app)
"""
    running = program(text, through=python("outer") if subreaper else ())
    assert running.rest() == ["command 7", *(["nothing left"] if subreaper else [])]
    assert running.status() == 7
    errors = [line for line in running.stderr() if line.startswith("lifeinit: ") and "zygote" in line]
    assert [line.partition(": ")[2].partition(" (pid")[0] for line in errors] == [
        "the zygote",
        'pre_stop drain: cannot run "drain": the zygote',
        'post_stop last: cannot run "last": the zygote',
    ]
    assert "which forks the Python functions, was killed by SIGKILL: no function can be called any more" in errors[0]


@pytest.mark.parametrize(("code", "status"), [(5, 5), (0, 70)])
def test_without_its_zygote_the_app_is_not_restarted(program: Program, code: int, status: int) -> None:
    """No restart could succeed: five of them retried pre_start for nothing. The runtime starts the whole container."""
    text = f"""{ZYGOTE}
c = Container(restart="always")
@c.pre_start
def first(): print("first", flush=True)
c.post_stop.command("echo command")
def app():
    os.kill(zygote(), signal.SIGKILL)
    return {code}
c.start(app)
"""
    running = program(text)
    assert running.rest() == ["first", "command"]
    assert running.status() == status
    assert "lifeinit: no restart: the zygote, which forks the Python functions, has ended" in running.stderr()


@pytest.mark.parametrize(
    ("forks", "broken", "where"),
    [
        (1, "import gc; gc.freeze = None", "the zygote (pid 2), which forks the Python functions, exited with 70 ("),
        (2, "import posix; posix.fork = None", 'cannot run "first": fork failed: '),
        (3, "os.dup2 = None", 'cannot run "first": '),
    ],
)
def test_an_internal_error_of_the_zygote_is_told(program: Program, forks: int, broken: str, where: str) -> None:
    """Once, by PID 1: its own stderr is /dev/null. It is broken on purpose at its first, second or third fork."""
    text = f"""
count = [0]
def breaks():
    count[0] += 1
    if count[0] == {forks}: {broken}
os.register_at_fork(after_in_child=breaks)
c = Container()
@c.pre_start
def first(): print("first")
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == []
    assert running.status() == 126
    error = "internal error: TypeError: 'NoneType' object is not callable (zygote.py:"
    told = [line for line in running.stderr() if error in line and not line.startswith("lifeinit: exit status")]
    assert len(told) == 1
    assert where in told[0]


def test_a_library_that_replaces_fork_and_waitpid(program: Program) -> None:
    """gevent's wait for its event loop, which no signal reaches in the zygote. It has to be told of the fork."""
    text = """
import types
sys.modules["gevent"] = types.ModuleType("gevent")
sys.modules["gevent"].reinit = lambda: print("again", flush=True)
os.fork = os.waitpid = None
c = Container()
@c.pre_start
def first(): print("first", flush=True)
print(c.run(lambda: 3))
"""
    running = program(text)
    assert running.rest() == ["again", "first", "again", "3"]


HANGS = """
import select
def hang():
    if os.path.exists("hangs"):
        select.select([], [], [])
os.register_at_fork(before=hang)
"""


def test_a_zygote_that_hangs_holds_nobody_up(program: Program, tmp_path: Path) -> None:
    """A call fails before its time is over, with the reason, and the app gets its signals meanwhile."""
    (tmp_path / "own.toml").write_text('post_stop = "echo command"\n')
    text = f"""{HANGS}
c = Container(config="own.toml")
@c.post_start
def up(): open("hangs", "w")
@c.pre_stop(timeout=0.4)
def drain(): print("drain")
@c.post_stop(timeout=0.4)
def last(): print("last")
traps = "trap 'echo USR1' USR1; trap 'echo TERM; exit 5' TERM"
c.start(f"{{traps}}; echo app; while :; do sleep 60 & wait; done")
"""
    running = program(text)
    running.expect("app")
    while not (tmp_path / "hangs").exists():
        pass
    running.send(signal.SIGTERM)
    running.send(signal.SIGUSR1)
    assert running.rest() == ["USR1", "TERM", "command"]
    assert running.status() == 5
    assert sum("which forks the Python functions, does not answer" in line for line in running.stderr()) == 2


def test_a_stop_request_ends_a_call_that_is_not_answered(program: Program, tmp_path: Path) -> None:
    """A pre_start callback has no time limit. SIGTERM is acted on at once, and nothing is called later."""
    text = f"""{HANGS}
c = Container()
@c.pre_start
def first():
    open("hangs", "w")
@c.pre_start
def second(): print("second")
c.start("echo app")
"""
    running = program(text)
    while not (tmp_path / "hangs").exists():
        pass
    running.send(signal.SIGTERM)
    assert running.status() == 143
    assert running.rest() == []


def test_a_call_that_was_taken_back_is_no_error(program: Program, tmp_path: Path) -> None:
    """Its process comes to the gate when nobody waits for it any more."""
    os.mkfifo(tmp_path / "gate")
    (tmp_path / "own.toml").write_text('post_stop = "rm hangs; echo opened; : > gate"\n')
    text = """
def hang():
    if os.path.exists("hangs"):
        open("waits", "w")
        open("gate").read()
os.register_at_fork(before=hang)
c = Container(config="own.toml")
@c.pre_start
def first(): open("hangs", "w")
@c.pre_start
def second(): print("second")
@c.post_stop
def last():
    while len(open("/proc/1/task/1/children").read().split()) > 2: pass  # the zygote and this process
    print("last")
c.start("echo app")
"""
    running = program(text)
    while not (tmp_path / "waits").exists():
        pass
    running.send(signal.SIGTERM)
    assert running.rest() == ["opened", "last"]
    assert running.status() == 143
    assert not any("internal error" in line for line in running.stderr())


def test_a_timer_of_the_program_is_not_pid_1s(program: Program) -> None:
    """It survives an exec, and its SIGALRM was forwarded to the app, which it ended."""
    text = """
def app():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGUSR1])
    for _ in range(30):
        os.kill(1, signal.SIGUSR1)
        signal.sigwait([signal.SIGUSR1])
    print(signal.sigpending())
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
Container().start(app)
"""
    assert program(text).rest() == ["set()"]


def test_a_signal_between_fork_and_exec_is_kept(program: Program) -> None:
    text = """
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
c = Container()
@c.pre_start
def first(): print("first")
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == []
    assert running.status() == 143
    assert running.stderr()[0] == "lifeinit: exit status 143: stop requested by SIGTERM before anything was started"


def test_a_fork_that_fails_is_a_failure_with_its_reason(program: Program) -> None:
    """RLIMIT_NPROC counts the processes of a user, and not root's."""
    text = """
import resource
def few():
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    os.setresuid(4711, 4711, 4711)
os.register_at_fork(after_in_child=lambda: few() if os.getuid() == 0 else None)
c = Container()
@c.pre_start
def first(): print("first")
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == []
    assert running.status() == 126
    assert 'pre_start first: cannot run "first": fork failed: Resource temporarily unavailable' in running.stderr()[0]


@pytest.mark.parametrize("free", [3, 6], ids=["receives some", "opens no pipe"])
def test_a_program_without_room_for_a_descriptor(program: Program, free: int) -> None:
    """The call has failed with its reason, and the zygote lives on."""
    text = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
c = Container()
@c.pre_start(on_failure="warn")
def first(): print("first")
taken = []
try:
    while True: taken.append(os.open("/dev/null", 0))
except OSError:
    pass
for fd in taken[-{free}:]: os.close(fd)
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == ["app"]
    assert running.status() == 0
    reason = 'pre_start first: cannot run "first": fork failed: Too many open files'
    assert running.stderr() == [f"lifeinit: {reason}; continuing", "lifeinit: app exited 0"]


def test_a_failure_around_a_callback_is_no_success(program: Program) -> None:
    """lifeinit's own, here because the program has broken what it uses."""
    text = """
import faulthandler
faulthandler.register = None
c = Container()
@c.pre_start
def first(): print("first")
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == []
    assert running.status() == 70
    assert "internal error: TypeError" in running.stderr()[0]


def test_the_zygote_outlives_a_restart_and_its_cleanup(program: Program) -> None:
    """Each life is called anew in the program as it was at start()."""
    text = """
c = Container(restart="always", max_restarts=1)
seen = []
@c.pre_start
def first(event):
    seen.append(1)
    print("first", event.restarts, seen, flush=True)
@c.post_stop
def last(event): print("last", event.exit_code, flush=True)
def app():
    seen.append(2)
    print("app", seen, flush=True)
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
    return 3
c.start(app)
"""
    running = program(text)
    assert running.rest() == ["first 0 [1]", "app [2]", "last 3", "first 1 [1]", "app [2]", "last 3"]
    assert running.status() == 3


@pytest.mark.parametrize("subreaper", [False, True])
def test_leftovers_are_ended_before_post_stop_and_the_zygote_after_it(program: Program, subreaper: bool) -> None:
    text = """
c = Container()
@c.post_stop
def last(): print("last", flush=True)
def app():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.sigwait({signal.SIGTERM})
            print("orphan: TERM", flush=True)
        os._exit(0)
    os.wait()
    return 5
c.start(app)
"""
    running = program(text, through=python("outer") if subreaper else ())
    assert running.rest() == ["orphan: TERM", "last", *(["nothing left"] if subreaper else [])]
    assert running.status() == 5


def test_the_zygote_dies_with_its_engine(program: Program) -> None:
    """It alone holds the pipe of the program: neither the engine nor the app, which is executed, has it."""
    text = """
reading, writing = os.pipe()
ready, go = os.pipe()
engine = os.fork()
if engine == 0:
    os.close(reading)
    c = Container()
    @c.post_start
    def up(): os.write(go, b"x")
    c.start(["sleep", "60"])
os.close(writing)
os.read(ready, 1)
os.kill(engine, signal.SIGKILL)
print("end of file:", os.read(reading, 1) == b"")
"""
    assert program(text).rest() == ["end of file: True"]


def test_the_zygote_holds_nothing_of_the_app(program: Program) -> None:
    """Neither stdin, stdout, stderr nor what the runtime has passed for the app; the program's own files it keeps."""
    text = f"""{ZYGOTE}
own = open("own", "w")
c = Container()
@c.pre_start
def look():
    its = zygote()
    names = {{int(fd): os.readlink(f"/proc/{{its}}/fd/{{fd}}") for fd in os.listdir(f"/proc/{{its}}/fd")}}
    kinds = [os.path.basename(name).partition(":")[0] for fd, name in sorted(names.items())]
    print(names[0], names[1], names[2], names[200], kinds.count("own"), kinds.count("passed"), kinds.count("memfd"))
c.start(["sh", "-c", "readlink /proc/self/fd/200; ls /proc/self/fd"])
"""
    move = "import os, sys; os.dup2(9, 200); os.close(9); os.execv(sys.argv[1], sys.argv[1:])"
    through = ["sh", "-c", f'exec 9> passed; exec "$0" -c "{move}" "$@"', sys.executable]  # no sh knows 200
    null, *rest = program(text, through=through).rest()
    assert null == "/dev/null /dev/null /dev/null /dev/null 1 0 0"
    assert rest[0].endswith("/passed")
    assert rest[1:] == ["0", "1", "2", "200", "3"]


def test_a_program_that_is_executed_again_starts_no_second_container(program: Program) -> None:
    """Celery does so on SIGHUP, by an exit function: migrations and post_stop ran twice."""
    text = """
c = Container()
@c.pre_start
def migrate(): print("migrate", flush=True)
def app():
    print("app", flush=True)
    os.execv(sys.executable, [sys.executable, *sys.argv])
c.start(app)
"""
    running = program(text)
    assert running.rest() == ["migrate", "app"]
    assert running.status() == 1
    sentence = "lifeinit.AlreadyStartedError: start() is called below a container of the same program, "
    assert any(line.startswith(sentence) for line in running.stderr())


def test_the_app_is_believed_by_its_pid(program: Program) -> None:
    text = """
import socket
def notify(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\\0" + os.environ["NOTIFY_SOCKET"][1:])
        sender.send(text)
c = Container(ready="notify", alive={"watchdog": "30s"})
@c.post_start
def up(event): os.kill(event.pid, signal.SIGTERM)
def app():
    print(os.environ["WATCHDOG_PID"] == str(os.getpid()), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))
    notify(b"READY=1")
    signal.pause()
c.start(app)
"""
    running = program(text)
    assert running.rest() == ["True"]
    assert running.status() == 4


def test_an_unprivileged_user_in_a_read_only_directory(namespaces: None, tmp_path: Path, public: Path) -> None:  # noqa: ARG001
    """Nothing is written but in memory."""
    (public / "app.py").write_text(
        f"""import sys
sys.path.append({str(LIFEINIT_PATH)!r})
{NATIVE_THREAD}
import os
from lifeinit import Container
c = Container()
@c.pre_start
def first(event): print("first", os.getuid(), os.access(".", os.W_OK), flush=True)
@c.post_stop
async def last(event): print("last", event.exit_code, os.getppid(), flush=True)
c.start(lambda: 6)
"""
    )
    as_user = ["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"]
    command = ["sh", "-c", 'cd "$0" && exec "$@"', str(public), *as_user, "/usr/bin/python3", "-B", "app.py"]
    if os.geteuid() != 0 or shutil.which("/usr/bin/python3") is None:
        pytest.skip("only root can become another user, of the machine's own Python")
    running = Running(command, tmp_path, base_environment())
    try:
        assert running.rest() == ["first 4711 False", "last 6 1"]
        assert running.status() == 6
    finally:
        running.end()
