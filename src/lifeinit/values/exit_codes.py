"""Exit statuses that count as success: numbers, ranges and names of signals."""

import re

from lifeinit.engine import exit_status
from lifeinit.engine.signals import number_of

_RANGE = r"([0-9]{1,3})(?:-([0-9]{1,3}))?"


def parse(value: object) -> frozenset[int]:
    """The statuses of `3`, `"3"`, `"3-9"` or `"SIGTERM"` (143). Raises ValueError with the end of a sentence."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255:
        return frozenset({value})
    if isinstance(value, str):
        match = re.fullmatch(_RANGE, value)
        if match:
            first, last = int(match[1]), int(match[2] or match[1])
            if first <= last <= 255:
                return frozenset(range(first, last + 1))
        signo = number_of(value)
        if signo is not None:
            return frozenset({exit_status.of_signal(signo)})
    raise ValueError('not an exit status: write a number from 0 to 255, a range as "3-9", or a signal as "SIGTERM"')
