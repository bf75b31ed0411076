"""The four decorators, and the callbacks that they have registered. Calls none of them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Generic, TypeVar, overload

from lifeinit.callbacks.errors import AlreadyStartedError, UsageError, quoted
from lifeinit.callbacks.event import Event, Phase
from lifeinit.callbacks.options import NAME, CallbackOptions, Duration, OnFailure, limit, seconds

# Any: the event of lifeinit.docker is a subclass, and a parameter of that type would not accept an Event.
Function = Callable[[], object] | Callable[[Any], object]
FunctionT = TypeVar("FunctionT", bound=Function)


@dataclass(frozen=True, slots=True)
class Callback:
    """One registered function, plain or async."""

    phase: Phase
    name: str
    function: Callable[..., object]
    takes_event: bool
    options: CallbackOptions

    def call(self, event: Event) -> object:
        """What the function returns: of an async one, the coroutine."""
        return self.function(event) if self.takes_event else self.function()


class Registrar:
    """Registers the callbacks of one phase: a decorator, used bare or with options."""

    def __init__(self, phase: Phase, timeout: float | None, description: str) -> None:
        """`timeout` is the default of the phase, in seconds."""
        self.phase: Phase = phase
        self.callbacks: list[Callback] = []
        self.names: list[str] = []
        """Of all that is registered, in order."""
        self.closed = ""
        """Why no further callback can be registered, if so."""
        self._defaults = CallbackOptions(timeout=timeout, on_failure="abort" if phase.endswith("_start") else "warn")
        self.__doc__ = f"{description}\n\n{inspect.getdoc(type(self).__call__)}"

    def __repr__(self) -> str:
        return f"<{self.phase} callbacks: {', '.join(self.names) or 'none'}>"

    @overload
    def __call__(self, function: FunctionT, /) -> FunctionT: ...

    @overload
    def __call__(
        self,
        /,
        *,
        name: str | None = None,
        timeout: Duration | EllipsisType | None = ...,
        retries: int = 0,
        retry_delay: Duration = 1.0,
        on_failure: OnFailure | None = None,
        once: bool = False,
    ) -> Callable[[FunctionT], FunctionT]: ...

    def __call__(  # noqa: PLR0913  # one for each option
        self,
        function: Function | None = None,
        /,
        *,
        name: str | None = None,
        timeout: Duration | EllipsisType | None = ...,
        retries: int = 0,
        retry_delay: Duration = 1.0,
        on_failure: OnFailure | None = None,
        once: bool = False,
    ) -> object:
        """Register a function, plain or async, and return it unchanged. It may take the event.

        Durations are seconds, strings such as "1m30s", or datetime.timedelta.

        Args:
            function: The callback, where the decorator is used bare.
            name: What log lines, errors and the event call it. Default: the function's name.
            timeout: Limit of one try; None is no limit. Default: the phase's.
            retries: Further tries after a failure.
            retry_delay: Pause before each further try.
            on_failure: "abort" (default in pre_start and post_start) or "warn" (default in pre_stop and post_stop).
            once: Skip the callback after a restart if it has succeeded before.

        Raises:
            UsageError: The function or an option is invalid.
            AlreadyStartedError: start() was called before.
        """
        options = CallbackOptions(
            name=name,
            timeout=self._defaults.timeout if isinstance(timeout, EllipsisType) else limit("timeout", timeout),
            default_timeout=isinstance(timeout, EllipsisType),
            retries=retries,
            retry_delay=seconds("retry_delay", retry_delay),
            on_failure=self._defaults.on_failure if on_failure is None else on_failure,
            once=once,
        )

        def register(function: FunctionT) -> FunctionT:
            self.add(self.make(function, options))
            return function

        return register if function is None else register(function)

    def make(self, function: Function, options: CallbackOptions | None = None) -> Callback:
        """The callback, checked and not registered. Raises UsageError."""
        if not callable(function):
            raise UsageError(
                f"{self.phase} decorates a function, not {quoted(function)}: write @container.{self.phase}"
            )
        options = options or self._defaults
        name = str.__str__(options.name or str(getattr(function, "__name__", "")))
        if options.name is not None:
            self.refuse_taken(options.name)
        if name in self.names or not NAME.fullmatch(name):  # a lambda, a partial
            name = f"{self.phase}[{len(self.names)}]"
        return Callback(
            self.phase, name, function, _takes_event(function, f'the {self.phase} callback "{name}"'), options
        )

    def refuse_taken(self, name: str) -> None:
        """Raises UsageError for a name that another has."""
        if name in self.names:
            raise UsageError(f'name is "{name}", as of another {self.phase} callback: choose a different one')

    def add(self, callback: Callback) -> None:
        """Raises AlreadyStartedError."""
        self.refuse_closed()
        self.callbacks.append(callback)
        self.names.append(callback.name)

    def refuse_closed(self) -> None:
        """Raises AlreadyStartedError where nothing more can be registered."""
        if self.closed:
            raise AlreadyStartedError(self.closed)


RegistrarT = TypeVar("RegistrarT", bound=Registrar)


class Phases(Generic[RegistrarT]):
    """The base of both kinds of container: a decorator for each phase."""

    def __init__(self, registrar: type[RegistrarT], timeouts: Mapping[Phase, float | None]) -> None:
        """`timeouts` are the defaults, in seconds; None is no limit."""
        self._registrars: dict[Phase, RegistrarT] = {
            phase: registrar(phase, seconds, str(getattr(Phases, phase).__doc__)) for phase, seconds in timeouts.items()
        }

    def __repr__(self) -> str:
        phases = [f"{r.phase} {', '.join(r.names)}" for r in self._registrars.values() if r.names]
        return f"<{type(self).__name__}: {'; '.join(phases) or 'no callbacks'}>"

    @property
    def pre_start(self) -> RegistrarT:
        """Callbacks that run before the app starts. If one fails, the app does not start, and post_stop follows."""
        return self._registrars["pre_start"]

    @property
    def post_start(self) -> RegistrarT:
        """Callbacks that run once the app is ready. If one fails, the app is stopped, without pre_stop."""
        return self._registrars["post_start"]

    @property
    def pre_stop(self) -> RegistrarT:
        """Callbacks that run when a stop is requested, while the app is still running. A failure is logged."""
        return self._registrars["pre_stop"]

    @property
    def post_stop(self) -> RegistrarT:
        """Callbacks that run once the app has exited, for any reason. A failure is logged."""
        return self._registrars["post_stop"]


def check_function(function: Callable[..., object], args: Sequence[object], what: str) -> None:
    """Raises UsageError for a function that cannot be called with these arguments, or would not run then."""
    refuse_generator(function, what)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have no signature
        return
    try:
        signature.bind(*args)
    except TypeError as error:
        passed = "these arguments" if args else "no argument"
        raise UsageError(f"{what} cannot be called with {passed}: {error}") from None


def refuse_generator(function: Callable[..., object], what: str) -> None:
    """Raises UsageError for a function whose call runs nothing of it."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise UsageError(f"{what} is a generator, which would not run: return instead of yield")


def _takes_event(function: Function, what: str) -> bool:
    """Whether the function takes the event. A parameter with a default keeps it: `lambda name=name: ...`.

    Raises UsageError for a function that cannot be called as a callback.
    """
    refuse_generator(function, what)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have no signature
        return False
    variable = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    required = [p for p in parameters if p.default is p.empty and p.kind not in variable]
    if len(required) > 1 or any(p.kind is p.KEYWORD_ONLY for p in required):
        names = ", ".join(p.name for p in required)
        raise UsageError(f'{what} takes "{names}": let it take nothing, or the event')
    return bool(required) or any(p.kind is p.VAR_POSITIONAL for p in parameters)
