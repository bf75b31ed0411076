"""tomllib, imported without `typing`, `datetime` and `string`: 6 of the 15 ms that it takes, before Python 3.14.

It needs of `typing` only names for annotations, and a class whose instances have named fields; of `string` three
constants. All that it needs of `datetime` is in `_datetime`, which 3.11 loads from beneath 2,500 lines of Python.
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
        except (ImportError, AttributeError):
            pass  # it needs more than that
        finally:
            for name in instead:
                del sys.modules[name]  # whoever imports it from here on gets the real one
    import tomllib  # noqa: PLC0415

    return tomllib


def _stand_ins() -> "dict[str, ModuleType]":
    import _datetime  # type: ignore[import-not-found]  # noqa: PLC0415
    from _collections_abc import Callable  # noqa: PLC0415

    typing, string = type(sys)("typing"), type(sys)("string")
    vars(typing).update(Any=object, BinaryIO=object, Callable=Callable, NamedTuple=Record, Tuple=tuple)
    letters, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"
    vars(string).update(ascii_letters=letters + letters.upper(), digits=digits, hexdigits=f"{digits}abcdefABCDEF")
    return {"typing": typing, "datetime": _datetime, "string": string}
