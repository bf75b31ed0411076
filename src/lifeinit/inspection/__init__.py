"""The inspector: a hook file against this machine. It starts nothing but `sh -n`, and changes nothing."""

from lifeinit.inspection.inspector import inspect

__all__ = ["inspect"]
