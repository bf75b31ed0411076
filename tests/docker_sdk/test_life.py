"""The four phases around a container of a real engine."""

import contextlib
import threading

import pytest
from docker import DockerClient

from lifeinit.docker import (
    AlreadyStartedError,
    CallbackError,
    Event,
    InsideCallbackError,
    ManagedContainer,
    NotStartedError,
    StartError,
    StoppedError,
)
from tests.docker_sdk.conftest import IGNORES_TERM, SERVE, Make, Recorder, container_of, exists, ready

ALL = ["pre_start", "post_start", "pre_stop", "post_stop"]


def name_of(managed: ManagedContainer) -> str:
    return repr(managed).split("'")[1]


def test_a_whole_life(make: Make, recorder: Recorder, client: DockerClient) -> None:
    """What each callback receives, and what is true while it runs."""
    managed = make()
    seen: list[tuple[str, str]] = []

    def look(event: Event) -> None:
        recorder(event)
        if event.container is None:
            seen.append((event.event, str(exists(client, name_of(managed)))))
        else:
            event.container.reload()
            seen.append((event.event, event.container.status))
            if event.event == "post_start":
                ready(managed)

    for phase in (managed.pre_start, managed.post_start, managed.pre_stop, managed.post_stop):
        phase(look)
    assert managed.start() is managed
    managed.stop(timeout=30)
    assert managed.wait() == 7
    assert seen == [("pre_start", "False"), ("post_start", "running"), ("pre_stop", "running"), ("post_stop", "exited")]
    assert [event.reason for event in recorder.events] == [None, None, "stop", "stop"]
    assert [event.signal for event in recorder.events] == [None] * 4
    assert [event.remaining is None for event in recorder.events] == [True, True, False, True]
    assert recorder.last.child_exit_code == 7
    assert [event.exit_code for event in recorder.events] == [None, None, None, 7]
    assert {event.attempt for event in recorder.events} == {1}
    assert not recorder.last.oom_killed


def test_callbacks_run_in_the_order_in_which_they_were_registered(make: Make) -> None:
    managed = make(["true"])
    order: list[str] = []
    managed.post_stop(lambda event: order.append(event.event))
    managed.pre_start(lambda: order.append("first"))
    managed.pre_start(lambda: order.append("second"))
    managed.start()
    assert managed.wait() == 0
    assert order == ["first", "second", "post_stop"]


def test_with_starts_and_stops(make: Make, recorder: Recorder) -> None:
    managed = make()
    recorder.watch(managed)
    with managed as entered:
        assert entered is managed
        ready(managed)
    assert recorder.phases == ALL
    assert managed.exit_code == 7
    assert managed.wait() == 7


def test_with_after_start(make: Make, recorder: Recorder) -> None:
    managed = make()
    recorder.watch(managed)
    with managed.start():
        ready(managed)
    assert recorder.phases == ALL


def test_an_exception_in_the_block_stops_it_and_goes_on(make: Make, recorder: Recorder) -> None:
    managed = make()
    recorder.watch(managed)

    def fail() -> None:
        with managed:
            ready(managed)
            print(1 / 0)

    with pytest.raises(ZeroDivisionError):
        fail()
    assert recorder.phases == ALL
    assert recorder.last.reason == "stop"


def test_what_is_over_stays_over(make: Make, recorder: Recorder) -> None:
    """A second wait() and stop() change nothing; a second start() is refused."""
    managed = make(["sh", "-c", "exit 3"])
    recorder.watch(managed)
    managed.start()
    assert managed.wait() == 3
    before = list(recorder.events)
    assert managed.wait() == 3
    managed.stop()
    with pytest.raises(AlreadyStartedError, match="a ManagedContainer has one life, make another"):
        managed.start()
    assert recorder.events == before


def test_before_the_start_there_is_nothing_to_end(make: Make) -> None:
    managed = make()
    with pytest.raises(NotStartedError, match=r"was not started: call start\(\) first"):
        managed.wait()
    with pytest.raises(NotStartedError, match=r"call start\(\) first"):
        managed.stop()


def test_a_failing_pre_start_vetoes(make: Make, recorder: Recorder, client: DockerClient) -> None:
    """No container is made; the later callbacks do not run; post_stop does."""
    managed = make()

    @managed.pre_start
    def migrate() -> None:
        raise ValueError("no database")

    recorder.watch(managed)
    with pytest.raises(CallbackError, match=r": pre_start migrate: ValueError: no database$") as caught:
        managed.start()
    assert isinstance(caught.value.__cause__, ValueError)
    assert (caught.value.phase, caught.value.name) == ("pre_start", "migrate")
    assert recorder.phases == ["post_stop"]
    assert recorder.last.reason == "pre_start_failed"
    assert (recorder.last.container, recorder.last.exit_code) == (None, None)
    assert not exists(client, name_of(managed))
    with pytest.raises(CallbackError, match="no database"):
        managed.wait()
    managed.stop()


def test_sys_exit_in_a_callback_is_a_failure(make: Make) -> None:
    managed = make()
    managed.pre_start(lambda: exec("raise SystemExit(0)"))
    with pytest.raises(CallbackError, match="SystemExit: 0"):
        managed.start()


def test_a_failing_post_start_stops_the_container(make: Make, recorder: Recorder) -> None:
    """Without pre_stop: the start was never complete."""
    managed = make()
    managed.post_start(lambda: ready(managed))

    @managed.post_start(name="announce")
    def refuse() -> None:
        raise OSError("no registry")

    recorder.watch(managed)
    with pytest.raises(CallbackError, match="post_start announce: OSError: no registry"):
        managed.start()
    assert recorder.phases == ["pre_start", "post_stop"]
    assert (recorder.last.reason, recorder.last.exit_code) == ("post_start_failed", 7)
    with pytest.raises(CallbackError):
        managed.wait()


def test_warn_goes_on(make: Make, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    managed = make()

    @managed.pre_start(on_failure="warn")
    def first() -> None:
        raise ValueError("never mind")

    @managed.post_start(on_failure="warn")
    def second() -> None:
        raise ValueError("nor this")

    recorder.watch(managed)
    with managed:
        ready(managed)
    assert recorder.phases == ALL
    assert [r.getMessage().partition(": ")[2] for r in caplog.records if r.levelname == "WARNING"] == [
        "pre_start first: ValueError: never mind",
        "post_start second: ValueError: nor this",
    ]


def test_retries(make: Make, recorder: Recorder) -> None:
    managed = make(["true"])
    attempts: list[int] = []

    @managed.pre_start(retries=2, retry_delay=0)
    def third_time_lucky(event: Event) -> None:
        attempts.append(event.attempt)
        if event.attempt < 3:
            raise ValueError("not yet")

    recorder.watch(managed)
    managed.start()
    assert managed.wait() == 0
    assert attempts == [1, 2, 3]


def test_a_callback_that_overruns_its_timeout_vetoes(make: Make) -> None:
    """It cannot be ended, so the life goes on without it."""
    managed = make()
    release, returned = threading.Event(), threading.Event()

    @managed.pre_start(timeout=0.05)
    def hang(event: Event) -> None:
        assert event.deadline is not None
        release.wait()
        returned.set()

    with pytest.raises(
        CallbackError, match=r"hang: timed out after 0.05 s, and keeps running in the background"
    ) as caught:
        managed.start()
    assert caught.value.__cause__ is None
    assert not returned.is_set()
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "lifeinit pre_start hang"]
    release.set()
    thread.join()
    assert returned.is_set()


def test_a_hanging_pre_stop_cannot_keep_the_container(make: Make, recorder: Recorder) -> None:
    """The stop's seconds less the reserve are all that it gets; the container gets its signal."""
    managed = make()
    release = threading.Event()
    managed.pre_stop(timeout=1000)(lambda: release.wait())  # noqa: PLW0108  # a name of its own
    recorder.watch(managed)
    managed.start()
    ready(managed)
    managed.stop(timeout=0.5)
    assert managed.wait() == 7
    assert recorder.phases == ["pre_start", "post_start", "post_stop"]  # the recorder's own pre_stop came too late
    (thread,) = [thread for thread in threading.enumerate() if thread.name.startswith("lifeinit pre_stop")]
    release.set()
    thread.join()


def test_a_failing_stop_phase_stops_nothing(make: Make, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    managed = make()

    def fail(event: Event) -> None:
        raise ValueError(event.event)

    managed.pre_stop(fail)
    managed.post_stop(fail)
    recorder.watch(managed)
    with managed:
        ready(managed)
    assert managed.wait() == 7
    assert recorder.phases == ALL
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.getMessage().partition(": ")[2] for record in errors] == [
        "pre_stop fail: ValueError: pre_stop",
        "post_stop fail: ValueError: post_stop",
    ]
    assert all(record.exc_info for record in errors)


@pytest.mark.parametrize("status", [0, 7])
def test_abort_in_a_stop_phase_turns_only_a_success_into_a_failure(make: Make, status: int) -> None:
    managed = make(["sh", "-c", f"exit {status}"])

    @managed.post_stop(on_failure="abort")
    def upload() -> None:
        raise OSError("no bucket")

    managed.start()
    if status == 0:
        with pytest.raises(CallbackError, match="post_stop upload: OSError: no bucket"):
            managed.wait()
    else:
        assert managed.wait() == status
    managed.stop()


def test_async_callbacks(make: Make) -> None:
    managed = make(["true"])
    seen: list[str] = []

    @managed.pre_start
    async def before() -> None:
        seen.append("before")

    @managed.post_stop(timeout=10)
    async def after(event: Event) -> None:
        seen.append(event.event)

    managed.start()
    managed.wait()
    assert seen == ["before", "post_stop"]


def test_which_thread_a_callback_runs_in(make: Make) -> None:
    managed = make()
    threads: dict[str, str] = {}

    def note(event: Event) -> None:
        threads[event.hook] = threading.current_thread().name

    here = threading.current_thread().name
    for phase in (managed.pre_start, managed.post_start, managed.pre_stop, managed.post_stop):
        phase(name=f"{phase.phase}-plain")(note)
    managed.post_start(name="limited", timeout=60)(note)
    with managed:
        ready(managed)
    assert threads == {
        "pre_start-plain": here,
        "post_start-plain": here,
        "limited": "lifeinit post_start limited",
        "pre_stop-plain": "lifeinit pre_stop pre_stop-plain",
        "post_stop-plain": "lifeinit watch",
    }


def test_stop_from_another_thread_during_pre_start(make: Make, recorder: Recorder, client: DockerClient) -> None:
    """No further callback, no container, no pre_stop; a wait for the next try ends."""
    managed = make()
    asked: list[threading.Thread] = []

    @managed.pre_start(retries=1, retry_delay=1000)
    def ask() -> None:
        asked.append(threading.Thread(target=managed.stop))
        asked[0].start()
        raise ValueError("once more")

    recorder.watch(managed)
    with pytest.raises(StoppedError, match="was stopped before its start was complete"):
        managed.start()
    asked[0].join()
    assert recorder.phases == ["post_stop"]
    assert recorder.last.reason == "stop"
    assert not exists(client, name_of(managed))
    with pytest.raises(StoppedError, match="was stopped before it ran"):
        managed.wait()


def test_stop_from_another_thread_during_post_start(make: Make, recorder: Recorder) -> None:
    """The running callback ends first, then pre_stop follows."""
    managed = make()
    asked: list[threading.Thread] = []

    @managed.post_start
    def ask() -> None:
        ready(managed)
        asked.append(threading.Thread(target=managed.stop))
        asked[0].start()

    recorder.watch(managed)
    with contextlib.suppress(StoppedError):  # unless start() was done before stop() had asked
        managed.start()
    asked[0].join()
    assert recorder.phases[-2:] == ["pre_stop", "post_stop"]
    assert managed.wait() == 7


def test_two_threads_wait_and_one_stops(make: Make, recorder: Recorder) -> None:
    managed = make()
    recorder.watch(managed)
    managed.start()
    ready(managed)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(managed.wait())) for _ in range(2)]
    threads += [threading.Thread(target=managed.stop) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [7, 7]
    assert recorder.phases == ALL


def test_what_a_callback_cannot_ask_for(make: Make) -> None:
    managed = make()
    refused: list[str] = []

    def ask() -> None:
        for forbidden in (managed.start, managed.stop, managed.wait):
            with pytest.raises(InsideCallbackError) as caught:
                forbidden()
            refused.append(str(caught.value).partition(":")[0])
        assert other.start().wait() == 0  # another container is no problem

    other = make(["true"])
    managed.pre_start(timeout=60)(ask)
    with managed:
        ready(managed)
    assert refused == [
        f'{name}() in the callback "ask" would wait for the callback itself' for name in ("start", "stop", "wait")
    ]


def test_kill_after_the_timeout(make: Make, recorder: Recorder) -> None:
    managed = make(IGNORES_TERM)
    recorder.watch(managed)
    managed.start()
    ready(managed)
    managed.stop(timeout=0)
    assert managed.wait() == 137
    assert recorder.phases == ["pre_start", "post_start", "post_stop"]  # no time for a pre_stop


def test_the_stop_signal_is_the_images(make: Make) -> None:
    managed = make(["sh", "-c", "trap 'exit 4' USR1; echo ready; tail -f /dev/null & wait"], stop_signal="SIGUSR1")
    with managed:
        ready(managed)
    assert managed.wait() == 4


def test_remove(make: Make, client: DockerClient) -> None:
    """It is still there for the post_stop callbacks, and gone when wait() returns."""
    managed = make(["sh", "-c", "echo last words; exit 5"], remove=True)
    output: list[bytes] = []
    managed.post_stop(lambda event: output.append(event.container.logs()))
    managed.start()
    assert managed.wait() == 5
    assert output == [b"last words\n"]
    assert not exists(client, name_of(managed))


def test_without_remove_it_stays(make: Make, client: DockerClient) -> None:
    managed = make(["true"])
    assert managed.start().wait() == 0
    assert container_of(managed).id in {c.id for c in client.containers.list(all=True)}


@pytest.mark.parametrize(("command", "status"), [(["no-such-program"], 127), (["/etc/passwd"], 126)])
@pytest.mark.parametrize("auto_remove", [False, True])
def test_a_command_that_cannot_be_run(  # noqa: PLR0917
    make: Make, recorder: Recorder, client: DockerClient, command: list[str], status: int, auto_remove: bool
) -> None:
    managed = make(command, auto_remove=auto_remove)
    recorder.watch(managed)
    with pytest.raises(StartError, match="cannot be started: .*" + command[0]) as caught:
        managed.start()
    assert caught.value.exit_code == status
    assert recorder.phases == ["pre_start", "post_stop"]
    assert (recorder.last.reason, recorder.last.exit_code) == ("start_failed", status)
    assert not exists(client, name_of(managed))


def test_serve_is_what_it_says(make: Make) -> None:
    """The control of the statuses above."""
    managed = make([*SERVE[:2], SERVE[2].replace("exit 7", "exit 9")])
    with managed:
        ready(managed)
    assert managed.wait() == 9
