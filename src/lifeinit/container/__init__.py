"""The lifecycle for Python code: decorators around an app, with the calling process as the init."""

from lifeinit.container.api import Container
from lifeinit.container.callbacks import UseError
from lifeinit.container.event import Event

__all__ = ["Container", "Event", "UseError"]
