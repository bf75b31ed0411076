"""The words of sd_notify(3) by which a process proves that it works. Loaded only where a plan has a watchdog."""

from lifeinit.engine.alive_events import beat, beat_interval, unhealthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine import events as ev

_MOST_DIGITS = 20  # of a 64-bit number
_NO_LIMIT = 1e9  # seconds from which on a time counts as infinite, as UINT64_MAX microseconds do


def events_of(process: int, words: "dict[bytes, bytes]") -> "list[ev.Event]":
    """What the words of one process mean, of each word the last."""
    events: list[ev.Event] = []
    interval = words.get(b"WATCHDOG_USEC")
    if interval == b"infinity":
        events.append(beat_interval(process, None))
    elif interval is not None and interval.isdigit() and len(interval) <= _MOST_DIGITS:
        seconds = int(interval) / 1e6
        events.append(beat_interval(process, seconds if 0 < seconds < _NO_LIMIT else None))
    match words.get(b"WATCHDOG"):
        case b"1":
            events.append(beat(process))
        case b"trigger":
            events.append(unhealthy(process, "it reported WATCHDOG=trigger"))
    return events


def variables(seconds: float) -> "tuple[tuple[bytes, bytes | None], ...]":
    """What tells the process its watchdog interval. WATCHDOG_PID is set in the child. sd_watchdog_enabled(3)"""
    return ((b"WATCHDOG_USEC", b"%d" % max(1, round(seconds * 1e6))),)
