"""A hook file held against what its container is started with. The grace period is the budget's matter."""

import math
import os
import pwd
from collections.abc import Iterator
from typing import Final

from lifeinit.check.manifest.container import Container
from lifeinit.check.timeline.stages import life
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.model import HookFile
from lifeinit.config.spans import Path
from lifeinit.config.stop_timeout import stop_timeout_of
from lifeinit.engine.signals import name_of, number_of
from lifeinit.values.duration_text import exact

_LEAST_MEMORY: Final = 32 << 20  # bytes; reading the hook file takes 14 MB beside PID 1
_ALWAYS_WRITABLE: Final = ("/dev/shm", "/dev/mqueue", "/proc", "/dev")  # noqa: S108  # of a container with a read-only root


def with_environment(hook_file: HookFile, container: Container) -> HookFile:
    """The hook file with the stop_timeout that the container's environment sets. Raises ValueError with a sentence."""
    seconds = stop_timeout_of(container.environment)
    return hook_file if seconds is None else hook_file.replaced(stop_timeout=seconds)


def diagnostics(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    """E403, E404, W406 to W410."""
    yield from _entrypoint(hook_file, container)
    yield from _stop_signal(hook_file, container)
    yield from _users(hook_file, container)
    yield from _read_only(hook_file, container)
    yield from _start(hook_file, container)
    yield from _pre_stop(hook_file, container)
    yield from _memory(hook_file, container)


def _entrypoint(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    words = container.entrypoint
    if words and not any("lifeinit" in word for word in (*words, *(container.command or ()))):
        message = f"{container.name} starts {quoted(words[0])} in place of the image's entrypoint, so no hook runs"
        yield _of_file(hook_file, "W410", message, 'begin it with "lifeinit", "--", or remove it')


def _stop_signal(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    """The runtime's signal has to be a stop request."""
    number = number_of(container.stop_signal or "TERM")
    name = name_of(number) if number else container.stop_signal or ""
    if name in hook_file.stop_on:
        return
    what = "and the kernel kills everything at once" if name == "KILL" else "which stop_on does not list: no hook runs"
    fix = "write SIGTERM" if name in {"KILL", "STOP"} or not number else f'write stop_on = ["TERM", "INT", "{name}"]'
    message = f"{container.name} is stopped with SIG{name}, {what}"
    yield Diagnostic("E403", hook_file.places.span(("stop_on",)), message, fix)


def _users(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    """Only root can become somebody else."""
    if container.is_root:
        return
    for path, user in hook_file.users():
        if not _are_the_same(user, container.user or ""):
            message = f"user is {quoted(user)}, but {container.name} starts as {quoted(container.user)}, not as root"
            fix = "start the container as root, or remove the user"
            yield Diagnostic("E404", hook_file.places.span(path), message, fix)


def _are_the_same(one: str, other: str) -> bool:
    """By name or by number; a name that this machine does not know may be either."""
    first, second = (_uid(text.partition(":")[0]) for text in (one, other))
    return one.partition(":")[0] == other.partition(":")[0] or first is None or second is None or first == second


def _uid(name: str) -> int | None:
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, ValueError):
        return None


def _read_only(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    """What lifeinit or the app is to write, and where nothing can be written."""
    if not container.read_only:
        return
    ready = hook_file.app.ready
    files = {"ready_file": hook_file.ready_file or "", "ready": (ready.file if ready is not None else None) or ""}
    for key, written in files.items():
        file = written.removeprefix("file://")
        if file.startswith("/") and "$" not in file and not _is_below(file, container.writable):
            message = f"{key} is {quoted(file)}, and {container.name} has a read-only root and no volume there"
            fix = f'mount a tmpfs at {os.path.dirname(file)}, or write a file in "/dev/shm"'
            yield Diagnostic("W406", hook_file.places.span((key,)), message, fix)


def _is_below(file: str, directories: tuple[str, ...]) -> bool:
    return any(file.startswith(f"{one.rstrip('/')}/") for one in (*directories, *_ALWAYS_WRITABLE))


def _start(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    """A probe that ends the container before the hooks and `ready` are over."""
    limit, stages = container.start_limit, life(hook_file).start
    if limit is None:
        return
    longest = max((stage.end for stage in stages if stage.phase in {"pre_start", "start"}), default=0.0)
    if longest <= limit or (math.isinf(longest) and container.start_check == "startupProbe"):
        return
    endless = next((stage for stage in stages if stage.phase == "pre_start" and math.isinf(stage.longest)), None)
    takes = f"{endless.label} has no timeout" if endless is not None else f"the start may take {exact(longest)}"
    message = f"{container.start_check} ends {container.name} {exact(limit)} after its start, and {takes}"
    fix = "give it more time (a startupProbe: failureThreshold times periodSeconds), or write a shorter timeout"
    if container.runtime == "ecs":
        fix = "give it a longer startPeriod, or write a shorter timeout"
    path: Path = ("ready",) if endless is None else endless.path
    yield Diagnostic("W407", hook_file.places.span(path, of_key=True), message, fix)


def _pre_stop(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    if container.pre_stop and container.pre_stop_time is None:
        message = f"{container.pre_stop} of {container.name} takes an unknown part of {container.grace_key}"
        yield _of_file(hook_file, "W408", message, "make it a pre_stop hook with a timeout")


def _memory(hook_file: HookFile, container: Container) -> Iterator[Diagnostic]:
    if container.memory is not None and container.memory < _LEAST_MEMORY:
        limit = f"{container.memory / (1 << 20):.3g} MiB"
        message = f"{container.name} may use {limit}, and lifeinit takes up to 18 MB as it starts"
        yield _of_file(hook_file, "W409", message, f"give it at least {_LEAST_MEMORY >> 20} MiB")


def _of_file(hook_file: HookFile, code: str, message: str, fix: str) -> Diagnostic:
    return Diagnostic(code, hook_file.places.span(()), message, fix)
