"""Exit statuses that count as success: numbers, ranges and names of signals."""

from lifeinit.engine import exit_status
from lifeinit.engine.signals import number_of

_DIGITS = frozenset("0123456789")


def parse(value: object) -> frozenset[int]:
    """The statuses of `3`, `"3"`, `"3-9"` or `"SIGTERM"` (143). Raises ValueError with the end of a sentence."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255:
        return frozenset({value})
    if isinstance(value, str):
        first, dash, last = value.partition("-")
        if _is_status(first) and (not dash or _is_status(last)):
            statuses = range(int(first), int(last or first) + 1)
            if statuses and statuses[-1] <= 255:
                return frozenset(statuses)
        signo = number_of(value)
        if signo is not None:
            return frozenset({exit_status.of_signal(signo)})
    raise ValueError(
        'not an exit status: write a number from 0 to 255, a range such as "3-9", or a signal such as "SIGTERM"'
    )


def _is_status(text: str) -> bool:
    """Why not `re`: it takes 8 ms, which every start with such an option would pay for."""
    return 1 <= len(text) <= 3 and set(text) <= _DIGITS
