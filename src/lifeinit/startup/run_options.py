"""The options of the run: the one table that the reader of the command line, click and the reference are made of."""

from lifeinit.engine.record import Record
from lifeinit.startup.planner_process import LOG_FORMAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    Kind = Literal["flag", "count", "file", "log_format", "user", "codes", "signal", "rewrite", "line"]

RUN: "Final" = "Run"
SIGNALS: "Final" = "Signals"
HOOKS: "Final" = "Hooks (shell commands, run after those of the file; repeatable)"
OUTPUT: "Final" = "Output"
LOG_FORMATS: "Final" = ("text", "json")


class RunOption(Record):
    """One option: what it takes, and its heading and line in the help.

    Of the names, separated by spaces, the last is the long one. `many`: it may be repeated. `details` are what one line
    of help has no room for. `origin` is whose letter it is: it means here what it means there.
    """

    heading: str
    names: str
    kind: "Kind"
    help: str
    metavar: str = ""
    many: bool = False
    details: str = ""
    origin: str = ""

    @property
    def field(self) -> str:
        """`stop_signal` for `--stop-signal`."""
        return self.names.rpartition("--")[2].replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that stands for it."""
        return f"LIFEINIT_{self.field.upper()}"

    @property
    def takes_value(self) -> bool:
        return self.kind not in {"flag", "count"}


def _hook(phase: str, text: str) -> RunOption:
    return RunOption(HOOKS, f"--{phase}", "line", text, "COMMAND", True, "The variable has one command per line.")


RUN_OPTIONS: "Final" = (
    RunOption(RUN, "--config", "file", "Read this hook file (default: ./hooks.toml).", "FILE",
        details="By default the file is `./hooks.toml`, or if that does not exist `/etc/lifeinit/hooks.toml`. Either "
        "may be called `lifeinit.toml`. Without a hook file, lifeinit is a plain init."),
    RunOption(RUN, "--user", "user", "Run the app as this user.", "USER[:GROUP]",
        details="A name or uid. lifeinit and its hooks keep their user."),
    RunOption(RUN, "-e --success-exit-code", "codes", "Count these app statuses as 0: 3-9, SIGTERM.", "CODE", True,
        "A number, a range or a signal. The variable accepts several, separated by spaces.", "tini"),
    RunOption(RUN, "-s --subreaper", "flag", "Reap orphans when not PID 1 (always on).", origin="tini"),
    RunOption(SIGNALS, "-g --group", "flag", "Signal the app's whole process group.", origin="tini"),
    RunOption(SIGNALS, "-c --single-child", "flag", "Signal only its main process (the default).",
        origin="dumb-init"),
    RunOption(SIGNALS, "-r --rewrite", "rewrite", "Map a signal: TERM:QUIT. TERM: drops it.", "SIG:SIG", True,
        "By names or numbers; `15:0` also drops it. The variable accepts several, separated by spaces.", "dumb-init"),
    RunOption(SIGNALS, "-p --parent-death-signal", "signal", "Act on this signal when the parent dies.", "SIG",
        details="lifeinit acts as if the parent had sent it: SIGTERM is a stop request.", origin="tini"),
    _hook("pre-start", "Run before the app; a failure ends the start."),
    _hook("post-start", "Run when the app is ready."),
    _hook("pre-stop", "Run at a stop, before the app is signaled."),
    _hook("post-stop", "Run after the app, however it ended."),
    RunOption(OUTPUT, "-v --verbose", "count", "Log each signal, its sender and its target.",
        details="The variable is a number.", origin="tini and dumb-init"),
    RunOption(OUTPUT, "-q --quiet", "flag", "Log errors only."),
    RunOption(OUTPUT, "-w --warn-on-reap", "flag", "Log each orphan that is reaped.", origin="tini"),
    RunOption(OUTPUT, LOG_FORMAT, "log_format", "Log as text or JSON objects."),
)  # fmt: skip
