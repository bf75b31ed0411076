"""The options of `lifeinit.Container`: the values and sentences of the hook file, without one."""

import enum
import inspect
import os
import re
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lifeinit import AlreadyStartedError, Container, UsageError
from lifeinit.api import keywords
from lifeinit.api.target import resolved
from lifeinit.config import keys, parser
from lifeinit.config.model import HookFile
from lifeinit.engine import plan_wire
from lifeinit.engine.plan import PHASES, Inherited

# What Python code writes in place of each of these examples of a hook file.
SPECIAL: dict[str, object] = {"umask": 0o027, "stop_signal": signal.SIGQUIT, "ready_file": Path("/run/app/ready")}


def example(row: keys.Key) -> Any:
    """The example of a row as a Python value."""
    import tomllib  # noqa: PLC0415

    return SPECIAL.get(row.name, tomllib.loads(f"value = {row.example}")["value"])


untyped: Any = Container  # the type checker refuses what the tests below are about


def generator() -> object:
    yield 1


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("this text has no reader")

    __repr__ = __str__


class Bytes:
    def __fspath__(self) -> bytes:
        return b"serve"


HOLDS_ITSELF: dict[str, object] = {}
HOLDS_ITSELF["A"] = HOLDS_ITSELF
LIST_OF_ITSELF: list[object] = []
LIST_OF_ITSELF.append(LIST_OF_ITSELF)


class Text(str):
    __slots__ = ()


class Seconds(float):
    pass


class Number(enum.IntEnum):
    ONE = 1


def file(text: str) -> HookFile:
    return parser.parse(text.encode())


OF_CONTAINER = [
    (table, row)
    for table in ("top", "app")
    for row in keys.TABLES[table].values()
    if row.name not in {*PHASES, "app", "process"}
]


@pytest.mark.parametrize(("table", "row"), OF_CONTAINER, ids=[row.name for _, row in OF_CONTAINER])
def test_each_key_of_the_top_and_of_the_app_is_an_option(table: str, row: keys.Key) -> None:
    written = file(f"{'[app]' if table == 'app' else ''}\n{row.name} = {row.example}\n")
    container = Container(**{row.name: example(row)})
    assert container._settings.over(HookFile()) == written
    assert row.name in inspect.signature(Container).parameters
    doc = str(inspect.getdoc(Container.__init__))
    assert f"{row.name}: {row.doc[:20]}".replace("`", "") in doc
    assert "Default: 'no'" in doc


OF_PROCESS = [row for row in keys.TABLES["process"].values() if row.name != "command"]


@pytest.mark.parametrize("row", OF_PROCESS, ids=lambda row: row.name)
def test_each_key_of_a_process_is_an_option(row: keys.Key) -> None:
    written = file(f'[process.web]\ncommand = "serve"\n{row.name} = {row.example}\n')
    container = Container()
    container.process("web", "serve", **{row.name: example(row)})
    assert container._hook_file(container._processes).process == written.process
    assert row.name in inspect.signature(Container.process).parameters


OF_HOOK = [row for row in keys.TABLES["hook"].values() if row.name not in {"command", "wait_for", "sleep", "drain"}]


@pytest.mark.parametrize("row", OF_HOOK, ids=lambda row: row.name)
@pytest.mark.parametrize("phase", ["pre_start", "post_stop"])
def test_each_key_of_a_hook_is_an_option(row: keys.Key, phase: str) -> None:
    (written,) = getattr(file(f'[[{phase}]]\ncommand = ["true"]\n{row.name} = {row.example}\n'), phase)
    container = Container()
    getattr(container, phase).command(["true"], **{row.name: example(row)})
    (entry,) = getattr(container, phase).entries
    assert entry.written.replaced(name=written.name) == written
    assert entry.default_timeout is (row.name != "timeout")
    assert entry.place.startswith(f"{__file__}:")


def test_what_else_a_hook_can_do() -> None:
    container = Container()
    container.pre_start.wait_for(["tcp://db:5432"], name="db", timeout=timedelta(minutes=1))
    container.pre_start.command(["env", Path("/bin/true")], timeout=None)
    container.pre_stop.sleep("5s")
    container.pre_stop.drain(8000, quiet="2s", timeout="9s")
    drained = file("[pre_stop]\ndrain = { port = 8000, quiet = '2s' }\ntimeout = 9\n").pre_stop[0]
    entry = container.pre_stop.entries[1].written  # type: ignore[union-attr]
    assert entry.replaced(name="pre_stop[0]") == drained
    written = file("[[pre_start]]\nwait_for = 'tcp://db:5432'\nname = 'db'\ntimeout = 60\n[[pre_stop]]\nsleep = '5s'\n")
    assert container.pre_start.entries[0].written == written.pre_start[0]  # type: ignore[union-attr]
    command = container.pre_start.entries[1].written  # type: ignore[union-attr]
    assert (command.command, command.timeout) == (("env", "/bin/true"), None)
    assert container.pre_stop.entries[0].written.replaced(name="pre_stop[0]") == written.pre_stop[0]  # type: ignore[union-attr]
    assert repr(container) == "<Container: pre_start db, pre_start[1]; pre_stop pre_stop[0], pre_stop[1]>"


@pytest.mark.parametrize("table", ["ready", "alive"])
def test_the_tables_of_probes_have_every_key(table: str) -> None:
    typed = keywords.ReadyTable if table == "ready" else keywords.AliveTable
    assert typed.__annotations__.keys() == keys.TABLES[table].keys()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("watchdog", '"watchdog"'),
        ("http://127.0.0.1:8000/healthz", '"http://127.0.0.1:8000/healthz"'),
        ({"watchdog": timedelta(minutes=2), "on_failure": "warn"}, '{ watchdog = "2m", on_failure = "warn" }'),
        ({"command": ("test", "-e", Path("/run/up"))}, '{ command = ["test", "-e", "/run/up"] }'),
        ({"tcp": "127.0.0.1:80", "interval": 1, "failures": 2}, '{ tcp = "127.0.0.1:80", interval = 1, failures = 2 }'),
        ({"watchdog": "500ms"}, '{ watchdog = "500ms" }'),  # check warns of it
    ],
)
def test_alive(value: Any, written: str) -> None:
    assert Container(alive=value)._settings.file.app.alive == file(f"alive = {written}").app.alive


def test_values_of_python() -> None:
    """Signals, sets, None for a dropped signal, and a time for `ready`."""
    container = Container(
        ready=timedelta(seconds=2),
        stop_on={signal.SIGTERM},
        signals={"HUP": None, "USR1": signal.SIGUSR2},
        success_exit_codes={3, signal.SIGTERM},
        umask="077",
        user=None,
    )
    text = 'ready = "2s"\nstop_on = ["TERM"]\nsignals = { HUP = "", USR1 = "USR2" }\n'
    text += '[app]\nsuccess_exit_codes = [3, "SIGTERM"]\numask = "077"\n'
    assert container._settings.over(HookFile()) == file(text)


def test_the_code_takes_precedence_over_the_hook_file(tmp_path: Path) -> None:
    path = tmp_path / "hooks.toml"
    path.write_text(
        'stop_timeout = "9s"\nkill_after = "3s"\n[app]\numask = "022"\nenvironment = { A = "1", B = "1" }\n'
    )
    container = Container(config=path, stop_timeout="25s", environment={"B": "2"})
    merged = container._hook_file({})
    assert (merged.stop_timeout, merged.kill_after, merged.app.umask) == (25, 3, 0o022)
    assert merged.app.environment == {"A": "1", "B": "2"}


def test_a_process_that_both_have(tmp_path: Path) -> None:
    path = tmp_path / "hooks.toml"
    path.write_text('[process.web]\ncommand = "serve"\n')
    container = Container(config=path)
    container.process("web", "serve")
    with pytest.raises(ValueError, match=r'^process "web" is in the hook file too: give one of them another name$'):
        container._hook_file(container._processes)


@pytest.mark.parametrize(
    ("use", "sentence"),
    [
        (
            lambda _: untyped(alive=8000),
            'alive is a number "8000", which may be a port: write "tcp://127.0.0.1:8000" or "http://127.0.0.1:8000/',
        ),
        (
            lambda _: untyped(alive="5s"),
            'alive is "5s", a duration, which only ready takes: write alive = { watchdog = "5s" }',
        ),
        (lambda _: untyped(alive={"htp": "x"}), 'unknown key "htp": did you mean "http"?'),
        (lambda _: untyped(alive={"watchdog": timedelta()}), 'watchdog is "0'),
        (
            lambda _: untyped(alive={"http": "http://web/", "on_failure": "abort"}),
            'on_failure is "abort": did you mean "stop"?',
        ),
        (
            lambda _: untyped(alive={"http": "http://web/", "timeout": "1m"}),
            'timeout is "1m", and interval times failures is only 30 s',
        ),
        (lambda _: untyped(ready=8000), 'ready is a number "8000", which may be a time or a port: write'),
        (lambda _: untyped(stop_timout=5), 'unknown option "stop_timout": did you mean "stop_timeout"?'),
        (lambda _: untyped(stop_timeout=0), 'stop_timeout is "0", which leaves no time at all: write at least "1s"'),
        (lambda _: untyped(user=7), 'user is a number "7", not a string: put it in quotes'),
        (lambda _: untyped(config=7), 'config is "7" (int): write the path of a hook file'),
        (lambda _: untyped(ready=b"notify"), "ready holds \"b'notify'\" (bytes): write a string, a number, a list"),
        (lambda _: untyped(environment={"A": 1}), "A is a number, not a string: put it in quotes"),
        (lambda _: untyped(environment={1: "A"}), 'environment holds "1" (int) as a name: write a string'),
        (lambda _: untyped(restart="allways"), 'restart is "allways": write "no", "on-failure" or "always"'),
        (lambda _: untyped(environment=HOLDS_ITSELF), "A holds a value that is nested too deep, or holds itself"),
        (lambda _: untyped(stop_on=LIST_OF_ITSELF), "a list holds a value that is nested too deep, or holds itself"),
        (lambda _: untyped(user=Unprintable()), 'user holds "<'),
        (lambda _: untyped(working_dir=Bytes()), "working_dir holds \"b'serve'\" (bytes): write a string"),
        (lambda _: untyped(user="a\ud800\nb"), r'user holds "a\ud800\nb", which this system cannot encode'),
        (lambda _: untyped(**{"a\nb": 1}), r'unknown option "a\nb": '),
        (lambda _: untyped(pre_start="serve"), '"pre_start" is not an option but an attribute of the container: deco'),
        (lambda _: untyped(process={}), '"process" is not an option but an attribute of the container: call it'),
        (lambda c: c.run(), 'run() has nothing to run: pass a list such as ["gunicorn", "shop:app"], a shell line, or'),
        (lambda c: c.run(Unprintable()), 'run() cannot run "<'),
        (lambda c: c.run(Bytes()), "a list holds \"b'serve'\" (bytes): write a string"),
        (
            lambda c: c.run(lambda one, two: (one, two), 1),
            "the app cannot be called with these arguments: missing a required argument: 'two'",
        ),
        (
            lambda c: c.process("web", lambda one: one),
            "the function of process \"web\" cannot be called with no argument: missing a required argument: 'one'",
        ),
        (lambda c: c.process("app", "serve"), '"app" is reserved for the command after --'),
        (lambda c: c.process("web", ""), 'command is "", an empty string: write'),
        (lambda c: c.process(7, "serve"), 'the name of a process is "7" (int): write a string'),
        (lambda c: c.process([], "serve"), 'the name of a process is "[]" (list): write a string'),
        (
            lambda c: c.process("web", generator),
            'the function of process "web" is a generator, which would not run: return instead of yield',
        ),
        (lambda c: c.run(generator), "the app is a generator, which would not run: return instead of yield"),
        (lambda c: c.run(["a\0b"]), r'"a\x00b" contains a NUL character, which no command line can contain: remove it'),
        (lambda c: c.run("a\0b"), r'"a\x00b" contains a NUL character, which no command line can contain: remove it'),
        (lambda c: c.run(""), 'command is "", an empty string: write'),
        (lambda c: c.process("web", "serve", usr="app"), 'unknown option "usr": did you mean "user"?'),
        (lambda c: c.process("web", "serve", command="x"), 'unknown option "command": '),
        (lambda c: [c.process("web", "serve") for _ in range(2)], 'process "web" was added before: give this one'),
        (lambda c: c.pre_start.command([]), 'command is "[]", an empty list: write'),
        (lambda c: c.pre_start.command("a", retries="3"), 'retries is "3": write 3, without quotes'),
        (lambda c: c.pre_start.command("a", retries=1.5), 'retries is "1.5": write a whole number from 0 to 1000'),
        (lambda c: c.pre_start.command("a", timeout=0), 'timeout is "0", which leaves no time at all'),
        (lambda c: [c.pre_start.command("a", name="a") for _ in range(2)], 'name is "a", as of another pre_start'),
        (lambda c: c.pre_start.wait_for("db"), 'wait_for contains "db", '),
        (lambda c: c.pre_stop.sleep("5s", user="app"), 'unknown option "user": the options are name, on_failure, once'),
        (lambda c: c.pre_stop.sleep("soon"), 'sleep is "soon", not a duration'),
    ],
)
def test_what_is_wrong_has_the_sentence_of_the_hook_file(use: Callable[[Any], object], sentence: str) -> None:
    """It is raised at its own line, before anything is started."""
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}"):
        use(Container())


def test_after_the_start_nothing_can_be_added() -> None:
    container = Container()
    for registrar in container._registrars.values():
        registrar.closed = "it was started"
    with pytest.raises(AlreadyStartedError, match=r"^it was started$"):
        container.process("web", "serve")
    with pytest.raises(AlreadyStartedError, match=r"^it was started$"):
        container.pre_stop.sleep(1)


def test_a_plan_calls_functions_by_their_numbers() -> None:
    """The app's come first, then the callbacks; the plan has the form in which it reaches PID 1."""
    container = Container()
    container.process("worker", lambda: 7)
    container.pre_start(lambda: None)
    container.pre_start.command("true")
    container.post_stop(lambda: None)
    inherited = Inherited((), False, False, None)
    plan, functions, app_is_function = container._plan(("app",), {"app": lambda: 3}, {}, inherited, 0)
    assert [process.program.call for process in plan.processes] == [1, 0]
    hooks = [hook.program.call for phase in PHASES for hook in plan.hooks(phase) if hook.program]
    assert (hooks, len(functions), app_is_function) == ([2, None, 3], 4, True)
    assert plan_wire.from_wire(plan_wire.to_wire(plan)) == plan


def test_the_plan_takes_subclasses_of_text_and_numbers() -> None:
    """As those of enum and numpy: the form in which it reaches PID 1 holds none."""
    text: Any = Text("web")
    number: Any = Number.ONE
    container = Container(
        environment={text: text},
        restart="on-failure",
        max_restarts=number,
        success_exit_codes=[number],
        ready={"after": Seconds(1)},
        config=None,
    )
    container.process(text, [text, text], user=Text(str(os.geteuid())))
    container.pre_start.command([text], name=text, retries=number)
    container.post_stop(name=text, retries=number, timeout=Seconds(1))(print)
    command, functions = resolved("run", [text], [text], ())
    plan, *_ = container._plan(command, functions, {}, Inherited((), False, False, None), 0)
    assert plan_wire.from_wire(plan_wire.to_wire(plan)) == plan


def test_start_is_refused_in_pytest() -> None:
    """It would end this session."""
    with pytest.raises(UsageError, match=r"^start\(\) would take the place of pytest: call container\.run\("):
        Container().start("true")
