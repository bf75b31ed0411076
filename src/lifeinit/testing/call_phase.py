"""The callbacks of one phase, called in their order in this process."""

import asyncio
import inspect
import os
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict, Unpack

from lifeinit.api.as_hook_file import refuse_unknown
from lifeinit.api.phase_hooks import PhaseHooks
from lifeinit.callbacks.errors import UsageError, described
from lifeinit.callbacks.event import Event, Reason
from lifeinit.callbacks.registrar import Callback, Registrar
from lifeinit.engine import env_text
from lifeinit.engine.env_file import ExportError


class EventFields(TypedDict, total=False):
    """The fields of the event. By default SIGTERM requests the stop, and the exit status is 0."""

    pid: int | None
    child_pid: int | None
    reason: Reason | None
    signal: str | None
    exit_code: int | None
    child_exit_code: int | None
    child_exit_signal: str | None
    oom_killed: bool
    attempt: int
    restarts: int
    container: Any  # of lifeinit.docker: the SDK's container


def call_phase(phase: Registrar, *, only: str | None = None, **fields: Unpack[EventFields]) -> dict[str, str]:
    """Call the callbacks of a phase, such as `container.pre_start`, and return what they have set with `setenv`.

    An exception of a callback ends the phase, and is raised in the test. `timeout` and `retries` have no effect, and
    hooks that run a program are skipped. What a callback changes in os.environ is undone, as it is lost in a container.

    Args:
        phase: Of `Container`, `FlaskCeleryContainer` or `lifeinit.docker.ManagedContainer`.
        only: The name of one callback, to call no other.
        fields: Fields of the event.

    Raises:
        UsageError: There is no such callback or field.
    """
    return Rehearsal().call_phase(phase, only=only, **fields)


class Rehearsal:
    """Several phases of one life: later phases have the variables that pre_start sets, as in a container."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        """What pre_start callbacks have set."""

    def call_phase(self, phase: Registrar, *, only: str | None = None, **fields: Unpack[EventFields]) -> dict[str, str]:
        """Like the function `call_phase`."""
        _check_phase(phase)
        is_own = isinstance(phase, PhaseHooks)
        refuse_unknown(fields, EventFields.__annotations__.keys() - ({"container"} if is_own else set()))
        callbacks = [callback for callback in phase.callbacks if only in {None, callback.name}]
        if only is not None and not callbacks:
            raise UsageError(
                f'{phase.phase} has no callback "{only}": its callbacks are {", ".join(phase.names) or "none"}'
            )
        found: dict[str, str] = {}
        for callback in callbacks:
            with tempfile.TemporaryDirectory(prefix="lifeinit-") as directory, self._own_environment():
                file = Path(directory, "env")
                file.touch()
                _call(callback, _event(callback, {**_usual(callback, fields), **fields}, str(file), is_own=is_own))
                found |= _variables(file.read_bytes())
            self.environment |= found
        return found

    @contextmanager
    def _own_environment(self) -> Iterator[None]:
        """A callback has a process of its own, and so an environment of its own."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _check_phase(phase: object) -> None:
    if not isinstance(phase, Registrar):
        raise UsageError(f"call_phase cannot call {described(phase)}: pass a phase such as container.pre_start")


def _variables(text: bytes) -> dict[str, str]:
    try:
        return {os.fsdecode(name): os.fsdecode(value) for name, value in env_text.parse(text).items()}
    except ExportError as error:
        raise UsageError(str(error)) from None


def _usual(callback: Callback, fields: EventFields) -> EventFields:
    """A plain stop, where the test says nothing else."""
    usual: EventFields = {}
    if callback.phase.endswith("_stop"):
        usual["reason"] = "signal"
        if fields.get("reason", "signal") == "signal":
            usual["signal"] = "TERM"
    if callback.phase == "post_stop":
        usual["exit_code"] = 0
        if "child_exit_signal" not in fields:
            usual["child_exit_code"] = fields.get("exit_code", 0)
    return usual


def _event(callback: Callback, fields: EventFields, env: str, *, is_own: bool) -> Event:
    timeout = callback.options.timeout
    values: dict[str, Any] = {
        "event": callback.phase,
        "hook": callback.name,
        "remaining": timeout,
        "deadline": None if timeout is None else time.time() + timeout,
    }
    if is_own:
        own = {"pid": os.getppid(), "env": env if callback.phase == "pre_start" else None}
        return Event(**{**values, **own, **fields})
    from lifeinit.docker.runner import Event as DockerEvent  # noqa: PLC0415  # it needs the Docker SDK

    return DockerEvent(**{"container": None, **values, **fields})


def _call(callback: Callback, event: Event) -> None:
    try:
        result = callback.call(event)
        if inspect.iscoroutine(result):
            _run(result)
    except SystemExit as error:
        if error.code not in {None, 0}:
            raise


def _run(coroutine: Coroutine[object, object, object]) -> None:
    """Run it to its end, in a thread where this one runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(coroutine)
        return
    raised: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(coroutine)
        except BaseException as error:  # noqa: BLE001  # raised again below
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
