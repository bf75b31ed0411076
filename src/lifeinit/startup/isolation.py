"""Keeps the app's Python out of the front desk: PYTHONPATH and the directory of a script are the app's, not ours."""

import os
import sys


def isolate() -> None:
    """Forget PYTHONPATH, the directory that a script or -m put on the search path, and what was imported from there.

    What lifeinit itself was found in stays. PYTHONWARNINGS is meant for the app too: none of ours becomes an error.
    """
    path = os.environ.get("PYTHONPATH")
    foreign = {os.path.abspath(entry) for entry in path.split(os.pathsep)} if path else set()
    if not sys.flags.safe_path:
        foreign.add(os.path.abspath(sys.path[0]))
    foreign.discard(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) not in foreign]
    for name in [name for name in sys.modules if _found_in(name.partition(".")[0]) in foreign]:
        if name != "__main__":
            del sys.modules[name]
    import warnings  # noqa: PLC0415  # not before the path is clean

    warnings.resetwarnings()
    warnings.simplefilter("ignore")


def _found_in(top_level: str) -> str | None:
    """The directory of the search path that a module was imported from; None for one without a file."""
    file = getattr(sys.modules.get(top_level), "__file__", None)
    if not isinstance(file, str):
        return None
    directory, base = os.path.split(os.path.abspath(file))
    return os.path.dirname(directory) if base.startswith("__init__.") else directory
