"""`lifeinit status` and `lifeinit health`, on processes that are alive and say something of themselves."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from lifeinit.cli import status_screen
from lifeinit.status.find_init import Found
from lifeinit.status.formatting import human
from lifeinit.status.health import verdict
from lifeinit.status.state_reader import AppProcess, HookResult, State
from lifeinit.status.tree import Node
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, NAMESPACE, PATIENCE, Running, base_environment, listener

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="to become another user takes root")

# Another user, who may still read the interpreter of these tests, wherever it lies.
_READ = "+dac_override,+dac_read_search"
NOT_ROOT = [
    *("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", f"--inh-caps={_READ}", f"--ambient-caps={_READ}")
]

# Processes as the argument describes them. The first is PID 1; the pids count on from there, each before its children.
FAMILY = f"""
import json, os, signal, sys
sys.path.append({str(Path(status_screen.__file__).parents[2])!r})
from lifeinit.engine.state import StateFile, directory

def name(text):
    with open("/proc/self/comm", "w") as comm:
        comm.write(text)

def live(told):
    name(told["name"])
    if "state" in told:
        StateFile(directory(), os.getpid()).write(told["state"] | {{"pid": os.getpid()}})
    for below in told.get("below", ()):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            if below["name"] == "zombie":
                name("zombie")
                os._exit(0)
            live(below)
            os.write(writer, b".")
            os.close(writer)
            signal.pause()
        os.close(writer)
        os.read(reader, 1)
        if below["name"] == "zombie":
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

live(json.loads(sys.argv[1]))
print("ready", flush=True)
signal.pause()
"""

Told = dict[str, object]
NOW = 1_750_000_000.0
HOUR = 3600.0
RUNNING = State(
    version=1, pid=1, starttime=None, phase="running", since=NOW - 2 * HOUR - 180, started=NOW - 2 * HOUR - 190,
    ready=True, reason="", signal=None, restarts=0, exit_status=None,
    processes=(AppProcess("app", 2, NOW - 2 * HOUR - 180, ready=True, status=""),),
    hooks=(),
)  # fmt: skip


def changed(state: State, **fields: object) -> State:
    return State.restored([fields.get(name, getattr(state, name)) for name in State.fields()])


def hook(
    phase: str, name: str, result: str = "ok", *, attempt: int = 1, at: float = NOW, **ended: object
) -> HookResult:
    facts = {"code": 0, "signal": None, "seconds": 2.4} | ended
    return HookResult.restored([phase, name, attempt, result, facts["code"], facts["signal"], facts["seconds"], at])


def told(**fields: object) -> Told:
    """The state of a lifeinit that runs for two hours, as its file holds it."""
    now = time.time()
    app = {"name": "app", "pid": 2, "since": now - 2 * HOUR, "ready": True, "status": "serving"}
    ok = {
        "phase": "pre_start", "hook": "migrate", "attempt": 2, "result": "ok", "code": 0, "signal": None,
        "seconds": 2.4, "at": now - 2 * HOUR,
    }  # fmt: skip
    return {
        "version": 1, "phase": "running", "since": now - 2 * HOUR, "started": now - 2 * HOUR, "ready": True,
        "reason": "", "signal": None, "restarts": 0, "exit_status": None, "processes": [app], "hooks": [ok],
    } | fields  # fmt: skip


class Answer(NamedTuple):
    status: int
    out: str
    err: str


class Family:
    """Processes in a PID namespace of their own, and what a `docker exec` into it would be told."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running = running
        self.folder = folder

    @property
    def file(self) -> Path:
        return self.folder / "1.json"

    def ask(self, *arguments: str, before: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Answer:
        return self.enter(*before, str(LIFEINIT), *arguments, env=env)

    def enter(self, *command: str, env: dict[str, str] | None = None) -> Answer:
        users = ["--user", "--preserve-credentials"] if "--user" in NAMESPACE else []
        done = subprocess.run(
            ["nsenter", f"--target={self.running.pid}", "--pid", "--mount", *users, *command],
            check=False,
            capture_output=True,
            text=True,
            env=base_environment() | {"LIFEINIT_RUN_DIR": str(self.folder)} | (env or {}),
            timeout=PATIENCE,
        )
        return Answer(done.returncode, done.stdout, done.stderr)


Begin = Callable[..., Family]


@pytest.fixture
def family(tmp_path: Path, namespaces: None) -> Iterator[Begin]:  # noqa: ARG001
    started: list[Running] = []

    def begin(name: str = "lifeinit", *below: Told, state: Told | None = None, through: tuple[str, ...] = ()) -> Family:
        first: Told = {"name": name, "below": below} | ({} if state is None else {"state": state})
        command = [*through, sys.executable, "-I", "-S", "-B", "-c", FAMILY, json.dumps(first)]
        folder = tmp_path / "run"
        running = Running(command, tmp_path, base_environment() | {"LIFEINIT_RUN_DIR": str(folder)})
        started.append(running)
        running.expect("ready")
        return Family(running, folder)

    yield begin
    for running in started:
        running.end()


APP: Told = {"name": "app"}
ZOMBIE: Told = {"name": "zombie"}


def steady(text: str) -> str:
    """The screen without what differs from one run to the next: sizes, CPU times, dates, and so the columns' widths."""
    text = re.sub(r"\d+\.\d MiB", "N MiB", text)
    text = re.sub(r"since [\d-]{10} [\d:]{8} UTC", "since DATE", text)
    text = re.sub(r"\d\.\d s( +(?:sleeping|running|ZOMBIE))", r"N s\1", text)
    return re.sub(r"(?<=\S)  +", "  ", text)


# The screen


def test_the_screen_of_a_running_one() -> None:
    state = changed(
        RUNNING,
        restarts=2,
        processes=(
            AppProcess("web", 12, NOW - 2 * HOUR, ready=True, status="Serving, 3 busy"),
            AppProcess("worker", None, NOW - 5, ready=False, status=""),
        ),
        hooks=(
            hook("pre_start", "migrate", "failed", code=3, at=NOW - 2 * HOUR - 190),
            hook("pre_start", "migrate", attempt=2, seconds=75.2, at=NOW - 2 * HOUR - 181),
            hook("pre_start", "pre_start[1]", "timed out", code=None, signal="KILL", at=NOW - 2 * HOUR - 180),
            hook("post_start", "announce", "running", code=None, seconds=None, at=NOW - 61),
        ),
    )
    nodes = [
        Node(1, 0, 0, "lifeinit", "root", "sleeping", 3_355_443, 10_066_329, 0.04, None),
        Node(12, 1, 1, "web", "app", "sleeping", 104_857_600, 209_715_200, 3725.0, None),
        Node(14, 12, 2, "helper", "app", "zombie", None, None, 0.0, None),
        Node(13, 1, 1, "x\x1b[31m", None, "disk-sleep", None, None, None, None),
    ]
    assert status_screen.text(Found(1, state), nodes, NOW) == (
        "lifeinit, pid 1: running for 2 h 3 min, since 2025-06-15 13:03:40 UTC\n"
        "ready: yes\n"
        "started: 2 h 3 min ago, restarts: 2\n"
        "\n"
        "APP     PID  UP   READY  STATUS\n"
        "web     12   2 h  yes    Serving, 3 busy\n"
        "worker  -    -    no\n"
        "\n"
        "HOOK                      RESULT              TOOK        WHEN\n"
        "pre_start migrate         failed, 3           2.4 s       2 h 3 min ago\n"
        "pre_start migrate, try 2  ok                  1 min 15 s  2 h 3 min ago\n"
        "pre_start[1]              timed out, SIGKILL  2.4 s       2 h 3 min ago\n"
        "post_start announce       running             -           1 min 1 s ago\n"
        "\n"
        "PID     USER  USS        RSS        CPU        STATE       NAME\n"
        "1       root  3.2 MiB    9.6 MiB    0.0 s      sleeping    lifeinit\n"
        "  12    app   100.0 MiB  200.0 MiB  1 h 2 min  sleeping    web\n"
        "    14  app   -          -          0.0 s      ZOMBIE      helper\n"
        "  13    -     -          -          -          disk-sleep  x\\x1b[31m\n"
        "4 processes, 1 zombie that no parent has waited for"
    )


def test_the_screen_of_a_stopping_one_that_proc_hides() -> None:
    state = changed(
        RUNNING, phase="post_stop", since=NOW - 3, ready=False, reason="exited", exit_status=137, processes=()
    )
    assert status_screen.text(Found(7, state, hidden=True), None, NOW) == (
        "lifeinit, pid 7: post_stop for 3 s, since 2025-06-15 15:06:37 UTC\n"
        "ready: no\n"
        "started: 2 h 3 min ago, restarts: 0\n"
        "stop: the app exited\n"
        "exit status: 137\n"
        "\n"
        "The processes cannot be shown: /proc does not show process 7 to this user (hidepid?)."
    )


def test_the_whole_screen(family: Begin) -> None:
    """Of processes that live. Their arguments, which may hold secrets, are not in it."""
    here = family("lifeinit", APP | {"below": [ZOMBIE, {"name": "worker"}]}, ZOMBIE, state=told())
    status, out, err = here.ask("status")
    assert steady(out) == (
        "lifeinit, pid 1: running for 2 h, since DATE\n"
        "ready: yes\n"
        "started: 2 h ago, restarts: 0\n"
        "\n"
        "APP  PID  UP  READY  STATUS\n"
        "app  2  2 h  yes  serving\n"
        "\n"
        "HOOK  RESULT  TOOK  WHEN\n"
        "pre_start migrate, try 2  ok  2.4 s  2 h ago\n"
        "\n"
        "PID  USER  USS  RSS  CPU  STATE  NAME\n"
        "1  root  N MiB  N MiB  N s  sleeping  lifeinit\n"
        "  2  root  N MiB  N MiB  N s  sleeping  app\n"
        "    3  root  -  -  N s  ZOMBIE  zombie\n"
        "    4  root  N MiB  N MiB  N s  sleeping  worker\n"
        "  5  root  -  -  N s  ZOMBIE  zombie\n"
        "5 processes, 2 zombies that no parent has waited for\n"
    )
    assert (status, err) == (0, "")


def test_long_shows_the_arguments(family: Begin) -> None:
    here = family("lifeinit", APP, state=told())
    assert "import json" not in here.ask("status").out
    assert "\\nimport json, os, signal, sys\\n" in here.ask("status", "--long").out
    [first, app] = json.loads(here.ask("status", "--json", "--long").out)["tree"]
    assert first["arguments"][1:4] == ["-I", "-S", "-B"]
    assert app["arguments"] == first["arguments"]


def test_a_title_is_no_name(family: Begin) -> None:
    """A program that sets its title, as PostgreSQL and gunicorn do, has all of it in its arguments and begins its name.

    psutil put the two together, which would show what stands behind the name.
    """
    titled = "import os, sys; os.execv(sys.argv[1], ['worker: serving --token=secret', *sys.argv[2:]])"
    here = family("worker: serving", state=told(), through=(sys.executable, "-c", titled))
    assert "  worker: serving\n1 process\n" in here.ask("status").out
    assert "--token=secret" in here.ask("status", "--long").out


def test_json_has_the_state_and_the_tree(family: Begin) -> None:
    state = told()
    here = family("lifeinit", APP, ZOMBIE, state=state)
    status, out, err = here.ask("status", "--json")
    answer = json.loads(out)
    assert (status, err, list(answer)) == (0, "", ["pid", "state", "tree", "zombies"])
    assert (answer["pid"], answer["zombies"]) == (1, 1)
    assert answer["state"] == state | {"pid": 1, "starttime": answer["state"]["starttime"]}
    sizes = [(node.pop("uss_bytes"), node.pop("rss_bytes"), node.pop("cpu")) for node in answer["tree"]]
    assert all(0 < uss < rss for uss, rss, _ in sizes[:2])
    assert sizes[2] == (None, None, 0.0)
    assert answer["tree"] == [
        {"pid": pid, "parent": parent, "depth": depth, "name": name, "user": "root", "state": state, "arguments": None}
        for pid, parent, depth, name, state in [
            (1, 0, 0, "lifeinit", "sleeping"), (2, 1, 1, "app", "sleeping"), (3, 1, 1, "zombie", "zombie"),
        ]
    ]  # fmt: skip


def test_what_a_terminal_would_obey_is_escaped(family: Begin) -> None:
    """Names and texts are the app's. A locale that cannot write one is no reason to fail."""
    process = {"name": "\x1b[2J", "pid": 2, "since": NOW, "ready": True, "status": "€\udcff\n" + "x" * 100}
    here = family("a\x07b", APP, state=told(processes=[process]))
    out = here.ask("status", env={"PYTHONIOENCODING": "latin-1"}).out
    assert f"\\x1b[2J  2    {human(time.time() - NOW)}" in out
    assert "yes    \\u20ac\\udcff\\n" + "x" * 68 + "...\n" in out
    assert "a\\x07b\n" in out


# Which lifeinit


def test_the_only_one_beside_pid_1_is_the_one(family: Begin) -> None:
    here = family("init", APP, APP | {"state": told(phase="pre_stop")})
    assert here.ask("status").out.startswith("lifeinit, pid 3: pre_stop for 2 h")
    assert here.ask("status", "--pid", "3").out == here.ask("status").out
    assert here.ask("health").out == "stopping, in pre_stop for 2 h\n"


def test_pid_1_goes_before_the_others(family: Begin) -> None:
    here = family("lifeinit", APP | {"state": told(phase="starting")}, state=told())
    assert here.ask("status").out.startswith("lifeinit, pid 1: running")
    assert here.ask("status", "--pid", "2").out.startswith("lifeinit, pid 2: starting")
    assert here.ask("status", env={"LIFEINIT_PID": "2"}).out.startswith("lifeinit, pid 2: starting")
    assert here.ask("health", env={"LIFEINIT_PID": "2"}).out == "ready: starting for 2 h\n"


def test_of_several_one_has_to_be_chosen(family: Begin) -> None:
    here = family("init", APP | {"state": told()}, APP | {"state": told()})
    sentence = "lifeinit: several lifeinits run here, with the pids 2 and 3: choose one with --pid\n"
    assert here.ask("status") == (2, "", sentence)
    assert here.ask("health") == (1, "", sentence)
    assert here.ask("status", "--pid", "3").status == 0


def test_where_none_runs(family: Begin) -> None:
    here = family("init", APP)
    about = 'process 1 is "init"'
    sentence = f'lifeinit: no lifeinit runs here: "{here.folder}" holds no state of a live one, and {about}\n'
    assert here.ask("status") == (1, "", sentence)
    assert here.ask("health") == (1, "", sentence)
    assert here.ask("health", "-q") == (1, "", "")
    other = f'lifeinit: process 2 is "app", and "{here.folder}" holds no state of it\n'
    assert here.ask("status", "--pid", "2") == (1, "", other)
    assert here.ask("status", "--pid", "999999") == (1, "", "lifeinit: no process has the pid 999999\n")


def test_what_a_dead_one_left_is_not_taken_for_it(family: Begin) -> None:
    """Its pid is nobody's, a zombie's, or by now another process's, which the start time gives away."""
    here = family("init", APP | {"state": told()}, APP, ZOMBIE)
    left = (here.folder / "2.json").read_text()
    (here.folder / "2.json").unlink()
    (here.folder / "1.json").write_text(edited(left, pid=2, starttime=None))
    (here.folder / "3.json").write_text(edited(left, pid=3, starttime=1))
    for pid in (4, 999_999):
        (here.folder / f"{pid}.json").write_text(edited(left, pid=pid, starttime=None))
    assert here.ask("status").status == 1
    for pid in (1, 2, 3, 4, 999_999):
        assert here.ask("status", "--pid", str(pid)).status == 1
    (here.folder / "2.json").write_text(left)
    assert here.ask("status").out.startswith("lifeinit, pid 2: running")


def edited(text: str, **fields: object) -> str:
    return json.dumps(json.loads(text) | fields)


# Files that are not to be believed


def _fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _link(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def _directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _writes(text: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(text)


def _edits(**fields: object) -> Callable[[Path], object]:
    return lambda file: file.write_text(edited(file.read_text(), **fields))


def _removes(key: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(json.dumps({k: v for k, v in json.loads(file.read_text()).items() if k != key}))


def _edits_hook(**fields: object) -> Callable[[Path], object]:
    return lambda file: file.write_text(
        edited(file.read_text(), hooks=[json.loads(file.read_text())["hooks"][0] | fields])
    )


HOSTILE: list[tuple[str, Callable[[Path], object], str]] = [
    ("fifo", _fifo, "it is no regular file; remove it"),
    ("link", _link, "it is a symbolic link; remove it"),
    ("directory", _directory, "it is no regular file; remove it"),
    ("huge", lambda file: os.truncate(file, 1 << 40), "it is larger than 1 MiB; remove it"),
    ("writable", lambda file: file.chmod(0o666), "others than its owner may write to it; remove it"),
    ("empty", _writes(""), "it holds no JSON"),
    ("half", _writes('{"version": 1, "ph'), "it holds no JSON"),
    ("binary", lambda file: file.write_bytes(bytes(range(256))), "it holds no JSON"),
    ("deep", _writes("[" * 500_000), "it holds no JSON"),
    ("long number", _writes("9" * 10_000), "it holds no JSON"),
    ("NaN", _edits(since=float("nan")), "it holds no JSON"),
    ("list", _writes("[]"), "it holds something else where an object should be"),
    ("version", _edits(version=2), "it is of version 2, and this lifeinit reads version 1"),
    ("endless version", _edits(version=10**4000), 'its "version" is no whole number from 0 to 2147483647'),
    ("no version", _removes("version"), 'it has no "version"'),
    ("missing", _removes("ready"), 'it has no "ready"'),
    ("phase", _edits(phase=["running"]), 'its "phase" is no word that this lifeinit knows'),
    ("since", _edits(since="now"), 'its "since" is no number of seconds'),
    ("far", _edits(since=1e300), 'its "since" is no number of seconds'),
    ("ready", _edits(ready=1), 'its "ready" is no true or false'),
    ("reason", _edits(reason=None), 'its "reason" is no text'),
    ("pid", _edits(pid=-1), 'its "pid" is no whole number from 1 to 2147483647'),
    ("restarts", _edits(restarts=True), 'its "restarts" is no whole number from 0 to 2147483647'),
    ("exit status", _edits(exit_status=256), 'its "exit_status" is no whole number from 0 to 255'),
    ("processes", _edits(processes={}), 'its "processes" is no list'),
    ("process", _edits(processes=[None]), "it holds something else where an object should be"),
    ("hook", _edits_hook(result="well"), 'its "result" is no word that this lifeinit knows'),
    ("hook code", _edits_hook(code="0"), 'its "code" is no whole number from 0 to 255'),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "sentence"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_file_that_is_not_to_be_believed(family: Begin, spoil: Callable[[Path], object], sentence: str) -> None:
    """One sentence, and neither a traceback nor a hang. The same file is fine before that."""
    here = family("lifeinit", APP, state=told())
    assert here.ask("health") == (0, "ready: running for 2 h\n", "")
    spoil(here.file)
    whole = f'lifeinit: cannot use the state file "{here.file}": {sentence}\n'
    assert here.ask("status") == (2, "", whole)
    assert here.ask("health") == (1, "", whole)


@NEEDS_ROOT
def test_a_file_of_another_user_is_not_to_be_believed(family: Begin) -> None:
    """Root's is, whoever lifeinit is; and so is the file of lifeinit's own user."""
    here = family("lifeinit", APP, state=told())
    os.chown(here.file, 4711, 4711)
    why = "it belongs to uid 4711, which is neither root nor uid 0; remove it"
    assert here.ask("status") == (2, "", f'lifeinit: cannot use the state file "{here.file}": {why}\n')


@NEEDS_ROOT
def test_the_state_of_a_lifeinit_that_is_not_root(family: Begin, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", 4711, 4711)
    here = family("lifeinit", APP, state=told(), through=tuple(NOT_ROOT))
    assert here.file.stat().st_uid == 4711
    assert here.ask("health").status == 0
    os.chown(here.file, 0, 0)
    assert here.ask("health").status == 0
    os.chown(here.file, 4712, 4712)
    assert here.ask("health").status == 1


def test_a_bad_file_hides_no_good_one(family: Begin) -> None:
    here = family("init", APP | {"state": told()}, APP)
    (here.folder / "3.json").write_text("planted")
    (here.folder / "x.json").write_text("planted")
    (here.folder / f"{'9' * 40}.json").write_text("planted")
    assert here.ask("status").out.startswith("lifeinit, pid 2: running")
    (here.folder / "2.json").unlink()
    assert here.ask("status") == (
        2, "", f'lifeinit: cannot use the state file "{here.folder}/3.json": it holds no JSON\n',
    )  # fmt: skip


def test_a_run_directory_that_is_none(family: Begin) -> None:
    here = family("init", APP)
    here.folder.write_text("")
    assert here.ask("status").status == 1


# Without a state file


def test_a_plain_init(init: Start, tmp_path: Path) -> None:
    """A real one. It keeps no state, and its processes are shown all the same."""
    running = init(*listener(), env={"LIFEINIT_RUN_DIR": str(tmp_path / "run")})
    running.expect("ready")
    here = Family(running, tmp_path / "run")
    status, out, err = here.ask("status")
    assert re.sub(r"^  \d+", "  N", steady(out), flags=re.MULTILINE) == (
        "lifeinit, pid 1: keeps no state: a plain init does not, nor one that cannot write to "
        f'"{here.folder}"\n'
        "\n"
        "PID  USER  USS  RSS  CPU  STATE  NAME\n"
        "1  root  N MiB  N MiB  N s  sleeping  lifeinit\n"
        f"  N  root  N MiB  N MiB  N s  sleeping  {Path(sys.executable).name}\n"
        "2 processes\n"
    )
    assert (status, err) == (0, "")
    assert json.loads(here.ask("status", "--json").out)["state"] is None
    assert here.ask("health") == (0, "ready: lifeinit keeps no state, but a child of it lives\n", "")
    assert here.ask("health", "--pid", "1").status == 0


@pytest.mark.parametrize(
    ("below", "answer"),
    [
        ([], (1, "not ready: lifeinit keeps no state, and no child of it lives\n", "")),
        ([ZOMBIE], (1, "not ready: lifeinit keeps no state, and no child of it lives\n", "")),
        ([ZOMBIE, APP], (0, "ready: lifeinit keeps no state, but a child of it lives\n", "")),
    ],
    ids=["none", "dead", "alive"],
)
def test_a_plain_init_is_ready_while_a_child_lives(family: Begin, below: list[Told], answer: Answer) -> None:
    assert family("lifeinit", *below).ask("health") == answer


def test_the_one_who_asks_is_no_child(init: Start, tmp_path: Path) -> None:
    """Else a plain init would be ready by being asked."""
    running = init(str(LIFEINIT), "health", env={"LIFEINIT_RUN_DIR": str(tmp_path)})
    assert running.rest() == ["not ready: lifeinit keeps no state, and no child of it lives"]
    assert running.status() == 1


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("command", ["status", "health"])
def test_the_one_who_asks_is_no_lifeinit(tmp_path: Path, command: str) -> None:
    """As PID 1 of a container that was started for the question alone."""
    running = Running([str(LIFEINIT), command], tmp_path, base_environment() | {"LIFEINIT_RUN_DIR": str(tmp_path)})
    assert (running.rest(), running.status()) == ([], 1)
    none = f'lifeinit: no lifeinit runs here: "{tmp_path}" holds no state of a live one'
    assert running.stderr() == [f"{none}, and process 1 is this command itself"]
    running.end()


def test_a_state_file_that_can_be_made_nowhere(family: Begin) -> None:
    """A read-only root: the writer lives on without one."""
    read_only = 'mkdir run; mount -t tmpfs -o ro none run; exec "$@"'
    here = family("lifeinit", APP, state=told(), through=("sh", "-c", read_only, "-"))
    assert here.ask("status").out.startswith("lifeinit, pid 1: keeps no state: ")
    assert here.ask("health").status == 0


# Other users


@NEEDS_ROOT
def test_another_user_sees_what_proc_shows(family: Begin) -> None:
    """All but the memory of its own of a process that is not that user's."""
    here = family("lifeinit", APP, state=told())
    status, out, err = here.ask("status", before=tuple(NOT_ROOT))
    assert steady(out).splitlines()[-4:] == [
        "PID  USER  USS  RSS  CPU  STATE  NAME",
        "1  root  -  N MiB  N s  sleeping  lifeinit",
        "  2  root  -  N MiB  N s  sleeping  app",
        "2 processes",
    ]
    assert (status, err) == (0, "")
    assert here.ask("health", before=tuple(NOT_ROOT)).status == 0


@NEEDS_ROOT
@pytest.mark.parametrize("hidepid", ["noaccess", "invisible"])
def test_a_proc_that_hides_other_users(family: Begin, hidepid: str) -> None:
    """The state is shown and believed, the processes are not shown. Root, the control, sees them."""
    here = family("lifeinit", APP, state=told())
    assert here.enter("mount", "-o", f"remount,hidepid={hidepid}", "/proc").status == 0
    status, out, err = here.ask("status", before=tuple(NOT_ROOT))
    assert out.startswith("lifeinit, pid 1: running for 2 h")
    assert out.splitlines()[-1] == (
        "The processes cannot be shown: /proc does not show process 1 to this user (hidepid?)."
    )
    assert (status, err) == (0, "")
    assert here.ask("status", "--json", before=tuple(NOT_ROOT)).status == 0
    assert here.ask("health", before=tuple(NOT_ROOT)) == (0, "ready: running for 2 h\n", "")
    assert here.ask("status").out.endswith("\n2 processes\n")
    os.chown(here.file, 4712, 4712)
    unknown = "it belongs to uid 4712, and /proc does not show to this user whether lifeinit does"
    whole = f'lifeinit: cannot use the state file "{here.file}": {unknown}\n'
    assert here.ask("status", before=tuple(NOT_ROOT)) == (2, "", whole)
    here.file.unlink()
    none = f'lifeinit: no lifeinit runs here: "{here.folder}" holds no state of a live one'
    hidden = "/proc does not show process 1 to this user (is it mounted with hidepid?)"
    assert here.ask("status", before=tuple(NOT_ROOT)) == (1, "", f"{none}, and {hidden}\n")


@pytest.mark.parametrize("times", [1, 2], ids=["another namespace's", "none"])
def test_a_proc_that_is_not_ours(family: Begin, times: int) -> None:
    """Below the namespace's own one lies that of the machine, whose pids are other processes."""
    here = family("lifeinit", APP, state=told())
    for _ in range(times):
        assert here.enter("umount", "-l", "/proc").status == 0
    status, out, err = here.ask("status")
    assert out.startswith("lifeinit, pid 1: running for 2 h")
    assert out.splitlines()[-1].startswith("The processes cannot be shown")
    assert (status, err) == (0, "")
    assert here.ask("health") == (0, "ready: running for 2 h\n", "")


# The verdict

MIGRATE = hook("pre_start", "migrate", "running", code=None, seconds=None, at=NOW - 12)
FAILED = hook("pre_start", "migrate", "failed", code=3, at=NOW - 2)
WEB = AppProcess("web", 3, NOW - 5, ready=False, status="loading\nit")
UNREADY = AppProcess("app", 2, NOW, ready=False, status="")
STARTING = changed(RUNNING, phase="starting", since=NOW - 5, ready=False)


@pytest.mark.parametrize(
    ("state", "ready", "sentence"),
    [
        (RUNNING, True, "ready: running for 2 h 3 min"),
        (changed(RUNNING, hooks=(MIGRATE,)), True, "ready: running for 2 h 3 min"),
        (changed(STARTING, phase="pre_start", hooks=(MIGRATE,)), False,
         "not ready: pre_start migrate has been running for 12 s"),
        (changed(STARTING, phase="pre_start", hooks=(FAILED,)), False,
         "not ready: pre_start for 5 s, pre_start migrate failed"),
        (changed(STARTING, phase="pre_start", processes=()), False, "not ready: pre_start for 5 s"),
        (changed(STARTING, processes=(*RUNNING.processes, WEB)), False,
         'not ready: starting for 5 s, web is not ready: "loading\\nit"'),
        (changed(STARTING, phase="running", processes=(UNREADY,)), False,
         "not ready: running for 5 s, app is not ready"),
        (changed(STARTING, phase="waiting", restarts=2), False,
         "not ready: waiting for 5 s to start again, restarts so far: 2"),
        (changed(RUNNING, phase="stopping", since=NOW - 3, reason="signal", signal="TERM"), False,
         "stopping for 3 s: SIGTERM"),
        (changed(RUNNING, phase="pre_stop", since=NOW - 3, reason="signal", signal="RTMIN+1"), False,
         "stopping, in pre_stop for 3 s: SIGRTMIN+1"),
        (changed(RUNNING, phase="cleanup", since=NOW - 3, reason="exited"), False,
         "stopping, in cleanup for 3 s: the app exited"),
        (changed(RUNNING, phase="post_stop", since=NOW + 3, reason="pre_start_failed"), False,
         "stopping, in post_stop for 0 s: a pre_start hook failed"),
        (changed(RUNNING, phase="post_stop", reason="moon\x07"), False,
         "stopping, in post_stop for 2 h 3 min: moon\\x07"),
    ],
)  # fmt: skip
def test_the_verdict(state: State, ready: bool, sentence: str) -> None:
    assert verdict(Found(1, state), NOW) == (ready, sentence)


def test_health_by_its_exit_status(family: Begin) -> None:
    """Both ways into it, the one for probes and the one with options, say the same."""
    here = family("lifeinit", APP, state=told())
    for arguments in ([], ["--pid", "1"]):
        assert here.ask("health", *arguments) == (0, "ready: running for 2 h\n", "")
        assert here.ask("health", "-q", *arguments) == (0, "", "")
        assert here.ask("health", "--quiet", *arguments) == (0, "", "")
    here.file.write_text(edited(here.file.read_text(), phase="stopping", reason="signal", signal="TERM"))
    for arguments in ([], ["--pid", "1"]):
        assert here.ask("health", *arguments) == (1, "stopping for 2 h: SIGTERM\n", "")
        assert here.ask("health", "-q", *arguments) == (1, "", "")


def test_a_probe_imports_little(family: Begin) -> None:
    """The control is the way with options, which goes through click."""
    here = family("lifeinit", APP, state=told())
    heavy = {"click", "psutil", "tomllib", "dataclasses", "typing"}

    def imported(*arguments: str) -> set[str]:
        answer = here.ask("health", *arguments, before=(sys.executable, "-X", "importtime"))
        assert answer.status == 0
        return {line.rpartition("|")[2].strip() for line in answer.err.splitlines()}

    assert not heavy & imported()
    assert "click" in imported("--pid", "1")


def test_a_probe_is_not_led_astray_by_the_apps_modules(family: Begin, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("print('mine')")
    here = family("lifeinit", APP, state=told())
    env = {"PYTHONPATH": str(tmp_path)}
    assert here.enter(sys.executable, "-c", "import json", env=env).out == "mine\n"
    assert here.ask("health", env=env) == (0, "ready: running for 2 h\n", "")


@pytest.mark.parametrize("out", ["/dev/full", "&-"])
def test_the_status_is_the_answer_where_nothing_can_be_written(family: Begin, out: str) -> None:
    here = family("lifeinit", APP, state=told())
    assert here.ask("health", before=("sh", "-c", f'exec "$@" >{out} 2>{out}', "-")).status == 0
    here.file.write_text(edited(here.file.read_text(), phase="stopping"))
    assert here.ask("health", before=("sh", "-c", f'exec "$@" >{out} 2>{out}', "-")).status == 1


# The command line


def call(*arguments: str) -> Answer:
    done = subprocess.run(
        [LIFEINIT, *arguments], check=False, capture_output=True, text=True, timeout=PATIENCE,
        env=base_environment() | {"COLUMNS": "80"},
    )  # fmt: skip
    return Answer(done.returncode, done.stdout, done.stderr)


STATUS_HELP = """\
Usage: lifeinit status [OPTIONS]

  Show the running lifeinit: its phase, the app, the last hooks, and the
  processes below it.

  Exits with 0 if there is a live lifeinit, 1 if there is none, and 2 if the
  command line is wrong, its state file is not to be believed, or several run.

Options:
  --pid PID   That lifeinit; else PID 1, else the only other one.
  --json      Print JSON.
  --long      Show arguments too: they may hold secrets.
  -h, --help  Show this message and exit.
"""

HEALTH_HELP = """\
Usage: lifeinit health [OPTIONS]

  Tell whether the app of the running lifeinit is ready: for Docker's
  HEALTHCHECK and for exec probes.

  Exits with 0 if it is, and with 1 if it is not, is being stopped, or nothing
  can be known. A plain init, and one that can write its state nowhere, counts
  as ready while it has a living child.

Options:
  --pid PID    That lifeinit; else PID 1, else the only other one.
  -q, --quiet  Say nothing: the exit status alone.
  -h, --help   Show this message and exit.
"""


def test_the_help() -> None:
    assert call("status", "--help") == (0, STATUS_HELP, "")
    assert call("health", "--help") == (0, HEALTH_HELP, "")


@pytest.mark.parametrize("pid", ["0", "-1", "x", "", "2147483648", "1" * 5000, "²"])
def test_a_pid_that_is_none(pid: str) -> None:
    for command in ("status", "health"):
        status, out, err = call(command, "--pid", pid)
        assert (status, out) == (2, "")
        assert 'no process id: write a number as "7"' in err


@pytest.mark.parametrize("name", ["status", "health"])
def test_an_app_of_that_name_runs_after_the_dashes(init: Start, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("#!/bin/sh\necho mine\n")
    (tmp_path / name).chmod(0o755)
    init(name, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}).expect("mine")
