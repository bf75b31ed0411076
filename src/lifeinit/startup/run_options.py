"""The options of the run: the one table that the reader of the command line, click and the reference are made of."""

from lifeinit.engine.record import Record
from lifeinit.startup.planner_process import LOG_FORMAT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    Kind = Literal["flag", "count", "file", "log_format", "user", "codes", "signal", "rewrite", "line"]

RUN: "Final" = "Run"
SIGNALS: "Final" = "Signals"
HOOKS: "Final" = "Hooks, after those of the file; a line for the shell each, repeatable"
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
    return RunOption(HOOKS, f"--{phase}", "line", text, "COMMAND", True, "In the variable, each line is one.")


RUN_OPTIONS: "Final" = (
    RunOption(RUN, "--config", "file", "Read this hook file (default: ./hooks.toml).", "FILE",
        details="Without it `LIFEINIT_CONFIG`, else `./hooks.toml`, else `/etc/lifeinit/hooks.toml`: the first that "
        "exists is the only one read, and may be called `lifeinit.toml` instead. With none, lifeinit is a plain init."),
    RunOption(RUN, "--user", "user", "Run the app as this user.", "USER[:GROUP]",
        details="A name or uid. lifeinit and its hooks stay as they are."),
    RunOption(RUN, "-e --success-exit-code", "codes", "Count these app statuses as 0: 3-9, SIGTERM.", "CODE", True,
        "A number, a range or a signal; in the variable, separated by spaces.", "tini"),
    RunOption(RUN, "-s --subreaper", "flag", "Reap orphans when not PID 1 (always on).", origin="tini"),
    RunOption(SIGNALS, "-g --group", "flag", "Signal the app's whole process group.", origin="tini"),
    RunOption(SIGNALS, "-c --single-child", "flag", "Signal its main process only (the default).",
        origin="dumb-init"),
    RunOption(SIGNALS, "-r --rewrite", "rewrite", "Map a signal: TERM:QUIT. TERM: drops it.", "SIG:SIG", True,
        "By names or numbers; `15:0` drops it too. In the variable, several are separated by spaces.", "dumb-init"),
    RunOption(SIGNALS, "-p --parent-death-signal", "signal", "Act on this signal when the parent dies.", "SIG",
        details="As if the parent had sent it: SIGTERM is a stop request.", origin="tini"),
    _hook("pre-start", "Run before the app; a failure ends the start."),
    _hook("post-start", "Run when the app is ready."),
    _hook("pre-stop", "Run at a stop, before the app is signalled."),
    _hook("post-stop", "Run after the app, however it ended."),
    RunOption(OUTPUT, "-v --verbose", "count", "Log each signal, its sender and its target.",
        details="As a variable, a number.", origin="tini and dumb-init"),
    RunOption(OUTPUT, "-q --quiet", "flag", "Log errors only."),
    RunOption(OUTPUT, "-w --warn-on-reap", "flag", "Log each orphan that is reaped.", origin="tini"),
    RunOption(OUTPUT, LOG_FORMAT, "log_format", "Log as text or JSON objects."),
)  # fmt: skip
