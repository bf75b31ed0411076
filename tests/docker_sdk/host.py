"""A host program: drives the container NAME and prints what happens. `ready` comes when it can be interrupted."""

import sys
import threading

import docker

from lifeinit.docker import Event, ManagedContainer
from tests.container.docker import BASE

mode, name, reaction = sys.argv[1:]
trap = "echo got TERM" if reaction == "ignore" else "exit 7"
command = ["sh", "-c", f"trap '{trap}' TERM; echo ready; tail -f /dev/null & wait; wait"]
container = ManagedContainer(
    docker.from_env(), BASE, command, name=name, network_mode="none", remove=True, stop_timeout=1000
)
never = threading.Event()


def report(event: Event) -> None:
    print(event.event, event.signal or event.reason, event.exit_code, flush=True)


@container.pre_start
def before(event: Event) -> None:
    report(event)
    if mode == "pre_start":
        print("ready", flush=True)
        never.wait()


@container.pre_stop(timeout=1000)
def hang(event: Event) -> None:
    report(event)
    if reaction == "ignore":
        never.wait()


container.post_start(report)
container.post_stop(report)


def report_when_it_waits() -> None:
    """`ready`, once the main thread is inside of wait(): before that an interrupt would be the program's own."""
    main = threading.main_thread().ident
    inside = False
    while not inside:
        frame = sys._current_frames().get(main or 0)
        while frame is not None and not inside:
            inside = frame.f_code is ManagedContainer.wait.__code__
            frame = frame.f_back
    print("ready", flush=True)


match mode:
    case "pre_start":
        container.start()
    case "wait":
        container.start()
        threading.Thread(target=report_when_it_waits, daemon=True).start()
        container.wait()
    case "with":
        with container:
            print("ready", flush=True)
            never.wait()
    case "abandoned":
        container.start()
        print("ready", flush=True)
print("not reached" if mode != "abandoned" else "end", flush=True)
