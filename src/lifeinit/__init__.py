"""lifeinit: PID 1 for containers, with hooks around the life of the app."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """The version is read from the package's metadata when it is asked for: that import costs 20 ms."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("lifeinit")
    raise AttributeError(f"module 'lifeinit' has no attribute {name!r}")
