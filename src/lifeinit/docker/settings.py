"""The settings of a ManagedContainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

    from lifeinit.callbacks.event import Phase
    from lifeinit.callbacks.registrar import Registrar


@dataclass(slots=True, eq=False)
class Settings:
    """Times are in seconds. None is no limit, but for `stop_timeout`: the container's own."""

    client: DockerClient
    image: str | Image
    command: str | list[str] | None
    options: Mapping[str, object]
    registrars: Mapping[Phase, Registrar]
    pull: bool
    remove: bool
    ready_timeout: float | None
    stop_timeout: float | None
    lost_timeout: float
    attached: bool = False
    await_ready: bool = True

    @property
    def name(self) -> str | None:
        """The name that the container is to have, if any."""
        name = self.options.get("name")
        return name if isinstance(name, str) else None
