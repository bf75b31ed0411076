"""Who the main process of a running app is. The processes are real, and each is a `cat` that waits for input."""

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from signal import SIGKILL, SIGRTMIN, SIGTERM

import pytest

from lifeinit.engine import proc_stat
from lifeinit.engine.app import RunningApp
from lifeinit.engine.roots import Lookup

Cat = subprocess.Popen[bytes]
Start = Callable[..., Cat]

NOT_OWN = "it is not a process of the app"

# Joins the group that it is told, if any, says so, and goes on as a `cat`.
JOINS = "import os, sys; sys.argv[1:] and os.setpgid(0, int(sys.argv[1])); print(flush=True); os.execvp('cat', ['cat'])"

# The same, but it keeps the realtime signals, which queue, and says at the end of its input how many they are.
COUNTS = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
sys.argv[1:] and os.setpgid(0, int(sys.argv[1]))
print(flush=True)
sys.stdin.read()
print(sum(1 for _ in iter(lambda: signal.sigtimedwait([signal.SIGRTMIN], 0), None)), flush=True)
"""


@pytest.fixture(name="start")
def _start() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(*, joins: Cat | None = None, our_group: bool = False, program: str = JOINS) -> Cat:
            command = [sys.executable, "-ISc", program, *([] if joins is None else [str(joins.pid)])]
            cat = stack.enter_context(
                subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=None if our_group else 0
                )
            )
            stack.callback(cat.kill)
            assert cat.stdout is not None
            cat.stdout.readline()
            return cat

        yield start


def app_of(cat: Cat) -> RunningApp:
    return RunningApp(cat.pid, is_ours)


def is_ours(pid: int, _lookup: Lookup) -> bool:
    process = proc_stat.read(pid)
    return process is not None and process.parent == os.getpid()


def lives(cat: Cat) -> bool:
    """Whether it still answers."""
    assert cat.stdin is not None
    assert cat.stdout is not None
    try:
        cat.stdin.write(b"yes\n")
        cat.stdin.flush()
    except BrokenPipeError:
        return False
    return cat.stdout.readline() == b"yes\n"


def test_a_signal_goes_to_the_process_alone_or_to_its_group(start: Start) -> None:
    app, member = (leader := start()), start(joins=leader)
    assert app_of(app).signal(SIGTERM, group=False)
    assert (app.wait(timeout=20), lives(member)) == (-SIGTERM, True)
    app, member = (leader := start()), start(joins=leader)
    assert app_of(app).signal(SIGKILL, group=True)
    assert (app.wait(timeout=20), member.wait(timeout=20)) == (-SIGKILL, -SIGKILL)


def test_an_app_that_has_left_its_group_gets_the_groups_signal_too(start: Start) -> None:
    """Else a SIGKILL would end everything but the app itself."""
    elsewhere = start()
    app = start(joins=elsewhere)
    assert app_of(app).signal(SIGKILL, group=True)
    assert (app.wait(timeout=20), lives(elsewhere)) == (-SIGKILL, True)


def test_the_process_that_it_names_gets_the_signals(start: Start) -> None:
    first, named = start(), start()
    app = app_of(first)
    assert app.main_is(named.pid, ours={first.pid}) == ""
    assert app.signal(SIGTERM, group=False)
    assert (named.wait(timeout=20), lives(first)) == (-SIGTERM, True)
    assert app.signal(SIGTERM, group=False)
    assert first.wait(timeout=20) == -SIGTERM


def test_the_whole_group_is_both_where_the_named_one_has_another(start: Start) -> None:
    first, named = start(), start()
    app = app_of(first)
    assert app.main_is(named.pid, ours={first.pid}) == ""
    assert app.signal(SIGKILL, group=True)
    assert (first.wait(timeout=20), named.wait(timeout=20)) == (-SIGKILL, -SIGKILL)


def test_each_gets_the_groups_signal_once(start: Start) -> None:
    """The app and the named one, whether they are members of the group or not. One of the group has it from there."""
    first, elsewhere = start(program=COUNTS), start()
    left = start(joins=elsewhere, program=COUNTS)
    for main, named in (
        (first, start(joins=first, program=COUNTS)),
        (left, start(program=COUNTS)),
    ):
        app = app_of(main)
        assert app.main_is(named.pid, ours={main.pid}) == ""
        assert app.signal(SIGRTMIN, group=True)
        assert [cat.communicate(timeout=20)[0] for cat in (main, named)] == [b"1\n", b"1\n"]


def test_it_can_take_its_word_back(start: Start) -> None:
    first, named = start(), start()
    app = app_of(first)
    assert app.main_is(named.pid, ours={first.pid}) == ""
    assert app.main_is(first.pid, ours={first.pid}) == ""
    assert app.signal(SIGTERM, group=False)
    assert (first.wait(timeout=20), lives(named)) == (-SIGTERM, True)
    assert not app.survives(())


def test_who_is_not_its_own_is_not_believed(start: Start) -> None:
    """A process with another role or in the group of one, one that does not descend from the app, or none at all."""
    first, hook = start(), start()
    member, left = start(joins=hook), start(joins=start())
    app = app_of(first)
    ours = {first.pid, hook.pid, left.pid}
    for pid in (hook.pid, member.pid, left.pid, os.getppid(), 2**22 + 1, 2**70):
        assert app.main_is(pid, ours) == NOT_OWN, pid
    assert RunningApp(first.pid, lambda _pid, _lookup: False).main_is(start().pid, ours) == NOT_OWN
    assert app.signal(SIGTERM, group=False)
    assert first.wait(timeout=20) == -SIGTERM


def test_a_thread_is_no_process(start: Start) -> None:
    """Newer kernels have an errno of its own for it. pidfd_open(2)"""
    app, end = app_of(start()), threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert thread.native_id is not None
        assert app.main_is(thread.native_id, ours=()) == NOT_OWN
    finally:
        end.set()
        thread.join()


def test_a_refusal_takes_back_what_was_believed_before(start: Start) -> None:
    """What it says last counts, and it makes no sense: back to what is certain."""
    first, named, hook = start(), start(), start()
    app = app_of(first)
    assert app.main_is(named.pid, {first.pid}) == ""
    assert app.main_is(hook.pid, {first.pid, hook.pid}) == NOT_OWN
    assert app.signal(SIGTERM, group=False)
    assert (first.wait(timeout=20), lives(named)) == (-SIGTERM, True)


def test_it_goes_on_as_the_named_one_when_the_first_is_dead(start: Start) -> None:
    """With that one's group, too."""
    first, named = start(), start()
    member = start(joins=named)
    app = app_of(first)
    assert app.main_is(named.pid, ours={first.pid}) == ""
    first.kill()
    first.wait(timeout=20)
    assert app.survives(())
    assert app.pid == named.pid
    assert app.signal(SIGKILL, group=True)
    assert (named.wait(timeout=20), member.wait(timeout=20)) == (-SIGKILL, -SIGKILL)
    assert not app.survives(())


def test_lifeinits_own_group_never_becomes_the_apps(start: Start) -> None:
    """A SIGKILL for the app's group would be lifeinit's own."""
    first, named = start(), start(our_group=True)
    app = app_of(first)
    assert app.main_is(named.pid, ours={first.pid}) == ""
    first.kill()
    first.wait(timeout=20)
    assert app.survives(())
    assert (app.pid, app._group) == (named.pid, first.pid)


def test_it_is_over_when_the_named_one_is_dead_too(start: Start) -> None:
    first, named = start(), start()
    app = app_of(first)
    assert (app.status_text, app.survives(())) == ("", False)
    assert app.main_is(named.pid, ours={first.pid}) == ""
    for cat in (first, named):
        cat.kill()
        cat.wait(timeout=20)
    assert not app.survives(())
    assert app.pid == first.pid


def test_no_descriptor_is_left_of_whom_it_named(start: Start) -> None:
    """Neither where it is refused, nor where another one is named, nor at the end."""
    first, named, other = start(), start(), start()
    app = app_of(first)
    before = len(os.listdir("/proc/self/fd"))
    assert app.main_is(named.pid, ours={named.pid}) == NOT_OWN
    assert app.main_is(named.pid, ours=()) == ""
    assert app.main_is(other.pid, ours=()) == ""
    assert len(os.listdir("/proc/self/fd")) == before + 1
    assert app.survives(())
    assert len(os.listdir("/proc/self/fd")) == before


def test_why_no_descriptor_can_be_had_is_told(start: Start) -> None:
    """It may well be the app's own process: the mistake is not the app's."""
    first, named = start(), start()
    app = app_of(first)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(map(int, os.listdir("/proc/self/fd")))
    free = [os.dup(0) for _ in range(highest)]  # no gap is left below the limit
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(free[-1], soft), hard))
        assert app.main_is(named.pid, ours={first.pid}) == "pidfd_open: Too many open files"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in free:
            os.close(descriptor)
