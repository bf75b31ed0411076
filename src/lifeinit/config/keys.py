"""The keys of the hook file, one row for each: parser, planner, JSON Schema and reference are made of them.

A new key is a row here, a field of the plan, its effect in the engine and a test of that. Tests hold the rest: every
row changes the plan, every field of the plan has a row or a reason, every row is in the schema and the reference.
"""

from lifeinit.engine.plan import PHASES, START_PHASES
from lifeinit.engine.record import Record
from lifeinit.engine.signals import STOP_SIGNALS, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from lifeinit.engine.plan import HookPhase


class Kind(Record):
    """What a value may be: the name of the method that reads it and of its JSON Schema, and the reference's words.

    `choices` are the words that may be written; `true` sets a flag of the plan. `least` and `most` limit a number.
    """

    name: str
    words: str
    choices: tuple[str, ...] = ()
    true: str = ""
    least: int = 0
    most: int = 0


def choice(*choices: str, true: str = "") -> Kind:
    """One of these words. `true`: the plan only keeps whether it is this one."""
    *others, last = (f'`"{word}"`' for word in choices)
    return Kind("choice", f"{', '.join(others)} or {last}", choices, true)


def whole(least: int, most: int) -> Kind:
    """A whole number within these limits."""
    return Kind("whole", f"a whole number from {least} to {most}", least=least, most=most)


HOOKS: "Final" = Kind("hooks", "a shell command line, a program and its arguments, a hook or several hooks")
READY: "Final" = Kind("ready", '`"notify"`, a URL, a duration or a probe')
ALIVE: "Final" = Kind("alive", '`"watchdog"`, a URL or a probe')
DRAIN: "Final" = Kind("drain", "a port or a table")
PROBE: "Final" = Kind("probe", "a string")
TRUE: "Final" = Kind("true", "`true`")
APP: "Final" = Kind("app", "a table")
PROCESSES: "Final" = Kind("processes", "a table of processes")

NAME: "Final" = Kind("name", "a string")
TEXT: "Final" = Kind("text", "a string")
USER: "Final" = Kind("user", "a string")
PATH: "Final" = Kind("path", "an absolute path")
FLAG: "Final" = Kind("flag", "`true` or `false`")
DURATION: "Final" = Kind("duration", "a duration")
TIME: "Final" = Kind("time", "a duration above 0")
COMMAND: "Final" = Kind("command", "a command")
TARGETS: "Final" = Kind("targets", "a target or a list of targets")
ENVIRONMENT: "Final" = Kind("environment", "a table; each value a string or `{ file = PATH }`")
UMASK: "Final" = Kind("umask", "a string of octal digits")
SIGNAL: "Final" = Kind("signal", "a signal")
SIGNALS: "Final" = Kind("signals", "a list of signals")
REWRITES: "Final" = Kind("rewrites", 'a table, each value a signal or `""`')
PROCESS_NAMES: "Final" = Kind("process_names", "a list of names of processes")
EXIT_CODES: "Final" = Kind("exit_codes", "a list of exit statuses")


class PerPhase(Record):
    """A default that is not the same in each phase."""

    by_phase: "Mapping[HookPhase, object]"


class Key(Record):
    """One key.

    `tables` are those that it stands in, `fills` the fields of the plan that it ends up in. `default` is the value as
    the parser returns it, `unset` says in words what holds where that is None. `example` is a value, as TOML.
    `one_of`: a table needs exactly one of these keys. `not_with` are keys beside which it means nothing, `needs` is the
    key without which it does nothing. `since` is the version that brought it to the first of them.
    """

    tables: str
    name: str
    kind: Kind
    fills: str
    doc: str
    example: str
    default: object = None
    unset: str = ""
    one_of: bool = False
    not_with: tuple[str, ...] = ()
    needs: str = ""
    since: str = "0.9.0"

    def default_in(self, phase: "HookPhase | None") -> object:
        """The default, in a hook that of its phase."""
        return self.default.by_phase[phase] if isinstance(self.default, PerPhase) and phase else self.default


_ON_FAILURE: "Final" = choice("abort", "warn", true="abort")
_ABORT_OR_WARN: "Final" = PerPhase({phase: "abort" if phase in START_PHASES else "warn" for phase in PHASES})
DEFAULT_TIMEOUT: "Final[Mapping[HookPhase, float | None]]" = {
    "pre_start": None,  # migrations take long
    "post_start": 60.0,
    "pre_stop": 5.0,
    "post_stop": 5.0,
}
_NO_PROGRAM: "Final" = ("sleep", "drain")
_WATCHDOG: "Final" = ("watchdog",)
USUAL_WATCHDOG: "Final" = 30.0  # seconds: what `alive = "watchdog"` means

ROWS: "Final" = (
    # The top of the file.
    Key("top", "pre_start", HOOKS, "Plan.pre_start",
        "Hooks that run before the app starts. If one fails, the app does not start.",
        '"python manage.py migrate --noinput"', default=(), unset="none"),
    Key("top", "post_start", HOOKS, "Plan.post_start",
        "Hooks that run while the app runs, once it is ready. If one fails, the app is stopped, unless `on_failure` is "
        '`"warn"`.',
        '["curl", "-fsS", "-XPOST", "http://registry/up"]', default=(), unset="none"),
    Key("top", "pre_stop", HOOKS, "Plan.pre_stop",
        "Hooks that run after a stop request, before the app is signaled, if it is still running. A failure never "
        "prevents the stop.", '{ sleep = "3s" }', default=(), unset="none"),
    Key("top", "post_stop", HOOKS, "Plan.post_stop",
        "Hooks that run after the app has exited. They always run once a hook or the app has been started.",
        '["python", "-m", "shop.deregister"]', default=(), unset="none"),
    Key("top process", "ready", READY, "Process.ready", "The check that decides when the app is ready.",
        '"http://127.0.0.1:8000/healthz"', unset="as soon as it runs"),
    Key("top process", "alive", ALIVE, "Process.alive",
        "The check that decides whether the app still works once it is ready.", '"http://127.0.0.1:8000/healthz"',
        unset="no check", since="0.10.0"),
    Key("top", "ready_file", PATH, "Plan.ready_file", "A file that exists while the app is ready.",
        '"/run/app/ready"', unset="none"),
    Key("top", "stop_timeout", TIME, "Plan.stop_timeout",
        "The longest time from the stop request to lifeinit's exit. Keep it below the runtime's grace period: Docker "
        "sends SIGKILL after 10 s, Kubernetes after 30 s.", '"25s"',
        unset="none; lifeinit sends no SIGKILL of its own"),
    Key("top", "kill_after", DURATION, "Plan.kill_after",
        "The time between SIGTERM and SIGKILL when a hook is terminated.", '"5s"', default=2.0),
    Key("top", "stop_on", SIGNALS, "Plan.stop_on", "The signals that request a stop.", '["TERM", "WINCH"]',
        default=tuple(map(name_of, STOP_SIGNALS))),
    Key("top", "signals", REWRITES, "Plan.rewrite",
        'Maps signals: lifeinit receives the left one and forwards the right one. `""` drops it.',
        '{ HUP = "USR2" }', default={}, unset="none"),
    Key("top", "app", APP, "Plan.processes",
        "Settings for the command after `--`, and defaults for each `[process.NAME]`.", '{ user = "app" }'),
    Key("top", "process", PROCESSES, "Plan.processes",
        "The processes that together are the app. A command after `--` is the first one.",
        '{ web = { command = ["gunicorn", "shop:app"] } }', default={}),
    # One process.
    Key("process", "command", COMMAND, "Program.argv", "What the process runs.", '["gunicorn", "shop:app"]'),
    Key("process", "signals", REWRITES, "Process.rewrite",
        "Like `signals` at the top, for this process only. It takes precedence over the one at the top.",
        '{ HUP = "", TTIN = "" }', default={}, unset="none", since="0.10.0"),
    Key("process", "after", PROCESS_NAMES, "Process.after",
        "Other processes that this one needs: it starts when they are ready, and they are asked to stop when it has "
        "exited. `app` is the command after `--`.", '["app"]', default=(), unset="none", since="0.10.0"),
    # One hook.
    Key("hook", "name", NAME, "Hook.name",
        "The hook's name in the log. Letters, digits and the characters `_.-`, unique in its phase.", '"migrate"',
        unset="`pre_start[0]` for the first hook of pre_start, and so on"),
    Key("hook", "command", COMMAND, "Program.argv",
        "What the hook runs. A hook has exactly one of command, wait_for, sleep and drain.",
        '"python manage.py migrate --noinput"', one_of=True),
    Key("hook", "wait_for", TARGETS, "Program.argv Hook.waits",
        "Targets to wait for: the hook succeeds once each has answered.", '"tcp://db:5432"', default=(), one_of=True),
    Key("hook", "sleep", DURATION, "Hook.sleep",
        "How long the hook sleeps. In pre_stop the app keeps serving meanwhile, until the load balancer has noticed "
        "the stop.",
        '"5s"', one_of=True),
    Key("hook", "drain", DRAIN, "Program.argv Hook.waits",
        "Waits until this port of the app has no busy connections. In pre_stop only. A port, or a table with port, "
        "quiet and at_least.", "8000", one_of=True, since="0.10.0"),
    Key("hook", "unless", COMMAND, "Hook.unless",
        "A command that runs before each try. If it exits with 0, the hook is skipped, which counts as success. "
        "It has the hook's user, environment and directory, and shares its timeout.",
        '"python manage.py migrate --check"',
        unset="none", not_with=_NO_PROGRAM, since="0.10.0"),
    Key("hook", "timeout", TIME, "Hook.timeout",
        "The time after which the hook receives SIGTERM, and SIGKILL after kill_after. It then fails with 124.",
        '"10s"', default=PerPhase(DEFAULT_TIMEOUT),
        unset="none in pre_start and for a sleep, 60s in post_start, 5s in pre_stop and post_stop"),
    Key("hook", "retries", whole(0, 1000), "Hook.retries", "How many times a failed hook is tried again.", "2",
        default=0, not_with=_NO_PROGRAM),
    Key("hook", "retry_delay", DURATION, "Hook.retry_delay", "The time between two tries.", '"3s"',
        default=1.0, not_with=_NO_PROGRAM, needs="retries"),
    Key("hook", "on_failure", _ON_FAILURE, "Hook.abort",
        'What happens if the hook fails. `"abort"` ends the start; in the stop phases it turns exit status 0 into the '
        """hook's. `"warn"` logs a line.""", '"warn"', default=_ABORT_OR_WARN,
        unset='`"abort"` in the start phases, `"warn"` in the stop phases'),
    # Every program.
    Key("app process hook", "user", USER, "Identity.user",
        "The user to run as: a name or uid, optionally `:group`. Sets supplementary groups, HOME, USER, LOGNAME and "
        "SHELL too.", '"app"', unset="as lifeinit", not_with=_NO_PROGRAM),
    Key("app process hook", "working_dir", TEXT, "Program.directory", "The working directory.", '"/srv/shop"',
        unset="as lifeinit", not_with=_NO_PROGRAM),
    Key("app process hook", "environment", ENVIRONMENT, "Identity.environment",
        "Variables to add to the environment. `$VAR` and `${VAR}` are expanded; `$$` is a dollar sign. "
        '`{ file = "/run/secrets/db" }` is the content of the file when the program starts.',
        '{ AWS_REGION = "eu-west-1" }', default={}, unset="none", not_with=_NO_PROGRAM),
    Key("hook", "once", FLAG, "Hook.once", "Whether restarts skip the hook once it has succeeded.", "true",
        default=False),
    # The app and its processes.
    Key("app process", "umask", UMASK, "Identity.umask", "The file mode creation mask: octal digits in quotes.",
        '"027"', unset="as lifeinit"),
    Key("app process", "no_new_privs", FLAG, "Identity.no_new_privs",
        "Whether set-user-ID programs and file capabilities have no effect.", "true", default=False),
    Key("app process", "oom_score_adj", whole(-1000, 1000), "Identity.oom_score_adj",
        "The OOM score adjustment: the kernel first kills the process with the highest score. Lowering it needs "
        "CAP_SYS_RESOURCE.", "500", unset="as lifeinit", since="0.10.0"),
    Key("app process", "stop_signal", SIGNAL, "Process.stop_signal", "The signal that stops the process.", '"QUIT"',
        unset="the signal that requested the stop"),
    Key("app process", "stop_scope", choice("process", "group", true="group"), "Process.group",
        "Which processes receive the signals: the main process, or its whole process group.", '"group"',
        default="process"),
    Key("app process", "success_exit_codes", EXIT_CODES, "Process.success",
        'Exit statuses that count as 0: numbers, ranges such as `"3-9"`, or signals such as `"SIGTERM"`, which is 143.',
        '["SIGTERM", 3]', default=frozenset()),
    Key("app process", "restart", choice("no", "on-failure", "always"), "Restart.when",
        "Whether the app is started again after it exits. A restart is a whole cycle: post_stop, then pre_start.",
        '"on-failure"', default="no"),
    Key("app process", "max_restarts", whole(1, 1000), "Restart.most",
        "How many restarts are allowed within restart_window.", "3", default=5, needs="restart"),
    Key("app process", "restart_window", TIME, "Restart.window", "The time in which restarts are counted.", '"5m"',
        default=60.0, needs="restart"),
    # What a drain waits for.
    Key("drain", "port", whole(1, 65535), "Program.argv", "The port that the app listens on.", "8000",
        since="0.10.0"),
    Key("drain", "quiet", TIME, "Program.argv",
        "How long the port must be quiet. An idle keep-alive connection is quiet.",
        '"2s"', default=1.0, since="0.10.0"),
    Key("drain", "at_least", DURATION, "Program.argv",
        "The shortest time that the hook takes. The load balancer needs it to notice the stop.", '"3s"', default=2.0,
        since="0.10.0"),
    # What `ready` and `alive` ask.
    Key("ready alive", "http", PROBE, "Program.argv",
        "A try succeeds if this URL answers with a status from 200 to 399. The certificate is verified.",
        '"http://127.0.0.1:8000/healthz"', one_of=True),
    Key("ready alive", "tcp", PROBE, "Program.argv", "A try succeeds if this address accepts a connection.",
        '"127.0.0.1:8000"', one_of=True),
    Key("ready alive", "unix", PROBE, "Program.argv", "A try succeeds if this socket accepts a connection.",
        '"/run/app.sock"', one_of=True),
    Key("ready", "file", PROBE, "Ready.file", "Ready when this file exists. It is removed before the start.",
        '"/run/app/ready"', one_of=True),
    Key("ready", "command", COMMAND, "Program.argv", "Ready when this command exits with 0. A try may take 30 s.",
        '"pg_isready -q"', one_of=True),
    Key("alive", "command", COMMAND, "Program.argv",
        "A try succeeds if this command exits with 0. At `timeout` it is terminated with all its descendants.",
        '"celery -A shop inspect ping"', one_of=True, since="0.10.0"),
    Key("alive", "watchdog", TIME, "Alive.watchdog",
        "The longest time between two WATCHDOG=1 messages of the app. WATCHDOG_USEC holds this time. "
        "sd_watchdog_enabled(3)", '"30s"', one_of=True, since="0.10.0"),
    Key("ready", "notify", TRUE, "Ready.notify", "Ready when the app sends READY=1. sd_notify(3)", "true",
        default=False, one_of=True),
    Key("ready", "after", DURATION, "Ready.after", "Ready after this time.", '"5s"', one_of=True),
    Key("ready alive", "insecure", FLAG, "Program.argv",
        "Whether any certificate is accepted. For `https://` only.", "true", default=False,
        not_with=("notify", "after", "watchdog")),
    Key("ready", "interval", TIME, "Program.argv", "The time between two tries.", '"500ms"', default=1.0,
        not_with=("notify", "after")),
    Key("ready", "timeout", TIME, "Ready.timeout", "The time within which the app must become ready.", '"2m"',
        default=60.0, not_with=("after",)),
    Key("ready", "on_failure", _ON_FAILURE, "Ready.abort",
        'What happens if the app is not ready in time: `"abort"` stops it with exit status 124, `"warn"` treats it as '
        "ready.",
        '"warn"', default="abort", not_with=("after",)),
    Key("alive", "interval", TIME, "Program.argv", "The time from one try to the next.", '"5s"', default=10.0,
        not_with=_WATCHDOG, since="0.10.0"),
    Key("alive", "timeout", TIME, "Program.argv", "The time after which a try without an answer fails.", '"2s"',
        default=5.0, unset="5s, or `interval` times `failures` if that is less", not_with=_WATCHDOG,
        since="0.10.0"),
    Key("alive", "failures", whole(1, 1000), "Program.argv",
        "How many failed tries in a row make the app unhealthy.", "5", default=3, not_with=_WATCHDOG,
        since="0.10.0"),
    Key("alive", "on_failure", choice("stop", "restart", "warn"), "Alive.on_failure",
        'What happens to an unhealthy app: `"stop"` stops it, as a stop request does, `"restart"` also starts it '
        'again, `"warn"` logs a line.', '"restart"', default="stop", since="0.10.0"),
)  # fmt: skip

TABLES: "Final" = {
    table: {row.name: row for row in ROWS if table in row.tables.split()}
    for table in ("top", "app", "process", "hook", "drain", "ready", "alive")
}

# The URLs that a probe of each table can ask, by their schemes: "https" comes with "http".
URL_PROBES: "Final" = {
    table: tuple(name for name, row in TABLES[table].items() if row.kind is PROBE) for table in ("ready", "alive")
}
SCHEMES: "Final" = {
    table: tuple("https?" if name == "http" else name for name in names) for table, names in URL_PROBES.items()
}


def defaults(table: str, phase: "HookPhase | None" = None) -> "dict[str, object]":
    """What each key of a table has where it is not written; in a hook of that phase."""
    return {name: row.default_in(phase) for name, row in TABLES[table].items()}
