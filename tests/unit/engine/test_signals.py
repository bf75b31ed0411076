"""Signals by number and name."""

import signal

import pytest

from lifeinit.engine import signals


def test_every_signal_has_a_name_that_leads_back_to_it() -> None:
    for signo in signals.VALID:
        assert signals.number_of(signals.name_of(signo)) == signo


def test_the_names_are_the_usual_ones() -> None:
    """Of several names of one number the one that kill -l shows."""
    for item in signal.Signals:
        if item.name not in {"SIGRTMIN", "SIGRTMAX"}:
            assert signals.name_of(item) == item.name[3:]


def test_realtime_signals_count_from_the_first() -> None:
    """signal.Signals(35) raises: a log line must not."""
    assert signals.name_of(signals.RTMIN) == "RTMIN+0"
    assert signals.name_of(signals.RTMIN + 1) == "RTMIN+1"


@pytest.mark.parametrize(
    "name", ["", "SIG", "TREM", "15", "RTMIN-1", "RTMIN+99", "RTMAX+1", "RTMIN+x", "RTMIN+1000", "TERM "[:-1] + "X"]
)
def test_what_is_no_signal(name: str) -> None:
    assert signals.number_of(name) is None


@pytest.mark.parametrize("name", ["TERM", "SIGTERM", "sigterm", " Term"])
def test_spellings(name: str) -> None:
    assert signals.number_of(name) == signal.SIGTERM


def test_realtime_spellings() -> None:
    assert signals.number_of("RTMIN") == signal.SIGRTMIN
    assert signals.number_of("SIGRTMIN+3") == signal.SIGRTMIN + 3
    assert signals.number_of("RTMAX-1") == signal.SIGRTMAX - 1
