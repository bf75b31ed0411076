"""What the kernel does, and has done, for want of memory in our cgroup. cgroups(7)"""

import os

_ROOT = "/sys/fs/cgroup"
_OWN = "/proc/self/cgroup"
_MOST = 1 << 16  # bytes of one file


def kills() -> int | None:
    """The cgroup's oom_kill counter; None where it cannot be known.

    In a container the cgroup is usually the root that it sees; elsewhere /proc/self/cgroup says where it is.
    """
    for line in _read(_OWN):
        _number, controllers, path = (*line.split(":", 2), "", "")[:3]
        if not controllers:
            directory, file = _ROOT, "memory.events"
        elif "memory" in controllers.split(","):
            directory, file = f"{_ROOT}/memory", "memory.oom_control"
        else:
            continue
        for place in (f"{directory}{path.rstrip('/')}/{file}", f"{directory}/{file}"):
            counter = _counter(place)
            if counter is not None:
                return counter
    return None


def kills_all() -> bool:
    """Whether an out-of-memory kill ends every process of the cgroup: memory.oom.group, of cgroup version 2 alone."""
    for line in _read(_OWN):
        if line.startswith("0::"):
            path = line.removeprefix("0::").rstrip("/")
            own = _read(f"{_ROOT}{path}/memory.oom.group") or _read(f"{_ROOT}/memory.oom.group")
            return own[:1] == ["1"]
    return False


def _counter(path: str) -> int | None:
    """The number behind `oom_kill`, in version 2's memory.events as in version 1's memory.oom_control."""
    for line in _read(path):
        name, _, number = line.partition(" ")
        if name == "oom_kill" and number.isdecimal():
            return int(number)
    return None


def _read(path: str) -> list[str]:
    """Its lines. Why not open(): it asks the kernel twice as much, and every hook comes here."""
    text = b""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return []
    try:
        while len(text) < _MOST and (part := os.read(fd, _MOST - len(text))):
            text += part
    except OSError:
        pass
    finally:
        os.close(fd)
    return text.decode("utf-8", "replace").splitlines()
