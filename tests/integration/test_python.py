"""`lifeinit.Container`: callbacks as hooks around a program, a shell line or a function."""

import signal
from pathlib import Path

import pytest

from tests.integration.conftest import Program

START = "Container().start('true')"


EVERY = """
container = Container()
changed = []

@container.pre_start
def first(event):
    os.mkfifo("up")
    changed.append(1)
    event.setenv("PASSED", "one\\ntwo")
    print("first", event.event, event.hook, event.attempt, event.child_pid)

@container.pre_start(name="second")
async def another():
    print("second", changed, repr(os.environ["PASSED"]))

@container.post_start
def up(event):
    print("up", event.child_pid > 1, flush=True)
    with open("up", "w") as fifo:
        fifo.write("x")

@container.pre_stop
def drain(event):
    print("drain", event.reason, event.signal)

@container.post_stop
def bye(event):
    print("bye", event.reason, event.exit_code, event.child_pid)

def app(number):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(number))
    with open("up") as fifo:
        fifo.read()
    print("app", repr(os.environ["PASSED"]), changed, flush=True)
    signal.pause()

if __name__ == "__main__":
    container.start(app, 5)
"""


def test_callbacks_around_a_function(program: Program) -> None:
    """They see the program as it was at start(), and hand on through setenv alone."""
    running = program(EVERY)
    running.expect("first pre_start first 1 None", "second [] 'one\\ntwo'", "up True", "app 'one\\ntwo' []")
    running.send(signal.SIGTERM)
    assert running.rest() == ["drain signal TERM", "bye signal 5 None"]
    assert running.status() == 5
    assert running.stderr()[0].startswith("lifeinit: pre_start first: ok in ")


@pytest.mark.parametrize(
    "target",
    ["['sh', '-c', 'echo $0; exit 4', 'word']", "['sh', '-c'], 'echo $0; exit 4', 'word'", "'echo word; exit 4'"],
)
def test_a_program_or_a_line_as_the_app(program: Program, target: str) -> None:
    running = program(f"Container().start({target})")
    assert running.rest() == ["word"]
    assert running.status() == 4


ZIP = "import zipfile; zipfile.ZipFile('app.pyz', 'w').write('app.py', '__main__.py')"


@pytest.mark.parametrize(
    "line",
    [
        'exec "$0" -m app',
        'exec "$0" - <app.py',
        'exec "$0" -c "$(cat app.py)"',
        f'"$0" -c "{ZIP}" && exec "$0" app.pyz',
    ],
    ids=["module", "stdin", "text", "zip"],
)
def test_however_the_program_is_run(program: Program, line: str) -> None:
    """Nothing of it is read again, so its file may be gone by then."""
    text = """
c = Container()
@c.pre_start
def first():
    os.path.exists("app.py") and os.remove("app.py")
    print("first", __name__, flush=True)
c.start(lambda: 3)
"""
    running = program(text, through=["sh", "-c", line])
    assert running.rest() == ["first __main__"]
    assert running.status() == 3


def test_the_hook_file_comes_first(program: Program, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('pre_start = "echo file"\npost_stop = "echo file $LIFEINIT_EXIT_CODE"\n')
    text = "c = Container(config='own.toml')\n@c.pre_start\ndef code(): print('code')\nc.start(['true'])"
    assert program(text).rest() == ["file", "code", "file 0"]


def test_without_config_no_hook_file_is_read(program: Program, tmp_path: Path) -> None:
    (tmp_path / "hooks.toml").write_text('pre_start = "echo file"\n')
    assert program("Container().start('echo app')").rest() == ["app"]


def test_an_exception_is_a_failure_with_its_traceback(program: Program) -> None:
    text = "c = Container()\n@c.pre_start\ndef broken(): raise RuntimeError('broken')\nc.start('echo app')"
    running = program(text)
    assert running.rest() == []
    assert running.status() == 1
    errors = running.stderr()
    assert "RuntimeError: broken" in errors
    assert errors[-1].startswith("lifeinit: exit status 1: pre_start broken (")
    assert errors[-1].endswith("/app.py:4) exited 1")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("sys.exit(3)", 3),
        ("sys.exit()", 0),
        ("sys.exit('no')", 1),
        ("raise KeyboardInterrupt", 130),
        ("sys.exit(type('Unprintable', (), {'__str__': None})())", 1),
        ("os.abort()", 134),
    ],
)
def test_how_a_function_ends(program: Program, body: str, status: int) -> None:
    running = program(f"def app(): {body}\nContainer().start(app)")
    assert running.status() == status


def test_a_broken_pipe_is_an_exception(program: Program) -> None:
    """As in every Python program, in the app and in a callback. A worker died of SIGPIPE when its broker went away."""
    text = """
c = Container()
def write(*_):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        os.write(writing, b"x")
    except BrokenPipeError:
        print("broken pipe")
c.pre_start(write)
c.start(write)
"""
    running = program(text)
    assert running.rest() == ["broken pipe", "broken pipe"]
    assert running.status() == 0


def test_a_traceback_without_a_stderr(program: Program) -> None:
    """Python has none where the descriptor is closed."""
    text = "def app(): raise RuntimeError\nContainer().start(app)"
    assert program(text, through=["sh", "-c", 'exec "$@" 2>&-', "sh"]).status() == 1


def test_a_function_ends_as_a_program_does(program: Program) -> None:
    """Its exit functions run, its threads are waited for, its output is flushed."""
    text = """
import atexit, threading
atexit.register(print, "atexit")
def app():
    gate = threading.Event()
    threading.Thread(target=lambda: (gate.wait(), print("thread"))).start()
    gate.set()
    print("app")
Container().start(app)
"""
    assert sorted(program(text).rest()) == ["app", "atexit", "thread"]


def test_a_callback_that_hangs_is_ended(program: Program) -> None:
    """Also one that ignores TERM: it takes PID 1 along in neither case."""
    text = """
c = Container()
@c.pre_start(timeout=0.2, on_failure="warn")
def hangs():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == ["app"]
    assert running.status() == 0
    assert "lifeinit: pre_start hangs: timed out after 0.2 s; continuing" in running.stderr()


def test_retries_and_attempts(program: Program) -> None:
    text = """
c = Container()
@c.pre_start(retries=2, retry_delay=0)
def flaky(event):
    print(event.attempt)
    sys.exit(0 if event.attempt == 3 else 1)
c.start("echo app")
"""
    assert program(text).rest() == ["1", "2", "3", "app"]


def test_a_stop_before_the_app_runs(program: Program) -> None:
    text = """
c = Container()
@c.pre_start
def stops():
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(3600)
c.start("echo app")
"""
    running = program(text)
    assert running.rest() == []
    assert running.status() == 143


def test_open_files_are_there_in_later_callbacks(program: Program, tmp_path: Path) -> None:
    """The program's descriptors stay open in the init: a log file, say, that a post_stop callback writes to."""
    text = """
log = open("log", "w")
c = Container()
@c.post_stop
def last():
    log.write("written")
    log.flush()
c.start(["true"])
"""
    running = program(text)
    assert running.status() == 0
    assert (tmp_path / "log").read_text() == "written"


def test_the_init_reaps_and_is_called_lifeinit(program: Program) -> None:
    text = """
def app():
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.wait()
    print(open("/proc/1/comm").read().strip(), open("/proc/self/comm").read().strip())
Container().start(app)
"""
    assert program(text).rest() == ["lifeinit app"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "from threading import *\nThread(target=time.sleep, args=(60,), name='agent', daemon=True).start()\n"
            + START,
            'UsageError: start() would lose the thread "agent": start threads in the app or in the callback that',
        ),
        (
            f"from threading import *\nt = Thread(target=lambda: {START}, name='second')\nt.start()\nt.join()",
            'UsageError: start() is called in the thread "second": call it in the main thread, or call run()',
        ),
        (
            "c = Container()\ndef app():\n    @c.pre_start\n    def late(): ...\nc.start(app)",
            "AlreadyStartedError: pre_start is used after start(): register callbacks before it",
        ),
        (
            "c = Container()\ndef app(): c.start('true')\nc.start(app)",
            "AlreadyStartedError: start() is called below the container: its callbacks and functions start none",
        ),
        ("Container().start(7)", 'UsageError: start() cannot run "7": pass a list such as ["gunicorn", "shop:app"]'),
        ("Container().start(['true', 7])", """UsageError: start() cannot run "['true', 7]": pass a list such as"""),
        ("Container().start('true', 'x')", "UsageError: start() takes no arguments with a shell command line"),
        (
            "c = Container()\n@c.post_stop\ndef late(event): event.setenv('A', '1')\nc.start('true')",
            "UsageError: setenv cannot change the app in post_stop: call it in a pre_start callback",
        ),
    ],
)
def test_bad_use_gets_one_sentence(program: Program, text: str, sentence: str) -> None:
    running = program(text)
    running.rest()
    running.status()
    assert any(line.startswith(f"lifeinit.{sentence}") for line in running.stderr())


def test_a_wrong_hook_file(program: Program, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("x = 1\n")
    running = program("Container(config='own.toml').start('echo app')")
    assert running.rest() == []
    assert running.status() == 78
    assert running.stderr()[-1] == 'lifeinit: the hook file "own.toml" is invalid; nothing was started'


def test_the_environment_goes_before_the_code(program: Program) -> None:
    text = """
c = Container(stop_timeout="20s")
@c.pre_stop(timeout=None)
def left(event):
    print(round(event.deadline - time.time()))
def app():
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(3600)
c.start(app)
"""
    assert program(text, LIFEINIT_STOP_TIMEOUT="9").rest()[0] in {"7", "8"}


def test_the_event_has_what_a_hook_is_told(program: Program) -> None:
    """Every LIFEINIT_ variable of a hook is a field of its name."""
    text = """
c = Container(stop_timeout=20)
variables = lambda: {name for name in os.environ if name.startswith("LIFEINIT_")}

@c.pre_start
def first(event):
    fields = {f"LIFEINIT_{name.upper()}" for name in vars(event)}
    print(sorted(variables() - fields - {"LIFEINIT_PROGRAM"}), event.env == os.environ["LIFEINIT_ENV"])

@c.post_start
def up(event):
    os.kill(event.pid, signal.SIGTERM)

@c.post_stop(timeout=3)
def last(event):
    print(event.event, event.hook, event.pid, event.child_pid, event.reason, event.signal, event.exit_code)
    print(event.child_exit_code, event.child_exit_signal, event.oom_killed, event.attempt, event.restarts)
    print(event.deadline >= time.time(), event.remaining in {2, 3}, event.env)

c.start(["sleep", "3600"])
"""
    assert program(text).rest() == [
        "[] True",
        "post_stop last 1 None signal TERM 143",
        "None TERM False 1 0",
        "True True None",
    ]


def test_a_callback_without_a_name_is_called_by_its_place(program: Program, tmp_path: Path) -> None:
    """As a hook without a name, and counted with those of the hook file."""
    (tmp_path / "own.toml").write_text('pre_start = "true"\n')
    text = "c = Container(config='own.toml')\nc.pre_start(lambda event: print(event.hook))\nc.start(['true'])"
    assert program(text).rest() == ["pre_start[1]"]


def test_processes_and_hooks_without_a_hook_file(program: Program) -> None:
    """A program and a function are the app; commands and callbacks run in the order in which they are written."""
    text = """
c = Container(stop_timeout="9s", environment={"WHO": "$NAME"}, signals={"HUP": "USR1"}, stop_signal="TERM")
c.pre_start.command("echo command $LIFEINIT_HOOK $WHO", environment={"WHO": "hook"})

@c.pre_start
def callback(event):
    print("callback", event.hook)

c.pre_start.wait_for("file:///proc/self")
c.pre_start.command(["sh", "-c", "echo last $LIFEINIT_HOOK"], name="last", user="nobody")

def worker():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGUSR1, lambda *_: print("worker got USR1", os.environ["WHO"], os.environ["OWN"], flush=True))
    with open("up", "w") as fifo:
        fifo.write("x")
    while True:
        signal.pause()

@c.post_start
def up(event):
    with open("up") as fifo:
        fifo.read()
    os.kill(event.pid, signal.SIGHUP)

os.mkfifo("up")
c.process("web", ["sleep", "3600"], signals={"HUP": None}, success_exit_codes=[signal.SIGTERM])
c.process("worker", worker, environment={"OWN": "1"})
c.start()
"""
    running = program(text, NAME="app")
    running.expect("command pre_start[0] hook", "callback callback", "last last", "worker got USR1 app 1")
    running.send(signal.SIGINT)
    assert running.rest() == []
    assert running.status() == 0
    assert any("web exited 143 (SIGTERM), which counts as success" in line for line in running.stderr())


def test_what_the_machine_cannot_do_is_one_sentence(program: Program) -> None:
    running = program("Container(user='nobdy').start('echo app')")
    assert running.rest() == []
    assert running.status() == 78
    (line,) = running.stderr()
    assert line.startswith('lifeinit: user is "nobdy", which does not exist on this machine')
    assert line.endswith("; nothing was started")
