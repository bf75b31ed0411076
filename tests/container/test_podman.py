"""Podman, the other engine: as root and as a user without rights, its own init, stop signal, health and terminal.

Its storage and namespaces are costly to make, so each of the two has all checks behind one another in one test.
"""

from collections.abc import Callable

import pytest

from tests.container.podman import Podman, why_not
from tests.container.test_platforms import EATS_MEMORY, LEAVES_ONE, SAYS_ITS_SIGNALS

HOOKS = {
    "LIFEINIT_PRE_START": "echo pre_start",
    "LIFEINIT_PRE_STOP": "echo pre_stop $LIFEINIT_SIGNAL",
    "LIFEINIT_POST_STOP": "echo post_stop $LIFEINIT_EXIT_CODE",
}


def it_is_pid_1_and_has_the_apps_status(podman: Podman) -> None:
    assert podman.run("sh", "-c", "cat /proc/1/comm; exit 7").ends() == (7, ["lifeinit"])
    assert podman.run("no-such-program").ends() == (127, [])


def a_stop_runs_the_hooks(podman: Podman) -> None:
    container = podman.run("sh", "-c", SAYS_ITS_SIGNALS, env=HOOKS)
    container.until("ready")
    podman("stop", "--time", "9", container.name)
    assert container.ends() == (3, ["pre_start", "ready", "pre_stop TERM", "TERM", "post_stop 3"])


def another_stop_signal_is_one_too(podman: Podman) -> None:
    app = SAYS_ITS_SIGNALS.replace("echo TERM; exit 3' TERM", "echo QUIT; exit 4' QUIT")
    container = podman.run("sh", "-c", app, options=("--stop-signal", "QUIT"), env=HOOKS)
    container.until("ready")
    podman("stop", "--time", "9", container.name)
    assert container.ends() == (4, ["pre_start", "ready", "pre_stop QUIT", "QUIT", "post_stop 4"])


def another_signal_reaches_the_app(podman: Podman) -> None:
    container = podman.run("sh", "-c", SAYS_ITS_SIGNALS)
    container.until("ready")
    podman("kill", "--signal", "USR1", container.name)
    container.until("USR1")
    podman("kill", "--signal", "TERM", container.name)
    assert container.ends() == (3, ["ready", "USR1", "TERM"])


def orphans_are_reaped(podman: Podman) -> None:
    app = "for i in 1 2 3 4 5; do (setsid sh -c 'exec sleep 0' &) done; echo ready; exec sleep 60"
    container = podman.run("sh", "-c", app)
    container.until("ready")
    look = ("exec", container.name, "sh", "-c", "cat /proc/[0-9]*/comm; grep -h State /proc/[0-9]*/status")
    while "Z" in (states := podman(*look)) or states.count("sleep\n") != 1:  # they die in their own time
        pass
    podman("kill", container.name)


def below_its_own_init(podman: Podman) -> None:
    container = podman.run(
        "python", "-c", LEAVES_ONE, options=("--init",), env={"LIFEINIT_PRE_START": "cat /proc/1/comm"}
    )
    status, said = container.ends()
    assert (status, said[1:]) == (5, ["the orphan's parent: lifeinit", "the orphan: TERM"])
    assert {"catatonit", "podman-init"} & set(said)


def on_a_terminal(podman: Podman) -> None:
    for options in ((), ("-t",)):
        app = "test -t 0 && test -t 1 && exit 6; exit 5"
        status, _ = podman.run("sh", "-c", app, options=(*options, "--systemd", "false")).ends()
        assert status == (6 if options else 5)


def health_is_what_lifeinit_says(podman: Podman) -> None:
    options = ("--health-cmd", "lifeinit health", "--health-interval", "disable", "--user", "0")
    hooks = {"LIFEINIT_PRE_START": "echo waiting; until test -e /tmp/go; do sleep 0.1; done"}
    container = podman.run("sh", "-c", SAYS_ITS_SIGNALS, options=options, env=hooks)
    container.until("waiting")
    assert "unhealthy" in podman("healthcheck", "run", container.name, check=False)
    podman("exec", container.name, "touch", "/tmp/go")
    container.until("ready")
    assert podman("healthcheck", "run", container.name) == ""
    assert "running" in podman("exec", container.name, "lifeinit", "status")
    podman("stop", "--time", "9", container.name)
    assert container.ends()[0] == 3


def read_only_without_rights(podman: Podman) -> None:
    options = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "12345")
    container = podman.run("sh", "-c", SAYS_ITS_SIGNALS, options=options, env=HOOKS)
    container.until("ready")
    podman("stop", "--time", "9", container.name)
    assert container.ends() == (3, ["pre_start", "ready", "pre_stop TERM", "TERM", "post_stop 3"])


def out_of_memory(podman: Podman) -> None:
    hooks = {"LIFEINIT_POST_STOP": "echo out of memory: $LIFEINIT_OOM_KILLED"}
    container = podman.run("python", "-c", EATS_MEMORY, options=("--memory", "64m", "--memory-swap", "64m"), env=hooks)
    assert container.ends() == (137, ["out of memory: 1"])


CHECKS: tuple[Callable[[Podman], None], ...] = (
    it_is_pid_1_and_has_the_apps_status,
    a_stop_runs_the_hooks,
    another_stop_signal_is_one_too,
    another_signal_reaches_the_app,
    orphans_are_reaped,
    below_its_own_init,
    on_a_terminal,
    health_is_what_lifeinit_says,
    read_only_without_rights,
)


@pytest.mark.parametrize("rootless", [False, True], ids=["root", "rootless"])
def test_podman(image: str, rootless: bool) -> None:
    """A memory limit is root's: with the first version of cgroups a user without rights has none to give."""
    reason = why_not(rootless)
    if reason:
        pytest.skip(reason)
    wrong = []
    with Podman(image, rootless) as podman:
        for check in (*CHECKS, *(() if rootless else (out_of_memory,))):
            try:
                check(podman)
            except AssertionError as error:
                wrong.append(f"{check.__name__}: {error}")
    assert not wrong, "\n".join(wrong)
