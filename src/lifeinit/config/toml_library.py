"""tomllib, imported without `typing` and `datetime`: 5 of the 15 ms that it takes, before Python 3.14.

It needs of `typing` only names for annotations, and a class whose instances have named fields. All that it needs of
`datetime` is in the interpreter's own `_datetime`, which 3.11 loads from beneath 2,500 lines of Python.
"""

import sys

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def import_tomllib() -> "ModuleType":
    """tomllib. What is loaded already, as in every larger program, is used as it is."""
    if "tomllib" not in sys.modules and sys.version_info < (3, 14):
        instead = {name: module for name, module in _stand_ins().items() if name not in sys.modules}
        sys.modules.update(instead)
        try:
            import tomllib  # noqa: PLC0415
        except ImportError:
            pass  # it needs more than that
        finally:
            for name in instead:
                del sys.modules[name]  # whoever imports it from here on gets the real one
    import tomllib  # noqa: PLC0415

    return tomllib


def _stand_ins() -> "dict[str, ModuleType]":
    import _datetime  # type: ignore[import-not-found]  # noqa: PLC0415
    from _collections_abc import Callable  # noqa: PLC0415

    typing = type(sys)("typing")
    vars(typing).update(Any=object, BinaryIO=object, Callable=Callable, NamedTuple=Record, Tuple=tuple)
    return {"typing": typing, "datetime": _datetime}
