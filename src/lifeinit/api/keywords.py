"""The options of the Python API: the keys of the hook file as keyword arguments.

Made by `python -m tools.reference` of the rows of `lifeinit.config.keys`: change those, not this file.
"""

import signal
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from os import PathLike
from typing import Literal, TypedDict

from lifeinit.callbacks.options import Duration

StrPath = str | PathLike[str]
Command = str | Sequence[StrPath]
"""A shell command, or a program and its arguments."""
Signal = str | signal.Signals
"""A name such as "TERM" or "SIGUSR1", or signal.SIGUSR1."""


class ReadyTable(TypedDict, total=False):
    """When the app counts as ready. Exactly one of the first seven."""

    http: StrPath
    """A try succeeds if this URL answers with a status from 200 to 399. The certificate is verified."""
    tcp: StrPath
    """A try succeeds if this address accepts a connection."""
    unix: StrPath
    """A try succeeds if this socket accepts a connection."""
    file: StrPath
    """Ready when this file exists. It is removed before the start."""
    command: Command
    """Ready when this command exits with 0. A try may take 30 s."""
    notify: Literal[True]
    """Ready when the app sends READY=1. sd_notify(3)"""
    after: Duration
    """Ready after this time."""
    insecure: bool
    """Whether any certificate is accepted. For `https://` only. Default: `false`."""
    interval: Duration
    """The time between two tries. Default: `"1s"`."""
    timeout: Duration
    """The time within which the app must become ready. Default: `"60s"`."""
    on_failure: Literal["abort", "warn"]
    """What happens if the app is not ready in time: `"abort"` stops it with exit status 124, `"warn"` treats it as
    ready. Default: `"abort"`.
    """


class AliveTable(TypedDict, total=False):
    """How the app shows that it works. Exactly one of the first five."""

    http: StrPath
    """A try succeeds if this URL answers with a status from 200 to 399. The certificate is verified."""
    tcp: StrPath
    """A try succeeds if this address accepts a connection."""
    unix: StrPath
    """A try succeeds if this socket accepts a connection."""
    command: Command
    """A try succeeds if this command exits with 0. At `timeout` it is terminated with all its descendants."""
    watchdog: Duration
    """The longest time between two WATCHDOG=1 messages of the app. WATCHDOG_USEC holds this time.
    sd_watchdog_enabled(3)
    """
    insecure: bool
    """Whether any certificate is accepted. For `https://` only. Default: `false`."""
    interval: Duration
    """The time from one try to the next. Default: `"10s"`."""
    timeout: Duration
    """The time after which a try without an answer fails. Default: 5s, or `interval` times `failures` if that is
    less.
    """
    failures: int
    """How many failed tries in a row make the app unhealthy. Default: `3`."""
    on_failure: Literal["stop", "restart", "warn"]
    """What happens to an unhealthy app: `"stop"` stops it, as a stop request does, `"restart"` also starts it
    again, `"warn"` logs a line. Default: `"stop"`.
    """


class SharedOptions(TypedDict, total=False):
    """Options of every container. None is the default."""

    ready_file: StrPath | None
    """A file that exists while the app is ready. Default: none."""
    stop_timeout: Duration | None
    """The longest time from the stop request to lifeinit's exit. Keep it below the runtime's grace period: Docker
    sends SIGKILL after 10 s, Kubernetes after 30 s. Default: none; lifeinit sends no SIGKILL of its own.
    """
    kill_after: Duration | None
    """The time between SIGTERM and SIGKILL when a hook is terminated. Default: `"2s"`."""
    stop_on: Collection[Signal] | None
    """The signals that request a stop. Default: `["TERM", "INT", "QUIT"]`."""
    signals: Mapping[str, Signal | None] | None
    """Maps signals: lifeinit receives the left one and forwards the right one. `""` drops it. Default: none."""
    user: str | None
    """The user to run as: a name or uid, optionally `:group`. Sets supplementary groups, HOME, USER, LOGNAME and
    SHELL too. Default: as lifeinit.
    """
    working_dir: StrPath | None
    """The working directory. Default: as lifeinit."""
    environment: Mapping[str, str | Mapping[str, StrPath]] | None
    """Variables to add to the environment. `$VAR` and `${VAR}` are expanded; `$$` is a dollar sign. `{ file =
    "/run/secrets/db" }` is the content of the file when the program starts. Default: none.
    """
    umask: str | int | None
    """The file mode creation mask: octal digits in quotes. Default: as lifeinit."""
    no_new_privs: bool | None
    """Whether set-user-ID programs and file capabilities have no effect. Default: `false`."""
    oom_score_adj: int | None
    """The OOM score adjustment: the kernel first kills the process with the highest score. Lowering it needs
    CAP_SYS_RESOURCE. Default: as lifeinit.
    """
    success_exit_codes: Collection[int | Signal] | None
    """Exit statuses that count as 0: numbers, ranges such as `"3-9"`, or signals such as `"SIGTERM"`, which is 143.
    Default: `[]`.
    """
    restart: Literal["no", "on-failure", "always"] | None
    """Whether the app is started again after it exits. A restart is a whole cycle: post_stop, then pre_start.
    Default: `"no"`.
    """
    max_restarts: int | None
    """How many restarts are allowed within restart_window. Default: `5`."""
    restart_window: Duration | None
    """The time in which restarts are counted. Default: `"60s"`."""


class ContainerOptions(SharedOptions, total=False):
    """Options of `Container`."""

    ready: str | timedelta | ReadyTable | None
    """The check that decides when the app is ready. Default: as soon as it runs."""
    alive: str | AliveTable | None
    """The check that decides whether the app still works once it is ready. Default: no check."""
    stop_signal: Signal | None
    """The signal that stops the process. Default: the signal that requested the stop."""
    stop_scope: Literal["process", "group"] | None
    """Which processes receive the signals: the main process, or its whole process group. Default: `"process"`."""


class ProcessOptions(TypedDict, total=False):
    """Options of `Container.process`. What is not set here is as for the container."""

    ready: str | timedelta | ReadyTable | None
    """The check that decides when the app is ready. Default: as soon as it runs."""
    alive: str | AliveTable | None
    """The check that decides whether the app still works once it is ready. Default: no check."""
    signals: Mapping[str, Signal | None] | None
    """Like `signals` at the top, for this process only. It takes precedence over the one at the top. Default: none."""
    after: Collection[str] | None
    """Other processes that this one needs: it starts when they are ready, and they are asked to stop when it has
    exited. `app` is the command after `--`. Default: none.
    """
    user: str | None
    """The user to run as: a name or uid, optionally `:group`. Sets supplementary groups, HOME, USER, LOGNAME and
    SHELL too. Default: as lifeinit.
    """
    working_dir: StrPath | None
    """The working directory. Default: as lifeinit."""
    environment: Mapping[str, str | Mapping[str, StrPath]] | None
    """Variables to add to the environment. `$VAR` and `${VAR}` are expanded; `$$` is a dollar sign. `{ file =
    "/run/secrets/db" }` is the content of the file when the program starts. Default: none.
    """
    umask: str | int | None
    """The file mode creation mask: octal digits in quotes. Default: as lifeinit."""
    no_new_privs: bool | None
    """Whether set-user-ID programs and file capabilities have no effect. Default: `false`."""
    oom_score_adj: int | None
    """The OOM score adjustment: the kernel first kills the process with the highest score. Lowering it needs
    CAP_SYS_RESOURCE. Default: as lifeinit.
    """
    stop_signal: Signal | None
    """The signal that stops the process. Default: the signal that requested the stop."""
    stop_scope: Literal["process", "group"] | None
    """Which processes receive the signals: the main process, or its whole process group. Default: `"process"`."""
    success_exit_codes: Collection[int | Signal] | None
    """Exit statuses that count as 0: numbers, ranges such as `"3-9"`, or signals such as `"SIGTERM"`, which is 143.
    Default: `[]`.
    """
    restart: Literal["no", "on-failure", "always"] | None
    """Whether the app is started again after it exits. A restart is a whole cycle: post_stop, then pre_start.
    Default: `"no"`.
    """
    max_restarts: int | None
    """How many restarts are allowed within restart_window. Default: `5`."""
    restart_window: Duration | None
    """The time in which restarts are counted. Default: `"60s"`."""


class SleepOptions(TypedDict, total=False):
    """Options of `pre_stop.sleep` and its like."""

    name: str | None
    """The hook's name in the log. Letters, digits and the characters `_.-`, unique in its phase. Default:
    `pre_start[0]` for the first hook of pre_start, and so on.
    """
    on_failure: Literal["abort", "warn"] | None
    """What happens if the hook fails. `"abort"` ends the start; in the stop phases it turns exit status 0 into the
    hook's. `"warn"` logs a line. Default: `"abort"` in the start phases, `"warn"` in the stop phases.
    """
    once: bool | None
    """Whether restarts skip the hook once it has succeeded. Default: `false`."""


class DrainOptions(SleepOptions, total=False):
    """Options of `pre_stop.drain`."""

    timeout: Duration | None
    """The time after which the hook receives SIGTERM, and SIGKILL after kill_after. It then fails with 124.
    Default: none in pre_start and for a sleep, 60s in post_start, 5s in pre_stop and post_stop.
    """


class HookOptions(SleepOptions, total=False):
    """Options of `pre_start.command` and its like."""

    unless: Command | None
    """A command that runs before each try. If it exits with 0, the hook is skipped, which counts as success. It has
    the hook's user, environment and directory, and shares its timeout. Default: none.
    """
    timeout: Duration | None
    """The time after which the hook receives SIGTERM, and SIGKILL after kill_after. It then fails with 124.
    Default: none in pre_start and for a sleep, 60s in post_start, 5s in pre_stop and post_stop.
    """
    retries: int | None
    """How many times a failed hook is tried again. Default: `0`."""
    retry_delay: Duration | None
    """The time between two tries. Default: `"1s"`."""
    user: str | None
    """The user to run as: a name or uid, optionally `:group`. Sets supplementary groups, HOME, USER, LOGNAME and
    SHELL too. Default: as lifeinit.
    """
    working_dir: StrPath | None
    """The working directory. Default: as lifeinit."""
    environment: Mapping[str, str | Mapping[str, StrPath]] | None
    """Variables to add to the environment. `$VAR` and `${VAR}` are expanded; `$$` is a dollar sign. `{ file =
    "/run/secrets/db" }` is the content of the file when the program starts. Default: none.
    """
