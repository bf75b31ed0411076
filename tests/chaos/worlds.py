"""The surroundings of a run: what little there is of processes, memory, disk and descriptors."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.scenario import Scenario, World
from tests.integration.harness import python

_CGROUPS = Path("/sys/fs/cgroup")
_CONTROLLERS = {"pids": ("pids", "pids.max"), "memory": ("memory", "memory.limit_in_bytes")}
_READ = "+dac_override,+dac_read_search"  # another user, who may still read the interpreter
_FULL = """
for place in /dev/shm /run CWD/full; do
    mkdir -p $place && mount -t tmpfs -o size=4k,nr_inodes=8 none $place && cat /dev/zero > $place/fill 2> /dev/null
done
exec "$@"
"""


def is_here(world: World) -> bool:
    """Whether such a world can be made on this machine; where it cannot, the run is a usual one."""
    if world in {"usual", "closed", "subreaper"}:
        return True
    if world in _CONTROLLERS:
        return os.geteuid() == 0 and _parent(world)[0].exists()
    return os.geteuid() == 0


@contextlib.contextmanager
def surrounded(scenario: Scenario, directory: Path) -> Iterator[list[str]]:
    """The command that lifeinit has to be started through."""
    if not is_here(scenario.world):
        yield []
        return
    match scenario.world:
        case "closed":
            yield ["sh", "-c", f'exec "$@" {" ".join(f"{fd}>&-" for fd in scenario.closed)}', "-"]
        case "full disk":
            yield ["sh", "-c", _FULL.replace("CWD", str(directory)), "-"]
        case "nproc":
            uid = 100_000 + os.getpid() % 10_000 * 8 + scenario.number % 8  # nobody else's
            identity = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
            capabilities = [f"--inh-caps={_READ}", f"--ambient-caps={_READ}"]
            bounds = "--bounding-set=-sys_resource,-sys_admin"
            yield ["setpriv", *identity, *capabilities, bounds, "prlimit", f"--nproc={scenario.limit}"]
        case "pids" | "memory":
            with _group(scenario) as group:
                yield ["sh", "-c", f'echo 0 > {group}/cgroup.procs && exec "$@"', "-"]
        case "subreaper":
            yield python("outer")
        case "usual":
            yield []


def _parent(world: World) -> tuple[Path, str]:
    """Where a group of this controller is made, and the file of its limit: version 1, or 2 where that is alone."""
    controller, limit = _CONTROLLERS[world]
    if (_CGROUPS / controller).is_dir():
        return _CGROUPS / controller, limit
    controllers = _CGROUPS / "cgroup.subtree_control"
    if controllers.exists() and controller in controllers.read_text().split():
        return _CGROUPS, f"{controller}.max"
    return Path("/nonexistent"), limit


@contextlib.contextmanager
def _group(scenario: Scenario) -> Iterator[Path]:
    parent, limit = _parent(scenario.world)
    group = parent / f"lifeinit-storm-{os.getpid()}-{scenario.number}"
    group.mkdir()
    try:
        (group / limit).write_text(str(scenario.limit << 20 if scenario.world == "memory" else scenario.limit))
        yield group
    finally:
        for _ in range(200):  # the kernel empties it a moment after the last process was reaped
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.02)
