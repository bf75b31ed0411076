"""lifeinit: PID 1 for containers, with hooks around the life of the app."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.container import Container, Event, UseError

    __version__: str

__all__ = ["Container", "Event", "UseError", "__version__"]


def __getattr__(name: str) -> object:
    """What is asked for is imported then: the command needs none of it, and the version alone costs 20 ms."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("lifeinit")
    if name in __all__:
        from lifeinit import container  # noqa: PLC0415

        return getattr(container, name)
    raise AttributeError(f"module 'lifeinit' has no attribute {name!r}")
