"""Values as JSON text, for what the engine writes: the json package would cost PID 1 8 ms and a search path."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def dumps(value: "Json") -> str:
    """The value on one line of ASCII. RFC 8259

    JSON has no NaN and no infinity: they become null. A lone surrogate, which stands for a byte that is no UTF-8, keeps
    its number. Raises TypeError for anything but None, bool, int, float, str, list, tuple and dict with str keys.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return int.__repr__(value)  # the number also of an enum's member
        case float():
            return float.__repr__(value) if value - value == 0 else "null"
        case str():
            return _string(value)
        case list() | tuple():
            return f"[{', '.join([dumps(item) for item in value])}]"
        case dict():
            return f"{{{', '.join([f'{_string(key)}: {dumps(item)}' for key, item in value.items()])}}}"
        case _:
            raise TypeError(f"JSON cannot hold a {type(value).__name__}")


def _string(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a key in JSON cannot be a {type(text).__name__}")
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join([_SHORT.get(char) or _escaped(char) for char in text])}"'


def _escaped(char: str) -> str:
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000  # two halves, as in UTF-16
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
