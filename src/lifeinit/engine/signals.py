"""Signals by number and by name. signal(7)"""

# Why _signal: `signal` wraps the same functions in enums, which costs 4 ms at start, and its Signals(35) raises.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal

VALID: frozenset[int] = frozenset(int(signo) for signo in _signal.valid_signals())

_NUMBERS: dict[str, int] = {
    name[3:]: int(getattr(_signal, name))
    for name in sorted(dir(_signal))
    if name.startswith("SIG") and name[3].isalpha() and name[3:] not in {"RTMIN", "RTMAX"}
    if isinstance(getattr(_signal, name), int)
}
# Aliases share a number (CLD, IOT, POLL): the last name wins, so the usual names go in once more.
_NAMES: dict[int, str] = {number: name for name, number in _NUMBERS.items()}
_NAMES.update({_NUMBERS[name]: name for name in ("CHLD", "ABRT", "IO") if name in _NUMBERS})

RTMIN, RTMAX = int(_signal.SIGRTMIN), int(_signal.SIGRTMAX)


def name_of(signo: int) -> str:
    """`TERM` for 15, `RTMIN+1` for 35; a number that has no name is its own."""
    if signo in _NAMES:
        return _NAMES[signo]
    return f"RTMIN+{signo - RTMIN}" if RTMIN <= signo <= RTMAX else str(signo)


def number_of(name: str) -> int | None:
    """The number of `TERM`, `SIGTERM`, `sigterm`, `RTMIN+1` or `RTMAX-1`; None if there is no such signal."""
    short = name.strip().upper().removeprefix("SIG")
    for base, start, sign in (("RTMIN", RTMIN, 1), ("RTMAX", RTMAX, -1)):
        offset = short.removeprefix(base) if short.startswith(base) else None
        if offset is not None:
            digits = offset[1:] if offset[:1] == "+-"[sign < 0] else ""
            signo = start + sign * int(digits) if digits.isdecimal() and len(digits) < 3 else start
            return signo if RTMIN <= signo <= RTMAX and (digits.isdecimal() or not offset) else None
    return _NUMBERS.get(short)
