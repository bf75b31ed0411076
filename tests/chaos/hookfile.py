"""The hook file and the command line of a scenario."""

import json
import shlex
import sys
from pathlib import Path

from tests.chaos.scenario import App, Hook, Scenario, Value

ACTOR = Path(__file__).with_name("actor.py")


def hook_file(scenario: Scenario, directory: Path) -> str:
    """The TOML text. CWD in a value stands for the directory of the run."""
    lines = [f"stop_on = {_toml(scenario.stop_on)}"]
    if scenario.stop_timeout is not None:
        lines.append(f'stop_timeout = "{scenario.stop_timeout}ms"')
    if scenario.kill_after is not None:
        lines.append(f'kill_after = "{scenario.kill_after}ms"')
    first = scenario.apps[0]
    if first.ready:
        lines.append(f"ready = {first.ready}")
    lines += ["", "[app]", *_keys(first.keys)]
    if scenario.rewrite:
        lines += ["", "[signals]", *(f"{_toml(came)} = {_toml(goes)}" for came, goes in scenario.rewrite.items())]
    for i, app in enumerate(scenario.apps[1:], 1):
        lines += ["", f"[process.p{i}]", f"command = {_toml(command(f'app:{i}', app.deeds, directory))}"]
        lines += [*_keys(app.keys), *([f"ready = {app.ready}"] if app.ready else [])]
    return "\n".join([*lines, *_hooks(scenario, 0, directory)]).replace("CWD", str(directory)) + "\n"


def drop_ins(scenario: Scenario, directory: Path) -> dict[str, str]:
    """Their TOML texts by their names, where there are any."""
    numbers = {hook.file for hook in scenario.hooks} - {0}
    return {f"{i}0.toml": "\n".join(_hooks(scenario, i, directory)) + "\n" for i in sorted(numbers)}


def _hooks(scenario: Scenario, file: int, directory: Path) -> list[str]:
    hooks = [hook for hook in scenario.hooks if hook.file == file]
    return [line for hook in hooks for line in ("", f"[[{hook.phase}]]", *_hook(hook, directory))]


def command(name: str, deeds: list[str], directory: Path) -> list[str]:
    """An actor's command."""
    log = str(directory / "log")
    return [sys.executable, "-I", "-S", "-B", str(ACTOR), log, name, *(d.replace("CWD", str(directory)) for d in deeds)]


def app_command(app: App, directory: Path) -> list[str]:
    return command("app:0", app.deeds, directory)


def _hook(hook: Hook, directory: Path) -> list[str]:
    if hook.silent:
        return [hook.silent]
    argv = command(hook.label, hook.deeds, directory)
    return [f"command = {_toml(shlex.join(argv) if hook.shell else argv)}", *_keys(hook.keys)]


def _keys(keys: dict[str, Value]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in keys.items()]


def _toml(value: Value) -> str:
    return json.dumps(value)
