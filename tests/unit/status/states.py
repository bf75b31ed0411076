"""States of a lifeinit, as `status` and `health` read them."""

from lifeinit.status.state_reader import AppProcess, HookResult, State

NOW = 1_750_000_000.0
HOUR = 3600.0
RUNNING = State(
    version=1, pid=1, starttime=None, phase="running", since=NOW - 2 * HOUR - 180, started=NOW - 2 * HOUR - 190,
    ready=True, reason="", signal=None, restarts=0, exit_status=None,
    processes=(AppProcess("app", 2, NOW - 2 * HOUR - 180, ready=True, status=""),),
    hooks=(),
)  # fmt: skip


def changed(state: State, **fields: object) -> State:
    return State.restored([fields.get(name, getattr(state, name)) for name in State.fields()])


def hook(
    phase: str, name: str, result: str = "ok", *, attempt: int = 1, at: float = NOW, **ended: object
) -> HookResult:
    facts = {"code": 0, "signal": None, "seconds": 2.4} | ended
    return HookResult.restored(
        [phase, name, attempt, result, facts["code"], facts["signal"], facts["seconds"], at, None]
    )
