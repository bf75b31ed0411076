"""The machine of a plan that has `alive`, by scenario. The walk holds it to the contract."""

from lifeinit.engine import alive_events as al
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.main import machine_of
from tests.unit.engine.plans import alive, plan


def test_nothing_is_known_of_a_process_whose_prober_was_lost() -> None:
    """It was published as alive for ever where no prober could run. The pause doubles up to a minute."""
    machine = machine_of(plan(alive=alive()))
    machine.handle(ev.begin())
    assert h.probe(0, "alive") in machine.handle(ev.started(0))
    pauses: list[float] = []
    for _ in range(8):
        assert 0 in machine.app.asked
        lost, pause = machine.handle(h.probe_failed(0, 126, "its probe cannot run"))
        assert 0 not in machine.app.asked
        assert pause[0] == "arm"
        pauses.append(pause[2])
        assert lost == al.prober_lost(0, "its probe cannot run", pause[2])
        assert machine.handle(ev.elapsed(("alive", 0))) == [h.probe(0, "alive")]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert machine.ready
