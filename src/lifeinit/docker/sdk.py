"""Requests to the Docker engine through the SDK: one function for each, its errors translated. Decides nothing."""

import contextlib
import difflib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import docker.errors
import docker.models.containers as sdk
from docker import DockerClient
from docker.models.containers import Container
from docker.models.images import Image

from lifeinit.callbacks.errors import UsageError, quoted
from lifeinit.docker.errors import (
    EngineError,
    ImageMissingError,
    NameInUseError,
    NoEngineError,
    NotRunningError,
    StartError,
    StopError,
)
from lifeinit.engine import exit_status

# Options of containers.create() that are not in the SDK's own two lists.
_SPLIT_OPTIONS = ["ports", "volumes", "network", "networking_config"]
# Seconds without an event after which the connection is made anew, in case it was cut without notice.
_SILENCE = 600.0


class ContainerEvent(NamedTuple):
    """One event of a container."""

    action: str
    time: int
    """Unix time in ns, by the engine's clock."""
    exit_code: int
    """Of a die event."""


class Snapshot(NamedTuple):
    """The engine's record of a container at one moment."""

    name: str
    status: str
    running: bool
    exit_code: int
    oom_killed: bool
    health: str
    """starting, healthy or unhealthy; empty without a HEALTHCHECK."""
    created: int
    """Unix time in ns, by the engine's clock."""
    started: int
    """When it was last started, the same; 0 before the first start."""
    restarts: bool
    """Whether the engine itself restarts it."""
    stop_timeout: int


def check_options(options: Mapping[str, object]) -> None:
    """Raises UsageError for an option that containers.create() does not have."""
    known = [*sdk.RUN_CREATE_KWARGS, *sdk.RUN_HOST_CONFIG_KWARGS, *_SPLIT_OPTIONS]
    for name in options:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f'did you mean "{close[0]}"?' if close else "see docker.containers.create() for the options"
            raise UsageError(f"unknown option {quoted(name)}: {hint}")


def check_image(client: DockerClient, image: str | Image, pull: bool) -> None:
    """Make sure that the engine has the image; pull it if that is allowed."""
    if not isinstance(image, str):
        return  # it came from the engine
    with _translated(client):
        try:
            client.images.get(image)
        except docker.errors.ImageNotFound:
            if not pull:
                raise ImageMissingError(
                    f'the engine has no image "{image}": run "docker pull {image}", or pass pull=True'
                ) from None
        else:
            return
        try:
            client.images.pull(image)
        except docker.errors.APIError as error:
            raise ImageMissingError(
                f'the image "{image}" cannot be pulled: {_explanation(error)}: check its name and registry'
            ) from None


def check_name(client: DockerClient, name: str) -> None:
    """Make sure that no container has it. The engine accepts the beginning of an id as a name, too."""
    with _translated(client), contextlib.suppress(docker.errors.NotFound):
        container = client.containers.get(name)
        if container.name == name:
            raise _name_in_use(name, f" ({container.status})")


def create(client: DockerClient, image: str | Image, command: object, options: Mapping[str, object]) -> Container:
    """The new container, not started."""
    make: Callable[..., Container] = client.containers.create
    with _translated(client):
        try:
            return make(image, command, **options)
        except docker.errors.APIError as error:
            if error.status_code == 409:
                raise _name_in_use(str(options.get("name")), "") from None
            raise StartError(f"the engine cannot create the container: {_explanation(error)}") from None
        except (TypeError, ValueError, docker.errors.DockerException) as error:
            raise StartError(f"the Docker SDK rejects the options: {error}") from error


def start(client: DockerClient, container: Container) -> None:
    """Start it. The text of runc's error decides between 127 and 126, as in the docker command line."""
    with _translated(client):
        try:
            container.start()
        except docker.errors.APIError as error:
            explanation = _explanation(error)
            status = None
            if "executable file not found" in explanation or "no such file or directory" in explanation:
                status = exit_status.NOT_FOUND
            elif "permission denied" in explanation:
                status = exit_status.NOT_EXECUTABLE
            raise StartError(f'"{container.name}" cannot be started: {explanation}', status) from None


def get(client: DockerClient, id_or_name: str) -> Container:
    """The container with this id or name. Raises NotRunningError."""
    with _translated(client):
        try:
            return client.containers.get(id_or_name)
        except docker.errors.NotFound:
            raise NotRunningError(f'container "{id_or_name}" does not exist: see "docker ps"') from None


def attach(client: DockerClient, id_or_name: str) -> tuple[Container, Snapshot]:
    """A running container. Raises NotRunningError."""
    container = get(client, id_or_name)
    snapshot = inspect(client, container)
    if snapshot is None or not snapshot.running:
        status = "removed" if snapshot is None else snapshot.status
        raise NotRunningError(
            f'container "{id_or_name}" is {status}, not running: start it, or make a ManagedContainer of its image'
        )
    return container, snapshot


def inspect(client: DockerClient, container: Container) -> Snapshot | None:
    """None if the engine no longer has it."""
    with _translated(client):
        try:
            record = client.api.inspect_container(str(container.id))
        except docker.errors.NotFound:
            return None
    state = record["State"]
    health = (state.get("Health") or {}).get("Status", "none")
    stop_timeout = record["Config"].get("StopTimeout")
    return Snapshot(
        name=record["Name"].lstrip("/"),
        status=state["Status"],
        running=state["Running"],
        exit_code=state["ExitCode"],
        oom_killed=state["OOMKilled"],
        health="" if health == "none" else health,
        created=_nanoseconds(record["Created"]),
        started=_nanoseconds(state["StartedAt"]),
        restarts=(record["HostConfig"].get("RestartPolicy") or {}).get("Name", "") not in {"", "no"},
        stop_timeout=10 if stop_timeout is None else stop_timeout,
    )


def stop(client: DockerClient, container: Container, timeout: float) -> None:
    """The container's stop signal, and SIGKILL after the timeout, which the engine counts in whole seconds."""
    _end(client, container, lambda: container.stop(timeout=math.ceil(timeout)))


def kill(client: DockerClient, container: Container) -> None:
    _end(client, container, container.kill)


def _end(client: DockerClient, container: Container, request: Callable[[], None]) -> None:
    with _translated(client):
        try:
            request()
        except docker.errors.APIError as error:
            if error.status_code in {404, 409}:
                return  # removed, being removed, or not running
            raise StopError(f'the engine cannot stop "{container.name}": {_explanation(error)}') from None


def remove(client: DockerClient, container: Container) -> None:
    """Remove it with its anonymous volumes, if it still exists."""
    with _translated(client):
        try:
            container.remove(v=True, force=True)
        except docker.errors.APIError as error:
            if error.status_code not in {404, 409}:
                raise EngineError(f'"{container.name}" cannot be removed: {_explanation(error)}') from None


def now(client: DockerClient) -> int:
    """Unix time in seconds, by the engine's clock."""
    with _translated(client):
        return _nanoseconds(client.info()["SystemTime"]) // 10**9


@contextlib.contextmanager
def events(
    client: DockerClient, container: Container, since: int, until: int | None
) -> Iterator[Iterator[ContainerEvent]]:
    """Its events from one unix time (ns) to another (seconds), or until the connection ends.

    Why not the SDK's own events(): closed before its end, it leaves the socket to the garbage collector, and it cannot
    notice a connection that is cut without notice.
    """
    api = client.api
    # Without a filter each run of a HEALTHCHECK would wake the reader three times.
    filters = {"container": [container.id], "event": ["die", "destroy", "oom", "health_status"]}
    params: dict[str, str | int | None] = {
        "since": f"{since // 10**9}.{since % 10**9:09}",
        "until": until,
        "filters": json.dumps(filters),
    }
    url = f"{api.base_url}/v{api.api_version}/events"
    with _translated(client), api.get(url, params=params, stream=True, timeout=(api.timeout, _SILENCE)) as response:
        if not response.ok:
            raise NoEngineError(f"the Docker engine sent no events: {response.status_code} {response.text}")
        yield (_event(line) for line in response.iter_lines())


def _event(line: bytes) -> ContainerEvent:
    try:
        event = json.loads(line)
        return ContainerEvent(event["Action"], event["timeNano"], int(event["Actor"]["Attributes"].get("exitCode", 0)))
    except (ValueError, KeyError) as error:
        raise OSError(f"incomplete event {line!r}") from error  # the connection was cut


@contextlib.contextmanager
def _translated(client: DockerClient) -> Iterator[None]:
    try:
        yield
    except docker.errors.APIError as error:  # an OSError, too
        raise EngineError(f"the Docker engine refused: {_explanation(error)}") from None
    except OSError as error:
        raise NoEngineError(
            f'no Docker engine answers at "{client.api.base_url}" ({_root(error)}): start it, or set DOCKER_HOST'
        ) from None


def _name_in_use(name: str, status: str) -> NameInUseError:
    return NameInUseError(
        f'the name "{name}" is in use by another container{status}: remove that one, choose a different name, '
        "or take it over with ManagedContainer.attach"
    )


def _explanation(error: docker.errors.APIError) -> str:
    return str(error.explanation or error)


def _root(error: BaseException) -> str:
    """The innermost cause: the system's own error, which requests and urllib3 have wrapped."""
    while error.__context__ is not None:
        error = error.__context__
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _nanoseconds(text: str) -> int:
    """Unix time in ns of the engine's "2026-01-31T12:00:00.123456789Z"; 0 of its zero time, the year 1."""
    time = datetime.fromisoformat(text)
    if time.year == 1:
        return 0
    fraction = text.partition(".")[2]
    digits = fraction[: next((i for i, c in enumerate(fraction) if not c.isdigit()), len(fraction))]
    return int(time.replace(microsecond=0).timestamp()) * 10**9 + int(digits.ljust(9, "0")[:9])
