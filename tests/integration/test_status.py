"""`lifeinit status` and `lifeinit health`, on processes that are alive and publish a state."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGTERM
from typing import NamedTuple

import pytest

from lifeinit.cli import status_screen
from lifeinit.status import proc, published_state
from lifeinit.values.duration_text import rough
from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import LIFEINIT, NAMESPACE, PATIENCE, Running, base_environment, listener

# Another user, who may still read the interpreter of these tests, wherever it lies.
_READ = "+dac_override,+dac_read_search"
NOT_ROOT = [
    *("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", f"--inh-caps={_READ}", f"--ambient-caps={_READ}")
]

# Processes as the argument describes them. The first is PID 1; the pids count on from there, each before its children.
# One may publish a state, or a text in a memory file of that name, as another user too.
FAMILY = f"""
import fcntl, json, os, signal, sys
import ctypes
sys.path.append({str(Path(status_screen.__file__).parents[2])!r})
from lifeinit.engine.state import NAME, StateMemory

kept = []

def name(text):
    with open("/proc/self/comm", "w") as comm:
        comm.write(text)

def live(told):
    name(told["name"])
    if "uid" in told:
        os.setuid(told["uid"])
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after an exec
    if "state" in told:
        kept.append(StateMemory())
        kept[-1].write({{"pid": os.getpid()}} | told["state"])
    if "text" in told:
        text = told["text"].encode() * told.get("times", 1)
        os.write(os.memfd_create(NAME), text)
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
HOUR = 3600.0


def told(**fields: object) -> Told:
    """The state of a lifeinit that runs for two hours, as it publishes it."""
    now = time.time()
    app = {
        "name": "app", "pid": 2, "since": now - 2 * HOUR, "ready": True, "status": "serving", "alive": None,
        "alive_since": None, "alive_detail": None, "probe": None,
    }  # fmt: skip
    ok = {
        "phase": "pre_start", "hook": "migrate", "attempt": 2, "result": "ok", "code": 0, "signal": None,
        "seconds": 2.4, "at": now - 2 * HOUR, "file": None,
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

    def __init__(self, running: Running) -> None:
        self.running = running

    def ask(self, *arguments: str, before: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Answer:
        return self.enter(*before, str(LIFEINIT), *arguments, env=env)

    def enter(self, *command: str, env: dict[str, str] | None = None) -> Answer:
        users = ["--user", "--preserve-credentials"] if "--user" in NAMESPACE else []
        done = subprocess.run(
            ["nsenter", f"--target={self.running.pid}", "--pid", "--mount", *users, *command],
            check=False,
            capture_output=True,
            text=True,
            env=base_environment() | (env or {}),
            timeout=PATIENCE,
        )
        return Answer(done.returncode, done.stdout, done.stderr)


Begin = Callable[..., Family]


@pytest.fixture
def family(tmp_path: Path, namespaces: None) -> Iterator[Begin]:  # noqa: ARG001
    started: list[Running] = []

    def begin(name: str = "lifeinit", *below: Told, through: tuple[str, ...] = (), **first: object) -> Family:
        described = json.dumps({"name": name, "below": below} | first)
        command = [*through, sys.executable, "-I", "-S", "-B", "-c", FAMILY, described]
        running = Running(command, tmp_path, base_environment())
        started.append(running)
        running.expect("ready")
        return Family(running)

    yield begin
    for running in started:
        running.end()


APP: Told = {"name": "app"}
ZOMBIE: Told = {"name": "zombie"}
LIFEINIT_BELOW: Told = {"name": "lifeinit"}

# Publishes state after state, as PID 1 does. What each says of itself is by its number.
WRITER = f"""
import os, sys
sys.path.append({str(Path(status_screen.__file__).parents[2])!r})
from lifeinit.engine.state import StateMemory
memory, number = StateMemory(), 0
while True:
    hook = dict(phase="pre_start", hook="x" * 100, attempt=number, result="ok", code=0, signal=None, seconds=1, at=1,
        file=None)
    memory.write(dict(version=1, pid=1, phase="running", since=1, started=1, ready=True, reason="", signal=None,
        restarts=number, exit_status=None, processes=[], hooks=[hook] * (number % 50)))
    if not number:
        print("ready", flush=True)
    number += 1
"""

# Runs its arguments where memfd_create(2) fails with EPERM, by a filter of four instructions. seccomp(2)
FORBID_MEMFD = """
import ctypes, os, platform, struct, sys
number = {"x86_64": 319, "aarch64": 279}[platform.machine()]
load, jump, deny, allow = (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)
program = b"".join(struct.pack("HBBI", *instruction) for instruction in (load, jump, deny, allow))
code = ctypes.create_string_buffer(program)
filters = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, filters, 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])
"""


def steady(text: str) -> str:
    """The screen without what differs from one run to the next: sizes, CPU times, dates, and so the columns' widths."""
    text = re.sub(r"\d+\.\d MiB", "N MiB", text)
    text = re.sub(r"since [\d-]{10} [\d:]{8} UTC", "since DATE", text)
    text = re.sub(r"\d\.\d s( +(?:sleeping|running|ZOMBIE))", r"N s\1", text)
    return re.sub(r"(?<=\S)  +", "  ", text)


# The screen


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
        "5 processes, 2 zombies (not reaped by the parent)\n"
    )
    assert (status, err) == (0, "")


def test_long_shows_the_arguments(family: Begin) -> None:
    here = family("lifeinit", APP, state=told())
    assert "import json" not in here.ask("status").out
    assert "\\nimport fcntl, json, os, signal, sys\\n" in here.ask("status", "--long").out
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
    process = {
        "name": "\x1b[2J", "pid": 2, "since": 1_750_000_000.0, "ready": True, "status": "€\udcff\n" + "x" * 100,
        "alive": None, "alive_since": None, "alive_detail": None, "probe": None,
    }  # fmt: skip
    here = family("a\x07b", APP, state=told(processes=[process]))
    out = here.ask("status", env={"PYTHONIOENCODING": "latin-1"}).out
    assert f"\\x1b[2J  2    {rough(time.time() - 1_750_000_000.0)}" in out
    assert "yes    \\u20ac\\udcff\\n" + "x" * 68 + "...\n" in out
    assert "a\\x07b\n" in out


# Which lifeinit


def test_the_only_one_beside_pid_1_is_the_one(family: Begin) -> None:
    here = family("init", APP, LIFEINIT_BELOW | {"state": told(phase="pre_stop")})
    assert here.ask("status").out.startswith("lifeinit, pid 3: pre_stop for 2 h")
    assert here.ask("status", "--pid", "3").out == here.ask("status").out
    assert here.ask("health").out == "stopping, in pre_stop for 2 h\n"


def test_pid_1_takes_precedence(family: Begin) -> None:
    here = family("lifeinit", LIFEINIT_BELOW | {"state": told(phase="starting")}, state=told())
    assert here.ask("status").out.startswith("lifeinit, pid 1: running")
    assert here.ask("status", "--pid", "2").out.startswith("lifeinit, pid 2: starting")
    assert here.ask("status", env={"LIFEINIT_PID": "2"}).out.startswith("lifeinit, pid 2: starting")
    assert here.ask("health", env={"LIFEINIT_PID": "2"}).out == "ready: starting for 2 h\n"


def test_of_several_one_has_to_be_chosen(family: Begin) -> None:
    here = family("init", LIFEINIT_BELOW | {"state": told()}, LIFEINIT_BELOW | {"state": told()})
    sentence = "lifeinit: several lifeinits run here, with the pids 2 and 3: choose one with --pid\n"
    assert here.ask("status") == (2, "", sentence)
    assert here.ask("health") == (1, "", sentence)
    assert here.ask("status", "--pid", "3").status == 0


def test_of_nested_ones_the_outermost_is_meant(family: Begin) -> None:
    """A process of the same user that pretends to be a lifeinit lives below the real one, whose app it is."""
    nested = LIFEINIT_BELOW | {"state": told()}
    here = family("init", LIFEINIT_BELOW | {"state": told(phase="pre_stop"), "below": [APP | {"below": [nested]}]})
    assert here.ask("health") == (1, "stopping, in pre_stop for 2 h\n", "")
    assert here.ask("health", "--pid", "4").status == 0


@needs.ROOT
def test_another_users_process_is_not_believed(family: Begin) -> None:
    """Beside PID 1 anybody may publish a state of that name. Who names its pid believes it."""
    here = family("init", LIFEINIT_BELOW | {"uid": 4711, "state": told()})
    other = "another user or container may have pid 2: choose it with --pid"
    assert here.ask("health") == (1, "", f"lifeinit: no lifeinit is running here; {other}\n")
    assert here.ask("health", "--pid", "2") == (0, "ready: running for 2 h\n", "")


@needs.ROOT
def test_in_a_pod_that_shares_its_processes_each_container_has_its_own(family: Begin) -> None:
    """Who asks has other mounts than PID 1 and the other one, as in another container: neither is meant."""
    elsewhere = ("unshare", "--mount", "--propagation", "unchanged")
    here = family("lifeinit", LIFEINIT_BELOW | {"state": told(phase="starting")}, state=told(phase="pre_stop"))
    other = "another user or container may have pid 1, 2: choose it with --pid"
    assert here.ask("health", before=elsewhere) == (1, "", f"lifeinit: no lifeinit is running here; {other}\n")
    assert here.ask("health", "--pid", "1", before=elsewhere).out == "stopping, in pre_stop for 2 h\n"


def test_where_none_runs(family: Begin) -> None:
    here = family("init", APP)
    sentence = 'lifeinit: no lifeinit is running here: process 1 is "init"\n'
    assert here.ask("status") == (1, "", sentence)
    assert here.ask("health") == (1, "", sentence)
    assert here.ask("health", "-q") == (1, "", "")
    assert here.ask("status", "--pid", "2") == (1, "", 'lifeinit: process 2 is "app", not lifeinit\n')
    assert here.ask("status", "--pid", "999999") == (1, "", "lifeinit: no process has the pid 999999\n")


def test_a_child_that_lifeinit_forked_is_not_it(family: Begin) -> None:
    """It holds a copy of the state, under the same name."""
    here = family("init", LIFEINIT_BELOW | {"state": told(), "below": [LIFEINIT_BELOW]})
    assert here.ask("status").out.startswith("lifeinit, pid 2: running")
    assert here.ask("health", "--pid", "3").status == 1


@pytest.mark.parametrize(
    ("text", "times", "sentence"),
    [
        ("", 1, "it is not valid JSON"),
        ("{}", 1, 'it has no "version"'),
        ("x", 1 << 18, "it is not valid JSON"),
        ("x", (1 << 18) + 1, "it is larger than 256 KiB"),
    ],
    ids=["empty", "no state", "long", "too long"],
)
def test_a_state_that_is_none(family: Begin, text: str, times: int, sentence: str) -> None:
    """One sentence, and neither a traceback nor a hang. In test_state_reader is more of what is no state."""
    here = family("lifeinit", APP, text=text, times=times)
    whole = f"lifeinit: cannot use the state of process 1: {sentence}\n"
    assert here.ask("status") == (2, "", whole)
    assert here.ask("health") == (1, "", whole)


def test_a_state_is_read_whole_while_it_changes(tmp_path: Path, namespaces: None) -> None:  # noqa: ARG001
    """A reader that comes between two writes, or in one, has the old state or the new one.

    The writer, PID 1, writes as fast as it can, long and short ones by turns. Each text says what the others have to
    say: a mixture of two would be no JSON, or contradict itself.
    """
    writer = Running([sys.executable, "-I", "-S", "-B", "-c", WRITER], tmp_path, base_environment())
    try:
        writer.expect("ready")
        process = proc.look(writer.pid)
        assert process is not None
        seen = set()
        for _ in range(3000):
            state = published_state.read(process)
            assert state is not None
            number = state.restarts
            assert [hook.attempt for hook in state.hooks] == [number] * (number % 50)
            seen.add(number)
        assert len(seen) > 50  # the control: it did change meanwhile
    finally:
        writer.end()


# Without a state


def test_a_plain_init(init: Start) -> None:
    """A real one. It publishes its state as any other, so that its health is known and not guessed."""
    running = init(*listener())
    running.expect("ready")
    here = Family(running)
    status, out, err = here.ask("status")
    out = re.sub(r"\b\d+ s\b", "N s", steady(out))
    assert re.sub(r"^  \d+", "  N", out, flags=re.MULTILINE) == (
        "lifeinit, pid 1: running for N s, since DATE\n"
        "ready: yes\n"
        "started: N s ago, restarts: 0\n"
        "\n"
        "APP  PID  UP  READY  STATUS\n"
        f"app  {json.loads(here.ask('status', '--json').out)['state']['processes'][0]['pid']}  N s  yes\n"
        "\n"
        "PID  USER  USS  RSS  CPU  STATE  NAME\n"
        "1  root  N MiB  N MiB  N s  sleeping  lifeinit\n"
        f"  N  root  N MiB  N MiB  N s  sleeping  {Path(sys.executable).name}\n"
        "2 processes\n"
    )
    assert (status, err) == (0, "")
    answer = here.ask("health")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("ready: running for ")


@pytest.mark.parametrize("below", [[], [APP]], ids=["no child", "a child"])
def test_a_lifeinit_without_a_state_is_not_ready(family: Begin, below: list[Told]) -> None:
    """Whatever lives below it: a hook may be that, or an app that is not ready."""
    answer = family("lifeinit", *below).ask("health")
    assert (answer.status, answer.err) == (1, "")
    assert answer.out.startswith("not ready: lifeinit, pid 1, publishes no state: ")


def test_below_another_init_one_without_a_state_is_not_ready_either(family: Begin) -> None:
    answer = family("init", LIFEINIT_BELOW).ask("health")
    assert answer.out.startswith("not ready: lifeinit, pid 2, publishes no state: ")
    assert answer.status == 1


def test_memory_files_that_a_seccomp_profile_forbids(init: Start) -> None:
    """The app runs all the same; health says that it cannot know."""
    running = init(*listener("TERM=0"), through=[sys.executable, "-I", "-c", FORBID_MEMFD])
    running.expect("ready")
    answer = Family(running).ask("health")
    assert (answer.status, answer.out.partition(":")[0]) == (1, "not ready")
    running.send(SIGTERM)
    running.expect("TERM")
    assert running.status() == 0


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("command", ["status", "health"])
def test_the_one_who_asks_is_no_lifeinit(tmp_path: Path, command: str) -> None:
    """As PID 1 of a container that was started for the question alone."""
    running = Running([str(LIFEINIT), command], tmp_path, base_environment())
    assert (running.rest(), running.status()) == ([], 1)
    assert running.stderr() == ["lifeinit: no lifeinit is running here: process 1 is this command itself"]
    running.end()


# Other users


@needs.ROOT
def test_another_user_may_not_read_the_state(family: Begin) -> None:
    """Whose app is ready: an unknown state is none that one could rely on. The control is root."""
    here = family("lifeinit", APP, state=told())
    sentence = (
        "lifeinit: this user may not read the state of lifeinit, pid 1: "
        "run this command as root, for example with docker exec --user 0\n"
    )
    assert here.ask("status", before=tuple(NOT_ROOT)) == (2, "", sentence)
    assert here.ask("health", before=tuple(NOT_ROOT)) == (1, "", sentence)
    assert here.ask("health") == (0, "ready: running for 2 h\n", "")


@needs.ROOT
def test_below_a_pid_1_that_this_user_may_not_read_nobody_else_is_asked(family: Begin) -> None:
    """A process of the app that pretended to be a lifeinit was "ready", for who asked as the app's user."""
    app = APP | {"uid": 4711, "below": [LIFEINIT_BELOW | {"state": told()}]}
    here = family("lifeinit", app, state=told(phase="starting", ready=False))
    answer = here.ask("health", before=tuple(NOT_ROOT))
    assert (answer.status, answer.out) == (1, "")
    assert "this user may not read the state of lifeinit, pid 1" in answer.err


@needs.ROOT
def test_the_state_of_a_lifeinit_that_is_not_root(family: Begin) -> None:
    """Its own user may read it, and root with CAP_SYS_PTRACE, which containers do not have; nobody else."""
    here = family("lifeinit", APP, state=told(), through=tuple(NOT_ROOT))
    assert here.ask("health", before=tuple(NOT_ROOT)) == (0, "ready: running for 2 h\n", "")
    assert here.ask("health") == (0, "ready: running for 2 h\n", "")
    other = tuple(word.replace("4711", "4712") for word in NOT_ROOT)
    for before in (other, ("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace")):
        answer = here.ask("health", before=before)
        assert (answer.status, answer.out) == (1, "")
        assert "run this command as uid 4711, for example with docker exec --user 4711" in answer.err


@needs.ROOT
@pytest.mark.parametrize("hidepid", ["noaccess", "invisible"])
def test_a_proc_that_hides_other_users(family: Begin, hidepid: str) -> None:
    here = family("lifeinit", APP, state=told())
    assert here.enter("mount", "-o", f"remount,hidepid={hidepid}", "/proc").status == 0
    for command, status in (("status", 2), ("health", 1)):
        answer = here.ask(command, before=tuple(NOT_ROOT))
        assert (answer.status, answer.out) == (status, "")
        assert "/proc does not show process 1 to this user" in answer.err
    assert here.ask("health").status == 0


@pytest.mark.parametrize("times", [1, 2], ids=["another namespace's", "none"])
def test_a_proc_that_is_not_ours(family: Begin, times: int) -> None:
    """Below the namespace's own one lies that of the machine, whose pids are other processes."""
    here = family("lifeinit", APP, state=told())
    for _ in range(times):
        assert here.enter("umount", "-l", "/proc").status == 0
    whole = "lifeinit: /proc is not mounted, or shows another PID namespace: the state is read from /proc\n"
    assert here.ask("status") == (2, "", whole)
    assert here.ask("health") == (1, "", whole)


# The verdict


def test_health_by_its_exit_status(family: Begin) -> None:
    """Both ways into it, the one for probes and the one with options, say the same."""
    here = family("lifeinit", APP, state=told())
    for arguments in ([], ["--pid", "1"]):
        assert here.ask("health", *arguments) == (0, "ready: running for 2 h\n", "")
        assert here.ask("health", "-q", *arguments) == (0, "", "")
        assert here.ask("health", "--quiet", *arguments) == (0, "", "")
    here = family("lifeinit", APP, state=told(phase="stopping", reason="signal", signal="TERM"))
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
    here = family("lifeinit", APP, state=told(phase="stopping"))
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

  Run it as the user that lifeinit runs as.

  Exits with 0 if lifeinit is running, 1 if it is not, and 2 if the command
  line is invalid, the state cannot be read, or several lifeinits are running.

Options:
  --pid PID   Choose a lifeinit (default: PID 1, or the only one).
  --json      Print JSON.
  --long      Show arguments too, which may contain secrets.
  -h, --help  Show this message and exit.
"""

HEALTH_HELP = """\
Usage: lifeinit health [OPTIONS]

  Check whether the app of the running lifeinit works, for Docker's
  HEALTHCHECK and for exec probes.

  The app works if it is ready, not being stopped and not unhealthy. With
  `alive`, health reports its verdict. Without `alive`, it tries an http,
  https, tcp or unix target of `ready` once more, as the app's user.

  Run it as the user that lifeinit runs as, and let the runtime wait longer
  than --timeout: Docker waits 30 s, Kubernetes 1 s (timeoutSeconds).

  Exits with 0 if the app works, and with 1 if it does not, or its state
  cannot be read.

Options:
  --pid PID           Choose a lifeinit (default: PID 1, or the only one).
  --timeout DURATION  Limit a new try to this time.  [default: 5s]
  -q, --quiet         Print nothing.
  -h, --help          Show this message and exit.
"""


def test_the_help() -> None:
    assert call("status", "--help") == (0, STATUS_HELP, "")
    assert call("health", "--help") == (0, HEALTH_HELP, "")


@pytest.mark.parametrize("pid", ["0", "-1", "x", "", "2147483648", "1" * 5000, "²"])
def test_a_pid_that_is_none(pid: str) -> None:
    for command in ("status", "health"):
        status, out, err = call(command, "--pid", pid)
        assert (status, out) == (2, "")
        assert 'not a process id: write a number such as "7"' in " ".join(err.split())


@pytest.mark.parametrize("name", ["status", "health"])
def test_an_app_of_that_name_runs_after_the_dashes(init: Start, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("#!/bin/sh\necho mine\n")
    (tmp_path / name).chmod(0o755)
    init(name, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}).expect("mine")
