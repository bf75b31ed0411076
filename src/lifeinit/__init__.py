"""lifeinit: PID 1 for containers, with hooks around the life of the app."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.api import Container, Event, UseError

__all__ = ["Container", "Event", "UseError", "__version__"]

__version__ = "0.9.0"


def __getattr__(name: str) -> object:
    """The names are imported when they are asked for: the command needs none of them."""
    if name in __all__:
        from lifeinit import api  # noqa: PLC0415

        return getattr(api, name)
    raise AttributeError(f"module 'lifeinit' has no attribute {name!r}")
