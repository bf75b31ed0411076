"""What a ManagedContainer was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lifeinit.docker.callbacks import Phase, seconds

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image


@dataclass(slots=True, eq=False)
class Settings:
    """Times are in seconds; None is no limit, but for stop_timeout: the container's own."""

    client: DockerClient
    image: str | Image
    command: str | list[str] | None
    options: Mapping[str, object]
    pull: bool
    remove: bool
    ready_timeout: float | None
    stop_timeout: float | None
    lost_timeout: float
    attached: bool = False
    await_ready: bool = True
    pre_start: Phase = field(default_factory=lambda: Phase("pre_start"))
    post_start: Phase = field(default_factory=lambda: Phase("post_start"))
    pre_stop: Phase = field(default_factory=lambda: Phase("pre_stop"))
    post_stop: Phase = field(default_factory=lambda: Phase("post_stop"))

    def __post_init__(self) -> None:
        """Raises DefinitionError."""
        seconds(self.ready_timeout, "ready_timeout", none=True)
        seconds(self.stop_timeout, "stop_timeout", none=True)
        seconds(self.lost_timeout, "lost_timeout")

    @property
    def name(self) -> str | None:
        """The name that the container is to have, if any."""
        name = self.options.get("name")
        return name if isinstance(name, str) else None

    @property
    def phases(self) -> tuple[Phase, Phase, Phase, Phase]:
        return self.pre_start, self.post_start, self.pre_stop, self.post_stop
