"""The inspector: a hook file against this machine. It starts nothing but `sh -n`, and changes nothing."""

from lifeinit.check.host.host_checks import inspect

__all__ = ["inspect"]
