"""lifeinit: PID 1 for containers, with hooks around the life of the app."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.api.container import Container
    from lifeinit.api.flask_celery import FlaskCeleryContainer
    from lifeinit.callbacks.errors import AlreadyStartedError, LifeinitError, UsageError
    from lifeinit.callbacks.event import Event

__all__ = [
    "AlreadyStartedError",
    "Container",
    "Event",
    "FlaskCeleryContainer",
    "LifeinitError",
    "UsageError",
    "__version__",
]

__version__ = "0.10.0"

# Where each name comes from. It is imported when it is used: the command needs none of them.
_MODULES = {
    "AlreadyStartedError": "lifeinit.callbacks.errors",
    "Container": "lifeinit.api.container",
    "Event": "lifeinit.callbacks.event",
    "FlaskCeleryContainer": "lifeinit.api.flask_celery",
    "LifeinitError": "lifeinit.callbacks.errors",
    "UsageError": "lifeinit.callbacks.errors",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'lifeinit' has no attribute {name!r}")
    import importlib  # noqa: PLC0415

    value = globals()[name] = getattr(importlib.import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
