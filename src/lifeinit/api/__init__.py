"""The lifecycle for Python code: decorators around an app, with the calling process as the init."""

from lifeinit.api.callbacks import UseError
from lifeinit.api.container import Container
from lifeinit.api.event import Event

__all__ = ["Container", "Event", "UseError"]
