"""What one container is started with, however its manifest writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lifeinit.check.timeline.runtimes import RUNTIMES, Grace
from lifeinit.values.duration_text import exact


@dataclass(frozen=True)
class Container:
    """Times are seconds. None is what the manifest does not say; `user` is `UID[:GID]` or a name.

    `grace_key` is the name of the grace period there. `pre_stop`: what the runtime itself runs before its signal, and
    `pre_stop_time` how long (None: not known). `start_limit`: after so long `start_check` ends a container that has not
    become healthy. `command` is what replaces the image's entrypoint and command.
    """

    runtime: str
    name: str
    grace_key: str
    grace: float | None = None
    pre_stop: str = ""
    pre_stop_time: float | None = None
    stop_signal: str | None = None
    user: str | None = None
    read_only: bool = False
    writable: tuple[str, ...] = ()
    memory: int | None = None
    start_check: str = ""
    start_limit: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    probes: tuple[str, ...] = ()

    @property
    def mentions_lifeinit(self) -> bool:
        words = (*(self.entrypoint or ()), *(self.command or ()), *self.probes)
        return any("lifeinit" in word for word in words) or any(
            name.startswith("LIFEINIT_") for name in self.environment
        )

    @property
    def is_root(self) -> bool:
        return self.user is None or self.user.partition(":")[0] in {"0", "root"}

    def time_to_stop(self) -> Grace:
        """The grace period as the budget's checks take it: without the time of `pre_stop`."""
        runtime = RUNTIMES[self.runtime]
        whole, before = runtime.grace if self.grace is None else self.grace, self.pre_stop_time or 0.0
        number = f"{whole:g}" if self.grace_key.lower().endswith(("seconds", "timeout")) else exact(whole)
        said = f"{self.grace_key} is {number}{' by default' if self.grace is None else ''}"
        if before:
            said += f", of which {self.pre_stop} takes {before:g}"
        limit = "LIFEINIT_STOP_TIMEOUT" if self.environment.get("LIFEINIT_STOP_TIMEOUT") else "stop_timeout"
        return Grace(max(0.0, whole - before), runtime, said, before, limit)
