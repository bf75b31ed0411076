"""Calls the callbacks of a container in a test, with an event that the test defines. Starts no process.

    def test_release(monkeypatch):
        assert call_phase(container.pre_start) == {"RELEASE": "7"}
        call_phase(container.post_stop, reason="exited", exit_code=3)

`pytest_plugins = ["lifeinit.testing.plugin"]` in a conftest.py provides it as fixtures.
"""

from lifeinit.testing.call_phase import EventFields, Rehearsal, call_phase

__all__ = ["EventFields", "Rehearsal", "call_phase"]
