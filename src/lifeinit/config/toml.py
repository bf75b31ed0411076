"""Values as a hook file has them, on one line: for suggestions, the reference and the host checks."""

import re


def written(value: object) -> str:
    """The value as TOML. What a basic string cannot hold as it is becomes an escape."""
    match value:
        case bool():
            return str(value).lower()
        case str() if '"' in value and "'" not in value and value.isprintable():
            return f"'{value}'"
        case str():
            return f'"{"".join(map(escaped, value))}"'
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key(name)} = {written(item)}' for name, item in value.items())} }}"
        case _:
            return str(value)


def key(name: str) -> str:
    """The name of a key, in quotes where it takes them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else written(name)


def escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 1 << 16 else f"\\U{ord(char):08x}"
