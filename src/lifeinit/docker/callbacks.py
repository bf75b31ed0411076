"""The callbacks of the four phases, as they are defined. Calls none of them."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, overload

from lifeinit.docker.errors import AlreadyStartedError, DefinitionError
from lifeinit.docker.event import Event, PhaseName

Function = Callable[[], object] | Callable[[Event], object]
FunctionT = TypeVar("FunctionT", bound=Function)
OnFailure = Literal["abort", "warn"]

# Only pre_stop stands in the way of a stop. Nothing kills this program when a grace period is over, so the others have
# no limit of their own: a migration or an upload takes as long as it takes.
DEFAULT_TIMEOUT: dict[PhaseName, float | None] = {
    "pre_start": None,
    "post_start": None,
    "pre_stop": 5.0,
    "post_stop": None,
}
_DEFAULT = -1.0
_NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Callback:
    """One callback with its options. Times are in seconds."""

    phase: PhaseName
    name: str
    function: Callable[..., object]
    takes_event: bool
    is_async: bool
    timeout: float | None
    retries: int
    retry_delay: float
    on_failure: OnFailure


class Phase:
    """The callbacks of one phase, in order of definition. Calling it defines one, bare or with options."""

    def __init__(self, name: PhaseName) -> None:
        self.name: PhaseName = name
        self.callbacks: list[Callback] = []
        self.closed = ""

    @overload
    def __call__(self, function: FunctionT, /) -> FunctionT: ...

    @overload
    def __call__(
        self,
        /,
        *,
        timeout: float | None = ...,
        retries: int = ...,
        retry_delay: float = ...,
        on_failure: OnFailure | None = ...,
        name: str | None = ...,
    ) -> Callable[[FunctionT], FunctionT]: ...

    def __call__(  # noqa: PLR0913  # one for each option
        self,
        function: Function | None = None,
        /,
        *,
        timeout: float | None = _DEFAULT,
        retries: int = 0,
        retry_delay: float = 1.0,
        on_failure: OnFailure | None = None,
        name: str | None = None,
    ) -> object:
        """Define a callback: a function, plain or async, that takes the event or nothing.

        Args:
            function: The callback, where the decorator is used bare.
            timeout: Seconds after which the life goes on without the callback, which counts as failed. Unset: 5 in
                pre_stop, without a limit elsewhere.
            retries: How often it is tried again after a failure.
            retry_delay: Seconds before each further try.
            on_failure: "abort" (default in pre_start and post_start) or "warn" (default in pre_stop and post_stop).
            name: What errors, log lines and the event call it. Unset: the function's name.

        Raises:
            DefinitionError: The callback or an option is not what it has to be.
            AlreadyStartedError: The life has begun.
        """

        def define(function: FunctionT) -> FunctionT:
            self.add(self.make(function, timeout, retries, retry_delay, on_failure, name))
            return function

        return define if function is None else define(function)

    def make(  # noqa: PLR0913, PLR0917  # as above
        self,
        function: Function,
        timeout: float | None = _DEFAULT,
        retries: int = 0,
        retry_delay: float = 1.0,
        on_failure: OnFailure | None = None,
        name: str | None = None,
    ) -> Callback:
        """The callback, checked and not yet defined."""
        if not callable(function):
            raise DefinitionError(f"{self.name} takes a function, not {function!r}: write @container.{self.name}")
        if name is None:
            name = getattr(function, "__name__", "")
            if not _NAME.fullmatch(name):  # a lambda, a partial
                name = f"{self.name}[{len(self.callbacks)}]"
        elif not _NAME.fullmatch(name):
            raise DefinitionError(
                f"the name {name!r} of a {self.name} callback may hold only letters, digits, _ . and -"
            )
        elif any(name == callback.name for callback in self.callbacks):
            raise DefinitionError(f'there is a {self.name} callback "{name}" already: give this one another name')
        if timeout is _DEFAULT:
            timeout = DEFAULT_TIMEOUT[self.name]
        else:
            seconds(timeout, f"timeout of {self.name} {name}", none=True)
        seconds(retry_delay, f"retry_delay of {self.name} {name}")
        if not _is_whole(retries):
            raise DefinitionError(f"retries of {self.name} {name} is {retries!r}: write a whole number from 0")
        if on_failure is None:
            on_failure = "abort" if self.name in {"pre_start", "post_start"} else "warn"
        elif on_failure not in {"abort", "warn"}:
            raise DefinitionError(f'on_failure of {self.name} {name} is {on_failure!r}: write "abort" or "warn"')
        takes_event = _takes_event(function, f"{self.name} {name}")
        is_async = inspect.iscoroutinefunction(function)
        return Callback(self.name, name, function, takes_event, is_async, timeout, retries, retry_delay, on_failure)

    def add(self, callback: Callback) -> None:
        if self.closed:
            raise AlreadyStartedError(self.closed)
        self.callbacks.append(callback)


def seconds(value: object, what: str, *, none: bool = False) -> None:
    """Refuse what is no number of seconds; `none` allows None."""
    if none and value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value >= 0):
        raise DefinitionError(f"{what} is {value!r}: write a number of seconds from 0")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _takes_event(function: Function, where: str) -> bool:
    """Whether it has one required parameter. A parameter with a default keeps that: `lambda name=name: ...`."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # some built-in functions do not tell
        return False
    required = [p for p in parameters if p.default is p.empty and p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD}]
    if len(required) > 1 or any(p.kind is p.KEYWORD_ONLY for p in required):
        names = ", ".join(p.name for p in required)
        raise DefinitionError(f"{where} has the parameters ({names}): a callback takes the event, or nothing")
    return len(required) == 1
