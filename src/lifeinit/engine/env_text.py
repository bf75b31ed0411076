"""The text that a hook writes to LIFEINIT_ENV: the variables that its lines set."""

from lifeinit.engine.env_file import ExportError

TYPE_CHECKING = False
if TYPE_CHECKING:
    Variables = dict[bytes, bytes]

LONGEST = (1 << 17) - 2  # of a name and its value: MAX_ARG_STRLEN less the sign between them and the NUL. execve(2)
MOST = 1000  # variables: putenv(3) looks through all of them for each one


def parse(text: bytes) -> "Variables":
    r"""The variables of `KEY=VALUE` lines and of `KEY<<END`, lines, `END`. Raises ExportError.

    Lines end with \n or \r\n; empty ones and those that begin with # count for nothing. A value is taken as it stands,
    quotes too. As in the environment files of CI runners.
    """
    found: Variables = {}
    wrong: dict[str, list[int]] = {}  # each reason, and the lines that it is about
    lines = [line.removesuffix(b"\r") for line in text.split(b"\n")]
    number = 0
    while number < len(lines):
        begun, line = number + 1, lines[number]
        number += 1
        if not line.strip() or line.lstrip().startswith(b"#"):
            continue
        name, equals, value = line.partition(b"=")
        before, marker, end = line.partition(b"<<")
        if marker and b"=" not in before:
            try:
                last = lines.index(end, number)
            except ValueError:
                wrong.setdefault("begins a text that has no end", []).append(begun)
                break
            name, value = before, b"\n".join(lines[number:last])
            number = last + 1
        elif not equals:
            wrong.setdefault("is not KEY=VALUE", []).append(begun)
            continue
        problem = _why_not(name, value)
        if problem:
            wrong.setdefault(problem, []).append(begun)
        else:
            found[name] = value
    said = [_said(reason, numbers) for reason, numbers in wrong.items()]
    if len(found) > MOST:
        said.append(f"more than {MOST} variables")
    if said:
        raise ExportError(f"LIFEINIT_ENV: {', '.join(said[:10])}: write KEY=VALUE, or KEY<<END, lines, END")
    return found


def _said(reason: str, numbers: list[int]) -> str:
    more = f" (and {len(numbers) - 1} more)" if len(numbers) > 1 else ""
    return f"line {numbers[0]}{more} {reason}"


def _why_not(name: bytes, value: bytes) -> str:
    """Why this cannot be a variable; empty if it can. Nothing but a possible name is shown: it may be a secret."""
    first, space, _ = name.partition(b" ")
    if space and first in (b"export", b"declare"):
        return f'begins with "{first.decode()}", which must be removed'
    word = name.replace(b"_", b"a")
    if not (word.isalnum() and word.isascii()) or word[:1].isdigit():
        return "has no name of letters, digits and _ before the ="
    if name.startswith(b"LIFEINIT_"):
        return f'sets "{name[:40].decode()}", and LIFEINIT_ names are lifeinit\'s own'
    if b"\0" in value:
        return "has a value with a NUL character"
    return f"has a value of more than {LONGEST} bytes" if len(name) + len(value) > LONGEST else ""
