"""From a hook file and options to the plan: every row of the table of keys fills the field that it names."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from lifeinit.config import keys, parser, users
from lifeinit.config.diagnostic import HookFileError
from lifeinit.config.keys import Key
from lifeinit.config.planner import Options, make_plan
from lifeinit.config.stop_timeout import stop_timeout_of
from lifeinit.engine import plan as plans
from lifeinit.engine.plan import PHASES, Hook, Identity, Inherited, Plan, Program, Restart, User
from lifeinit.engine.plan_wire import from_wire, to_wire
from lifeinit.engine.record import Record
from lifeinit.engine.signals import number_of

if TYPE_CHECKING:
    from lifeinit.engine.plan import HookPhase

INHERITED = Inherited(mask=(1,), sigchld_ignored=True, lc_ctype_added=True, directory=b"/srv", ignored=(2,))
OWN_USER = f"{os.geteuid()}:{os.getegid()}"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="to become another user takes root")
RECORDS = (Plan, Hook, plans.Process, plans.Ready, plans.Alive, Restart, Program, Identity)


def number(name: str) -> int:
    found = number_of(name)
    assert found is not None
    return found


def planned(text: str = "", options: Options | None = None, command: tuple[str, ...] = ("app",)) -> Plan:
    return make_plan(command, INHERITED, parser.parse(text.encode()), options or Options(), "hooks.toml")


def hook(text: str, phase: "HookPhase" = "pre_start", options: Options | None = None) -> Hook:
    (found,) = planned(text, options).hooks(phase)
    return found


# The rows.

# What stands before a key, and the key that it takes the place of, so that the file is right with it and without it.
BASES = {
    "top": "",
    "app": "[app]\n",
    "process": '[process.web]\ncommand = "web"\n',
    "hook": '[[pre_start]]\ncommand = "migrate"\n',
    "drain": "[pre_stop.drain]\nport = 80\n",
    "ready": '[ready]\nhttp = "https://127.0.0.1/"\n',
    "alive": '[alive]\nhttp = "https://127.0.0.1/"\n',
}
CASES = [(table, key) for table in keys.TABLES for key in keys.TABLES[table].values()]
# Fields that hold what has changed, and fields that a key changes beside its own.
OUTER = {
    *(
        "Plan.processes",
        "Plan.pre_start",
        "Plan.pre_stop",
        "Process.program",
        "Process.ready",
        "Process.alive",
        "Process.restart",
    ),
    *("Ready.program", "Alive.program", "Program.identity", "Program.module", "Hook.program"),
}
ALSO = {
    "user": {"Identity.environment"},
    "sleep": {"Hook.timeout", "Hook.default_timeout"},
    "timeout": {"Hook.default_timeout"},
    "app": {"Identity.environment", "Identity.user"},
}


def example(key: Key) -> str:
    """An example that this machine can plan: its own user is the one that is known to exist."""
    return key.example.replace('"app"', f'"{OWN_USER}"') if key.name in {"user", "app"} else key.example


def with_and_without(table: str, key: Key) -> tuple[Plan, Plan]:
    base = BASES[table]
    if key.name == "drain":
        base = base.replace("pre_start", "pre_stop")
    stays = base.splitlines()[:1] if key.one_of or key.name in {"command", "port"} else base.splitlines()
    needed = [f"{key.needs} = {keys.TABLES[table][key.needs].example}"] if key.needs else []
    command = () if table == "process" and key.name != "after" else ("app",)
    lines = "\n".join([*needed, ""])
    return (
        planned("\n".join([*stays, *needed, f"{key.name} = {example(key)}"]), command=command),
        planned(base + lines, command=command),
    )


def changes(before: object, after: object) -> Iterator[str]:
    """Each field in which two plans differ, and each that holds such a field: `Program.argv`, `Hook.program`."""
    if isinstance(before, Record) and type(before) is type(after):
        for field in before.fields():
            inner = list(changes(getattr(before, field), getattr(after, field)))
            yield from inner
            if inner:
                yield f"{type(before).__name__}.{field}"
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from changes(one, other)
    elif before != after:
        yield ""


@pytest.mark.parametrize(("table", "key"), CASES, ids=[f"{table}-{key.name}" for table, key in CASES])
def test_a_value_changes_the_field_that_its_row_names(table: str, key: Key) -> None:
    """Through the real parser and planner: a key that is accepted and then forgotten fails here."""
    found = set(changes(*with_and_without(table, key))) - {""}
    fields = set(key.fills.split())
    if key.name == "user" and os.geteuid() != 0:
        fields = {"Identity.environment"}  # only root can become somebody else: the user stays, its HOME comes
    assert fields <= found
    assert found <= fields | OUTER | ALSO.get(key.name, set()) | beside(table, key)


def beside(table: str, key: Key) -> set[str]:
    """A probe or a hook of another kind fills other fields, and those of the kind that it replaces are empty then."""
    if not key.one_of:
        return set()
    return {name for row in keys.TABLES[table].values() if row.one_of for name in row.fills.split()}


# Fields of the plan that no key fills, and why.
WITHOUT_ROW = {
    "Identity.secrets": "the values of environment that files hold",
    "Plan.inherited": "what lifeinit was started with",
    "Plan.verbose": "an option: how much is logged is no matter of the image",
    "Plan.quiet": "an option",
    "Plan.log_format": "an option",
    "Plan.tell_orphans": "an option",
    "Plan.parent_death_signal": "an option",
    "Plan.parent": "who started lifeinit",
    "Plan.plain": "whether there are a hook file or hooks at all",
    "Plan.hook_file": "where it lies: for a lifeinit below this one",
    "Hook.file": "the drop-in that it is from",
    "Process.name": "the name in [process.NAME]",
    "Process.program": "holds what command, user and others fill",
    "Process.restart": "holds what restart and others fill",
    "Program.identity": "holds what user and others fill",
    "Program.call": "the number of a Python function",
    "Program.module": "lifeinit's own prober, which no user names",
    "Identity.session": "a hook and a probe have one, the app has none",
    "Ready.program": "holds what http and others fill",
    "Alive.program": "holds what http and others fill",
    "Alive.recovery": "the same again, where on_failure is warn",
    "Hook.program": "holds what command, user and others fill",
    "Hook.place": "where the hook is written",
    "Hook.default_timeout": "whether timeout was written",
}


def test_every_field_of_the_plan_has_a_row_or_a_reason() -> None:
    fields = {f"{record.__name__}.{field}" for record in RECORDS for field in record.fields()}
    filled = {name for row in keys.ROWS for name in row.fills.split()}
    assert filled <= fields
    assert fields - filled == set(WITHOUT_ROW)


# Whole plans.


def test_an_empty_file_has_every_default() -> None:
    app = plans.Process("app", Program((b"app",), Identity()))
    assert planned() == Plan(
        (app,),
        INHERITED,
        tuple(map(number, ("TERM", "INT", "QUIT"))),
        plain=False,
    )


def test_no_file_and_no_hooks_are_a_plain_init() -> None:
    assert make_plan(("a",), INHERITED, None, Options()).plain
    assert not make_plan(("a",), INHERITED, None, Options(hooks={"post_stop": ("x",)})).plain


EVERYTHING = f"""
stop_timeout = "25s"
kill_after = "3s"
stop_on = ["WINCH", "QUIT"]
ready_file = "/run/ready"
[signals]
HUP = "USR2"
USR1 = ""
[process.web]
command = ["gunicorn", "shop:app"]
ready = {{ http = "https://127.0.0.1/healthz", insecure = true, interval = 2, timeout = 30, on_failure = "warn" }}
signals = {{ TTIN = "", HUP = "WINCH" }}
user = "{OWN_USER}"
working_dir = "/srv"
environment = {{ A = "1", PATH = "/own:$PATH" }}
umask = "027"
no_new_privs = true
oom_score_adj = 300
stop_signal = "INT"
stop_scope = "group"
success_exit_codes = [3, "SIGTERM"]
restart = "always"
max_restarts = 7
restart_window = "2m"
[[post_stop]]
name = "upload"
command = "upload --all"
timeout = "9s"
retries = 2
retry_delay = "4s"
on_failure = "abort"
working_dir = "/tmp"
environment = {{ B = "2" }}
once = true
"""


@AS_ROOT
def test_a_file_with_every_key() -> None:
    plan = planned(EVERYTHING, command=())
    user = User(os.geteuid(), os.getegid(), plan.processes[0].program.identity.user.groups)  # type: ignore[union-attr]
    (web,) = plan.processes
    own = dict(users.account(OWN_USER).variables)
    variables = [(name.encode(), (text.encode(),)) for name, text in own.items()]
    identity = Identity(
        user=user,
        environment=(*variables, (b"A", (b"1",)), (b"PATH", (b"/own:", b"PATH", b""))),
        umask=0o027,
        no_new_privs=True,
        oom_score_adj=300,
    )
    assert web.ready is not None
    assert web.ready.program is not None
    assert web.ready.program.argv[-4:] == (b"2.0", b"--insecure", b"--", b"https://127.0.0.1/healthz")
    assert web == plans.Process(
        "web",
        Program((b"gunicorn", b"shop:app"), identity, b"/srv"),
        stop_signal=number("INT"),
        group=True,
        success=(3, 143),
        ready=plans.Ready(
            Program(web.ready.program.argv, identity.replaced(session=True), b"/srv", module="lifeinit.probes.prober"),
            timeout=30.0,
            abort=False,
        ),
        restart=Restart("always", 7, 120.0),
        rewrite=((number("TTIN"), None), (number("HUP"), number("WINCH"))),
    )
    upload = Program(
        (b"/bin/sh", b"-c", b"upload --all"), Identity(environment=((b"B", (b"2",)),), session=True), b"/tmp"
    )
    assert plan.post_stop == (Hook("upload", upload, None, 9.0, 2, 4.0, abort=True, once=True, place="hooks.toml:25"),)
    assert (plan.stop_timeout, plan.kill_after, plan.ready_file) == (25.0, 3.0, b"/run/ready")
    assert plan.stop_on == (number("WINCH"), number("QUIT"))
    assert plan.rewrite == ((number("HUP"), number("USR2")), (number("USR1"), None))


# Hooks.


@pytest.mark.parametrize(
    ("phase", "timeout", "abort"),
    [("pre_start", None, True), ("post_start", 60.0, True), ("pre_stop", 5.0, False), ("post_stop", 5.0, False)],
)
def test_a_hook_has_the_defaults_of_its_phase(phase: "HookPhase", timeout: float | None, abort: bool) -> None:
    """Whether it stands in the file or on the command line."""
    program = Program((b"/bin/sh", b"-c", b"x"), Identity(session=True))
    expected = Hook(f"{phase}[0]", program, None, timeout, 0, 1.0, abort, place="hooks.toml:1", default_timeout=True)
    assert hook(f'{phase} = "x"', phase) == expected
    option = f"--{phase.replace('_', '-')}"
    assert hook("", phase, Options(hooks={phase: ("x",)})) == expected.replaced(place=option)


def test_hooks_of_the_file_then_of_the_command_line_then_callbacks() -> None:
    callback = Hook("call", None, 1.0, None, 0, 1.0, abort=False)
    plan = planned('post_start = "a"', Options(hooks={"post_start": ("b", "c")}, callbacks={"post_start": (callback,)}))
    assert [one.name for one in plan.post_start] == ["post_start[0]", "post_start[1]", "post_start[2]", "call"]


def test_a_sleep_has_no_program_and_no_timeout() -> None:
    slept = hook('pre_stop = { name = "drain", sleep = "3s" }', "pre_stop")
    assert slept == Hook("drain", None, 3.0, None, 0, 1.0, abort=False, place="hooks.toml:1")


def test_a_wait_is_a_program_of_lifeinit_that_speaks_as_it_does() -> None:
    text = '[[pre_start]]\nwait_for = ["tcp://db:1", "$URL"]\n'
    waiting = hook(text, options=Options(quiet=True, json=True))
    assert waiting.waits
    assert waiting.program is not None
    assert waiting.program.module == "lifeinit.probes.prober"
    assert waiting.program.argv[-6:] == (b"1.0", b"--json", b"--quiet", b"--", b"tcp://db:1", b"$URL")


# Processes.


def test_the_command_is_the_first_process_and_ready_is_the_first_ones() -> None:
    text = 'ready = "5s"\n[app]\numask = "077"\n[process.worker]\ncommand = "worker"\n'
    app, worker = planned(text).processes
    assert (app.name, app.program.argv, worker.name) == ("app", (b"app",), "worker")
    assert (app.ready, worker.ready) == (plans.Ready(after=5.0), None)
    (alone,) = planned(text, command=()).processes
    assert alone.ready == plans.Ready(after=5.0)


def test_a_process_inherits_from_app_what_it_does_not_set() -> None:
    text = """
        [app]
        umask = "077"
        working_dir = "/app"
        stop_scope = "group"
        no_new_privs = true
        success_exit_codes = [3]
        environment = { A = "app", B = "app" }
        [process.a]
        command = "a"
        [process.b]
        command = "b"
        umask = "022"
        working_dir = "/b"
        stop_scope = "process"
        no_new_privs = false
        success_exit_codes = []
        environment = { B = "own" }
    """
    first, second = planned(text, command=()).processes
    assert first.program.identity == Identity(
        environment=((b"A", (b"app",)), (b"B", (b"app",))), umask=0o077, no_new_privs=True
    )
    assert second.program.identity == Identity(environment=((b"A", (b"app",)), (b"B", (b"own",))), umask=0o022)
    assert (first.program.directory, first.group, first.success) == (b"/app", True, (3,))
    assert (second.program.directory, second.group, second.success) == (b"/b", False, ())


def test_a_file_that_must_exist_is_known_to_the_engine() -> None:
    ready = planned('ready = "file:///run/$NAME/ready"').processes[0].ready
    assert ready is not None
    assert ready.file == (b"/run/", b"NAME", b"/ready")


# Alive.


def alive(text: str, options: Options | None = None) -> plans.Alive:
    found = planned(text, options).processes[0].alive
    assert found is not None
    return found


def words(program: Program | None) -> tuple[bytes, ...]:
    """What the prober is told, behind its own command line."""
    assert program is not None
    return program.argv[program.argv.index(b"alive") :]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('alive = "http://127.0.0.1:8000/"', (b"--", b"http://127.0.0.1:8000/")),
        ('alive = "https://127.0.0.1:8000/"', (b"--", b"https://127.0.0.1:8000/")),
        ('alive = "tcp://127.0.0.1:1"', (b"--", b"tcp://127.0.0.1:1")),
        ('alive = "unix:///run/x"', (b"--", b"unix:///run/x")),
        ('alive = { tcp = "127.0.0.1:1" }', (b"--", b"tcp://127.0.0.1:1")),
        ('alive = { unix = "/run/x" }', (b"--", b"unix:///run/x")),
        ('alive = { command = ["a", "b c"] }', (b"--command", b"--", b"a", b"b c")),
        ('alive = { command = "a && b" }', (b"--command", b"--", b"/bin/sh", b"-c", b"a && b")),
    ],
)
def test_each_form_of_alive_asks_with_the_usual_times(text: str, expected: tuple[bytes, ...]) -> None:
    found = alive(text)
    pace = (b"alive", b"--interval", b"10.0", b"--timeout", b"5.0", b"--failures", b"3")
    assert words(found.program) == (*pace, *expected)
    assert (found.recovery, found.watchdog, found.on_failure) == (None, None, "stop")


@pytest.mark.parametrize(
    ("text", "seconds", "on_failure"),
    [
        ('alive = "watchdog"', 30.0, "stop"),
        ('alive = { watchdog = "1m" }', 60.0, "stop"),
        ('alive = { watchdog = 2, on_failure = "warn" }', 2.0, "warn"),
    ],
)
def test_a_watchdog_has_no_prober(text: str, seconds: float, on_failure: str) -> None:
    assert alive(text) == plans.Alive(watchdog=seconds, on_failure=on_failure)  # type: ignore[arg-type]


def test_every_key_of_alive_reaches_the_prober() -> None:
    text = """
        [alive]
        http = "https://127.0.0.1/"
        insecure = true
        interval = 2
        timeout = "1500ms"
        failures = 4
        on_failure = "restart"
    """
    found = alive(text, Options(quiet=True, json=True))
    pace = (b"alive", b"--interval", b"2.0", b"--timeout", b"1.5", b"--failures", b"4")
    assert words(found.program) == (*pace, b"--insecure", b"--json", b"--quiet", b"--", b"https://127.0.0.1/")
    assert (found.recovery, found.on_failure) == (None, "restart")


@pytest.mark.parametrize("line", ['command = "x"', 'http = "https://127.0.0.1/"\ninsecure = true'])
def test_a_failure_that_only_warns_needs_a_prober_for_the_recovery(line: str) -> None:
    """The same command line, and the one word that has it end at the first success."""
    found = alive(f'[alive]\n{line}\non_failure = "warn"')
    assert found.program is not None
    assert found.recovery is not None
    asked = list(found.recovery.argv)
    asked.remove(b"--recovery")
    assert found.program == found.recovery.replaced(argv=tuple(asked))


def test_a_timeout_that_is_not_written_fits_into_the_tries() -> None:
    assert b"3.0" in words(alive('alive = { tcp = "a:1", interval = 1 }').program)
    assert b"5.0" in words(alive('alive = { tcp = "a:1", interval = 2 }').program)


def test_a_probe_is_the_process_that_it_asks_about() -> None:
    """Its user, environment, umask, rights and directory, in a session of its own."""
    text = """
        [process.web]
        command = "web"
        working_dir = "/srv"
        umask = "027"
        no_new_privs = true
        environment = { A = "1" }
        alive = { tcp = "127.0.0.1:1", on_failure = "warn" }
        ready = "tcp://127.0.0.1:1"
    """
    (web,) = planned(text, command=()).processes
    assert web.alive is not None
    assert web.ready is not None
    for probe in (web.alive.program, web.alive.recovery, web.ready.program):
        assert probe is not None
        assert probe.identity == web.program.identity.replaced(session=True)
        assert (probe.directory, probe.module) == (b"/srv", "lifeinit.probes.prober")


def test_alive_passes_through_the_pipe_to_the_engine() -> None:
    text = """
        alive = { http = "http://$HOST/", on_failure = "warn" }
        [process.a]
        command = "a"
        alive = "watchdog"
    """
    plan = planned(text)
    assert from_wire(to_wire(plan)) == plan
    assert [one.alive is not None for one in plan.processes] == [True, True]


def test_alive_at_the_top_is_the_first_ones_unless_it_has_its_own() -> None:
    text = 'alive = "watchdog"\n[process.a]\ncommand = "a"\n[process.b]\ncommand = "b"\nalive = { watchdog = 5 }\n'
    assert [one.alive for one in planned(text).processes] == [
        plans.Alive(watchdog=30.0),
        None,
        plans.Alive(watchdog=5.0),
    ]
    assert [one.alive for one in planned(text, command=()).processes] == [
        plans.Alive(watchdog=30.0),
        plans.Alive(watchdog=5.0),
    ]


# Options.


def test_options_take_precedence() -> None:
    text = """
        stop_timeout = 5
        [signals]
        HUP = "USR1"
        USR2 = ""
        [app]
        stop_scope = "group"
        success_exit_codes = [3]
    """
    options = Options(
        stop_timeout=7.0,
        rewrite={number("HUP"): None},
        group=False,
        success_exit_codes=frozenset({4}),
        parent_death_signal=9,
        parent=42,
        verbose=2,
        quiet=True,
        json=True,
        tell_orphans=True,
        functions={"app": 3},
    )
    plan = planned(text, options)
    (app,) = plan.processes
    assert (plan.stop_timeout, app.group, app.success, app.program.call) == (7.0, False, (3, 4), 3)
    assert dict(plan.rewrite) == {number("HUP"): None, number("USR2"): None}
    assert (plan.parent_death_signal, plan.parent, plan.verbose, plan.quiet) == (9, 42, 2, True)
    assert (plan.log_format, plan.tell_orphans) == ("json", True)


def test_each_option_of_the_log_is_its_own() -> None:
    quiet, warning = planned("", Options(quiet=True)), planned("", Options(tell_orphans=True))
    assert (quiet.quiet, quiet.tell_orphans, quiet.log_format) == (True, False, "text")
    assert (warning.quiet, warning.tell_orphans, warning.log_format) == (False, True, "text")


def test_the_user_of_the_command_line_replaces_the_files() -> None:
    account = users.Account(User(4711, 4712, (4712,)), {"HOME": "/x"})
    (app,) = planned('[app]\nuser = "no-such-user"', Options(user=account)).processes
    assert app.program.identity == Identity(user=User(4711, 4712, (4712,)), environment=((b"HOME", (b"/x",)),))


@pytest.mark.parametrize("phase", PHASES)
def test_a_user_that_does_not_exist_is_reported_at_its_place(phase: str) -> None:
    with pytest.raises(HookFileError) as caught:
        planned(f'[[{phase}]]\ncommand = "x"\nuser = "no-such-user"\n[app]\nuser = "no-such-user"')
    assert [problem.span.start for problem in caught.value.problems] == [(3, 8), (5, 8)]


def test_a_user_of_one_process_is_reported_at_its_own_place() -> None:
    with pytest.raises(HookFileError) as caught:
        planned('[app]\n[process.a]\ncommand = "a"\nuser = "no-such-user"')
    assert [problem.span.start for problem in caught.value.problems] == [(4, 8)]


def test_a_variable_that_is_not_set_is_reported_once() -> None:
    """Unless a pre_start hook may export it."""
    text = '[app.environment]\nA = "$NO_SUCH_VARIABLE"\n[process.a]\ncommand = "a"\n[process.b]\ncommand = "b"\n'
    with pytest.raises(HookFileError) as caught:
        planned(text)
    assert [problem.span.start for problem in caught.value.problems] == [(2, 5)]
    planned(f'pre_start = "x"\n{text}')
    planned(text, Options(hooks={"pre_start": ("x",)}))
    callback = Hook("call", None, 1.0, None, 0, 1.0, abort=False)
    planned(text, Options(callbacks={"pre_start": (callback,)}))


def test_a_variable_of_one_process_is_reported_at_its_own_place() -> None:
    text = '[app.environment]\nA = "1"\n[process.a]\ncommand = "a"\nenvironment.A = "$NO_SUCH_VARIABLE"\n'
    with pytest.raises(HookFileError) as caught:
        planned(text)
    assert [problem.span.start for problem in caught.value.problems] == [(5, 17)]


@pytest.mark.parametrize("line", ['command = "x"', 'tcp = "127.0.0.1:1"'])
def test_a_probe_speaks_as_lifeinit_does(line: str) -> None:
    ready = planned(f"[ready]\n{line}\ninterval = 2", Options(quiet=True, json=True)).processes[0].ready
    assert ready is not None
    assert ready.program is not None
    words = ready.program.argv
    assert words[words.index(b"--interval") + 1] == b"2.0"
    assert {b"--json", b"--quiet"} <= set(words[words.index(b"--interval") + 2 : words.index(b"--")])


def test_a_variable_of_the_user_has_the_users_value() -> None:
    """lifeinit's own HOME is another one."""
    account = users.Account(User(4711, 4712, (4712,)), {"HOME": "/x"})
    (app,) = planned('[app.environment]\nDATA = "$HOME/data:$PATH"\n', Options(user=account)).processes
    assert (b"DATA", (b"/x/data:", b"PATH", b"")) in app.program.identity.environment


def test_the_stop_timeout_of_the_environment() -> None:
    assert stop_timeout_of({}) is stop_timeout_of({"LIFEINIT_STOP_TIMEOUT": ""}) is None
    assert stop_timeout_of({"LIFEINIT_STOP_TIMEOUT": "25"}) == 25.0
    for wrong in ("0", "soon"):
        with pytest.raises(ValueError, match=f'LIFEINIT_STOP_TIMEOUT is "{wrong}", '):
            stop_timeout_of({"LIFEINIT_STOP_TIMEOUT": wrong})


def test_a_prober_has_only_the_secrets_that_it_names() -> None:
    """A command has those of its process; a target or a drain has none that it does not speak of."""
    secrets = '[app.environment]\nA = { file = "/a" }\nB = { file = "/b" }\nC = "$B"\nD = "d"\n'
    file = f"pre_start = 'true'\npre_stop = {{ drain = 80 }}\nalive = {{ PROBE }}\n{secrets}"

    def held(probe: str) -> tuple[list[bytes], list[bytes]]:
        plan = planned(file.replace("PROBE", probe))
        program, drain = plan.processes[0].alive, plan.pre_stop[0].program
        assert program is not None
        assert program.program is not None
        assert drain is not None
        assert drain.identity.secrets == ()
        identity = program.program.identity
        return [name for name, _ in identity.secrets], [name for name, _ in identity.environment]

    assert held('command = "true"') == ([b"A", b"B"], [b"C", b"D"])
    assert held('tcp = "127.0.0.1:80"') == ([], [b"D"])
    assert held('http = "http://u:$A@x/"') == ([b"A"], [b"D"])
    assert held('http = "http://u:${C}@x/"') == ([b"B"], [b"C", b"D"])
