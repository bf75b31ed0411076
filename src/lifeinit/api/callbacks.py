"""Callbacks as hooks: the decorators, and what they have collected."""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Final, Literal, Protocol, TypeVar, overload

from lifeinit.api import event, invoke
from lifeinit.config.model import DEFAULT_TIMEOUT, Phase
from lifeinit.engine.plan import Hook, Identity, Program
from lifeinit.values import duration

Callback = Callable[[], object] | Callable[[event.Event], object] | Callable[[event.Event], Awaitable[object]]
Function = TypeVar("Function", bound=Callback)
Duration = float | str

_NAME = re.compile(r"[^A-Za-z0-9_.-]")


class Decorator(Protocol):
    """Returns the function that it is given."""

    def __call__(self, function: Function, /) -> Function: ...


class UseError(TypeError):
    """The library is used in a way that cannot work; the text says what to do."""


class _Default:
    """Stands for what was not given, where None has a meaning."""


_DEFAULT: Final = _Default()


class Registrar:
    """One of the four decorators, bare or with options; keeps the callbacks of its phase in their order."""

    def __init__(self, phase: Phase) -> None:
        self.phase: Final = phase
        self.closed = False
        self.hooks: list[Hook] = []

    @overload
    def __call__(self, callback: Function, /) -> Function: ...

    @overload
    def __call__(
        self,
        /,
        *,
        name: str | None = None,
        timeout: Duration | _Default | None = _DEFAULT,
        retries: int = 0,
        retry_delay: Duration = 1.0,
        on_failure: Literal["abort", "warn"] | None = None,
        once: bool = False,
    ) -> Decorator: ...

    def __call__(  # noqa: PLR0913
        self,
        callback: Callable[..., object] | None = None,
        /,
        *,
        name: str | None = None,
        timeout: Duration | _Default | None = _DEFAULT,
        retries: int = 0,
        retry_delay: Duration = 1.0,
        on_failure: Literal["abort", "warn"] | None = None,
        once: bool = False,
    ) -> object:
        """Have the function called in this phase; it is returned unchanged. It may take the Event.

        The options are those of a hook in a hook file: durations are seconds or "1m30s"; `timeout` None is no limit,
        left out it is the phase's; `on_failure` is "abort" in the start phases and "warn" in the stop phases. Raises
        UseError for a function that cannot be called so, and ValueError for an option that cannot be.
        """
        limit = DEFAULT_TIMEOUT[self.phase] if isinstance(timeout, _Default) else _seconds("timeout", timeout)
        if on_failure not in {None, "abort", "warn"}:
            raise ValueError(f'on_failure is "{on_failure}": write "abort" or "warn"')
        if retries < 0:
            raise ValueError(f'retries is "{retries}": write a whole number from 0')
        pause = _seconds("retry_delay", retry_delay) or 0.0
        abort = self.phase in {"pre_start", "post_start"} if on_failure is None else on_failure == "abort"

        def register(function: Callable[..., object]) -> Callable[..., object]:
            hook_name = self._name(function, name)
            call = invoke.program(_bound(function, self.phase, hook_name), is_app=False)
            program = Program((hook_name.encode(),), Identity(session=True), call=call)
            self.hooks.append(Hook(hook_name, program, None, limit, retries, pause, abort, once, _place(function)))
            return function

        return register if callback is None else register(callback)

    def _name(self, function: Callable[..., object], given: str | None) -> str:
        """The given name, or the function's own, made unique in its phase."""
        if self.closed:
            raise UseError(f"{self.phase} is used after start(): decorate the callbacks before it")
        if not callable(function):
            raise UseError(f"{self.phase} decorates a function, not {function!r}")
        taken = {hook.name for hook in self.hooks}
        if given is not None:
            if not given or _NAME.search(given):
                raise ValueError(f'name is "{given}": use letters, digits and the characters _ . - only')
            if given in taken:
                raise ValueError(f'a second {self.phase} callback named "{given}": give it another')
            return given
        name = _NAME.sub("_", getattr(function, "__name__", "callback"))
        number = 2
        unique = name
        while unique in taken:
            unique, number = f"{name}-{number}", number + 1
        return unique


def _seconds(key: str, value: Duration | None) -> float | None:
    if value is None:
        return None
    try:
        return duration.parse(value)
    except ValueError as error:
        raise ValueError(f'{key} is "{value}", {error}') from None


def _bound(function: Callable[..., object], phase: Phase, name: str) -> Callable[[], object]:
    """The function with its event, if it takes one. Raises UseError where it takes more."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function  # a builtin that does not tell: then without
    positional = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    required = [p for p in positional if p.default is p.empty]
    unfilled = [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if len(required) > 1 or unfilled:
        takes = ", ".join(p.name for p in (*required, *unfilled))
        raise UseError(f'the {phase} callback "{name}" takes {takes}: let it take nothing, or one event')
    if required or any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return lambda: function(event.current(phase, name))
    return function


def _place(function: Callable[..., object]) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return "" if code is None else f"{code.co_filename}:{code.co_firstlineno}"
