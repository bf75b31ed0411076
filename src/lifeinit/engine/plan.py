"""What the planner makes and the engine carries out."""

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    HookPhase = Literal["pre_start", "post_start", "pre_stop", "post_stop"]
    # Text and names of variables by turns: `postgres://$HOST/db` is (b"postgres://", b"HOST", b"/db").
    Value = tuple[bytes, ...]


PHASES: "Final[tuple[HookPhase, ...]]" = ("pre_start", "post_start", "pre_stop", "post_stop")
START_PHASES: "Final" = PHASES[:2]  # a hook that fails there aborts the start, unless its on_failure says otherwise


def hook_label(phase: str, name: str, file: str = "") -> str:
    """`pre_start migrate`, or `pre_start[0]` for a hook without a name. Behind it its drop-in, where it is from one."""
    label = name if name.startswith(f"{phase}[") else f"{phase} {name}"
    return f"{label} ({file})" if file else label


class User(Record):
    """Real, effective and saved ids alike, and all supplementary groups. credentials(7)"""

    uid: int
    gid: int
    groups: tuple[int, ...]


class Identity(Record):
    """As whom a child runs and with which rights, in one record: no child starts without one.

    A user without its environment, or an environment without its user, cannot be passed on: a program that runs as
    root with another user's variables is that user's way to become root. None leaves a field as lifeinit has it.
    `secrets` are variables and the files that hold their values, which the child reads with lifeinit's own rights.
    With `session` the child leads a session of its own, which has no terminal, else a process group. setsid(2)
    """

    user: User | None = None
    environment: "tuple[tuple[bytes, Value], ...]" = ()
    session: bool = False
    umask: int | None = None
    no_new_privs: bool = False
    oom_score_adj: int | None = None
    secrets: tuple[tuple[bytes, bytes], ...] = ()


class Program(Record):
    """What to execute, as whom, and in which directory. Bytes are as execve(2) takes them.

    `call` is the number of a Python function, which a child of the zygote calls instead of an exec (calls.py); its name
    is the only word of `argv`. `module` is one of lifeinit's own whose `main` the child
    runs in place of the interpreter that `argv` names: the user may not be allowed to read that one, and no exec means
    that nothing of the environment, LD_PRELOAD for example, is loaded.
    """

    argv: tuple[bytes, ...]
    identity: Identity
    directory: bytes | None = None
    module: str | None = None
    call: int | None = None


class Hook(Record):
    """One entry of a phase. Exactly one of `program` and `sleep` is set; durations are seconds, None is no limit.

    `place` is where it was written: `hooks.toml:12` or `--pre-start`. With `once` a restart leaves it out. `waits`:
    the program only waits for something (`wait_for`), and like a sleep it has no purpose once the app is gone. A
    `default_timeout` is the phase's, which nobody wrote: it takes what the budget leaves. `unless` is asked before
    each try: where it exits with 0 the hook is not needed. `file` is the name of the drop-in that it is from.
    """

    name: str
    program: Program | None
    sleep: float | None
    timeout: float | None
    retries: int
    retry_delay: float
    abort: bool
    once: bool = False
    place: str = ""
    waits: bool = False
    default_timeout: bool = False
    unless: Program | None = None
    file: str = ""

    def label(self, phase: str) -> str:
        """What lines about it begin with."""
        return hook_label(phase, self.name, self.file)


class Ready(Record):
    """How it is learnt that a process serves: `program` exits with 0, `after` seconds are over, or it says so itself.

    `notify` is the last of these: sd_notify(3). `file` is removed before the process starts. With `abort` the end of
    `timeout` seconds stops the app, else it counts as ready then.
    """

    program: Program | None = None
    after: float | None = None
    notify: bool = False
    file: "Value | None" = None
    timeout: float = 60.0
    abort: bool = True


class Alive(Record):
    """How it is learnt that a process that is ready still works, and what follows once it does not.

    `program`, the prober, runs as long as the process answers: it writes a reason and ends with 1 once it is unhealthy.
    `recovery` ends with 0 when it answers again, for "warn". `watchdog` is the longest time in seconds between two
    WATCHDOG=1 of the process itself. sd_notify(3)
    """

    program: Program | None = None
    recovery: Program | None = None
    watchdog: float | None = None
    on_failure: "Literal['stop', 'restart', 'warn']" = "stop"


class Restart(Record):
    """Whether a life that ended by itself is followed by another: at most `most` times within `window` seconds."""

    when: "Literal['no', 'on-failure', 'always']" = "no"
    most: int = 5
    window: float = 60.0


class Process(Record):
    """One process of the app. `success` are the exit statuses that count as 0. It starts when those that it is `after`
    are ready, which stand before it in the plan.

    `rewrite` holds pairs as the plan's own, for this process alone: for a signal that both name, this one counts.
    """

    name: str
    program: Program
    stop_signal: int | None = None
    group: bool = False
    success: tuple[int, ...] = ()
    ready: Ready | None = None
    restart: Restart = Restart()
    rewrite: tuple[tuple[int, int | None], ...] = ()
    alive: Alive | None = None
    after: tuple[int, ...] = ()

    @property
    def may_restart(self) -> bool:
        """Whether another life can follow one that this process ends."""
        return self.restart.when != "no" or (self.alive is not None and self.alive.on_failure == "restart")


class Inherited(Record):
    """What lifeinit was started with and had to change for itself: the app gets it back unchanged.

    `ignored` are those of SIGINT and SIGQUIT that were ignored, as nohup-like tools and background jobs have it.
    A `regular_environment` has no malformed and no doubled entries: a mapping holds all of it.
    """

    mask: tuple[int, ...]
    sigchld_ignored: bool
    lc_ctype_added: bool
    directory: bytes | None
    ignored: tuple[int, ...] = ()
    regular_environment: bool = False


class Plan(Record):
    """The app, its hooks and their limits; durations are seconds.

    `rewrite` holds pairs: the signal that lifeinit gets, and the one that the app gets for it (None: dropped). A
    `plain` init has no hooks and nothing to wait for, and says nothing of its own. `parent` is who started lifeinit,
    `hook_file` the real path of the file that the hooks are from.
    """

    processes: tuple[Process, ...]
    inherited: Inherited
    stop_on: tuple[int, ...]
    rewrite: tuple[tuple[int, int | None], ...] = ()
    verbose: int = 0
    quiet: bool = False
    log_format: "Literal['text', 'json']" = "text"
    tell_orphans: bool = False
    parent_death_signal: int | None = None
    parent: int = 0
    stop_timeout: float | None = None
    kill_after: float = 2.0
    plain: bool = True
    hook_file: bytes | None = None
    ready_file: bytes | None = None
    pre_start: tuple[Hook, ...] = ()
    post_start: tuple[Hook, ...] = ()
    pre_stop: tuple[Hook, ...] = ()
    post_stop: tuple[Hook, ...] = ()

    def hooks(self, phase: "HookPhase") -> tuple[Hook, ...]:
        """The hooks of one phase, in file order."""
        match phase:
            case "pre_start":
                return self.pre_start
            case "post_start":
                return self.post_start
            case "pre_stop":
                return self.pre_stop
            case "post_stop":
                return self.post_stop
