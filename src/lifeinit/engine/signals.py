"""Signals by number and by name. signal(7)"""

# Why _signal: `signal` wraps the same functions in enums, which costs 4 ms at start, and its Signals(35) raises.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal

VALID: frozenset[int] = frozenset(int(signo) for signo in _signal.valid_signals())

NUMBERS: dict[str, int] = {
    name[3:]: int(getattr(_signal, name))
    for name in sorted(dir(_signal))
    if name.startswith("SIG") and name[3].isalpha() and name[3:] not in {"RTMIN", "RTMAX"}
    if isinstance(getattr(_signal, name), int)
}
if hasattr(_signal, "SIGRTMIN"):
    RTMIN, RTMAX = int(_signal.SIGRTMIN), int(_signal.SIGRTMAX)
else:  # macOS, Windows: nothing can be started there, and a program for Linux can be imported
    from lifeinit.engine.linux_signals import NUMBERS, RTMAX, RTMIN

# Aliases share a number (CLD, IOT, POLL): the last name wins, so the usual names go in once more.
_NAMES: dict[int, str] = {number: name for name, number in NUMBERS.items()}
_NAMES.update({NUMBERS[name]: name for name in ("CHLD", "ABRT", "IO") if name in NUMBERS})

# What requests a stop unless `stop_on` says otherwise, and always before the app lives.
STOP_SIGNALS: tuple[int, ...] = tuple(NUMBERS[name] for name in ("TERM", "INT", "QUIT"))


def name_of(signo: int) -> str:
    """`TERM` for 15, `RTMIN+1` for 35; a number that has no name is its own."""
    if signo in _NAMES:
        return _NAMES[signo]
    return f"RTMIN+{signo - RTMIN}" if RTMIN <= signo <= RTMAX else str(signo)


def number_of(name: str) -> int | None:
    """The number of `TERM`, `SIGTERM`, `sigterm`, `RTMIN+1` or `RTMAX-1`; None if there is no such signal."""
    short = name.strip().upper().removeprefix("SIG")
    for base, start in (("RTMIN", RTMIN), ("RTMAX", RTMAX)):
        if short.startswith(base):
            return _realtime(start, short.removeprefix(base))
    return NUMBERS.get(short)


def _realtime(start: int, offset: str) -> int | None:
    if not offset:
        return start
    sign, digits = offset[:1], offset[1:]
    if sign not in {"+", "-"} or not digits.isdecimal() or len(digits) > 2:
        return None
    signo = start + int(sign + digits)
    return signo if RTMIN <= signo <= RTMAX else None
