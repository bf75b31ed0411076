"""The runtimes that start containers: the grace period of each, and where it is set."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Runtime:
    """A runtime and its usual grace period in seconds. `settings` hold `{}` for another one; none: it is fixed.

    `oom_group`: it sets memory.oom.group on cgroup v2.
    """

    name: str
    grace: float
    settings: tuple[str, ...]
    most: float = math.inf
    oom_group: bool = False


RUNTIMES: Final[Mapping[str, Runtime]] = {
    "docker": Runtime("Docker", 10.0, ("docker stop -t {}", "docker run --stop-timeout {}")),
    "compose": Runtime("Compose", 10.0, ("stop_grace_period: {}s",)),
    "kubernetes": Runtime("Kubernetes", 30.0, ("terminationGracePeriodSeconds: {}",), oom_group=True),
    "ecs": Runtime("ECS", 30.0, ('"stopTimeout": {}',), most=120.0),
    "cloudrun": Runtime("Cloud Run", 10.0, ()),
    "heroku": Runtime("Heroku", 30.0, ()),
}
_ANY: Final = Runtime(
    "the runtime", 0.0, ("docker stop -t {}", "stop_grace_period: {}s", "terminationGracePeriodSeconds: {}")
)


@dataclass(frozen=True)
class Grace:
    """A grace period, and the runtime that sets it."""

    seconds: float
    runtime: Runtime

    @property
    def kills(self) -> str:
        return f"{self.runtime.name} kills everything"

    def longer(self, seconds: float) -> str | None:
        """How to get a grace period of more than `seconds`; None where that is impossible."""
        needed = math.floor(seconds) + 1
        if not self.runtime.settings or needed > self.runtime.most:
            return None
        settings = " / ".join(setting.format(needed) for setting in self.runtime.settings)
        return f"give the container {needed} s: {settings}"


def grace_of(seconds: float | None, runtime: str | None) -> Grace | None:
    """The grace period in seconds, otherwise the runtime's; None where neither is known."""
    known = _ANY if runtime is None else RUNTIMES[runtime]
    if seconds is not None:
        return Grace(seconds, known)
    return None if runtime is None else Grace(known.grace, known)
