"""`lifeinit check --for`: a runtime, or the manifest of the container."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.integration.harness import LIFEINIT
from tests.unit.check.manifest import samples

HOOKS = 'stop_timeout = "42s"\npre_stop = { sleep = "3s" }\n'


def check(directory: Path, *arguments: str, stdin: str = "", hooks: str = HOOKS) -> tuple[int, str, str]:
    (directory / "hooks.toml").write_text(hooks)
    (directory / "deploy.yaml").write_text(samples.KUBERNETES)
    (directory / "compose.yaml").write_text(samples.COMPOSE)
    done = subprocess.run(
        [LIFEINIT, "check", *arguments],
        input=stdin,
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
        timeout=30,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_container_that_runs_lifeinit_is_found(tmp_path: Path) -> None:
    status, out, err = check(tmp_path, "--no-preflight", "--for", "deploy.yaml", "hooks.toml")
    assert (status, err) == (1, "")
    sentence = "error[E401]: terminationGracePeriodSeconds is 30, of which preStop takes 5, and the stop may take 42 s"
    assert sentence in out.replace("\n  ", " ")


def test_one_is_named_and_the_manifest_may_be_standard_input(tmp_path: Path) -> None:
    """Compose's 90 s are enough for the 25 s of the service's own LIFEINIT_STOP_TIMEOUT."""
    from_file = check(tmp_path, "--no-preflight", "--for", "compose.yaml:web", "hooks.toml")
    from_stdin = check(tmp_path, "--no-preflight", "--for", "-:web", "hooks.toml", stdin=samples.COMPOSE_JSON)
    assert from_file == from_stdin
    assert (from_file[0], "E403" in from_file[1], "E401" in from_file[1]) == (1, True, False)


def test_the_plan_is_that_of_the_container(tmp_path: Path) -> None:
    status, out, _ = check(tmp_path, "--no-preflight", "--plan", "--format=json", "--for", "compose.yaml:web")
    assert status == 1
    assert [one["code"] for one in json.loads(out)["problems"]] == ["E403", "W409"]


@needs.ROOT
def test_the_machine_is_checked_as_the_user_of_the_manifest(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o700)
    hooks = f"pre_start = [{json.dumps(str(tool))}]"
    assert check(tmp_path, hooks=hooks)[0] == 0
    manifest = json.dumps({"services": {"web": {"user": "65534"}}})
    status, out, _ = check(tmp_path, "--for", "-", "hooks.toml", stdin=manifest, hooks=hooks)
    assert (status, "uid 65534" in out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--for", "moon"], '"moon" is neither a file nor a runtime: write one of cloudrun, compose, docker'),
        (["--for", "moon.yaml"], 'cannot read "moon.yaml": No such file or directory'),
        (["--for", "compose.yaml:api"], 'compose.yaml has no container with the name "api": it has web, db'),
        (["--for", "-", "-"], "both the manifest and the hook file are standard input"),
        (["--for", "hooks.toml"], "hooks.toml is not"),
        (["--for", "/proc/self/mem"], 'cannot read "/proc/self/mem"'),
        (["--for", "."], 'cannot read ".": Is a directory'),
    ],
)
def test_a_wrong_target_is_one_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    stdin = json.dumps({"services": {"web": {}}})
    status, out, err = check(tmp_path, *arguments, stdin=stdin)
    assert (status, out) == (2, "")
    assert sentence in " ".join(err.split())
    assert "Traceback" not in err


def test_a_limit_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    manifest = json.dumps({"services": {"web": {"environment": {"LIFEINIT_STOP_TIMEOUT": "soon"}}}})
    status, out, err = check(tmp_path, "--for", "-", "hooks.toml", stdin=manifest)
    assert (status, out) == (2, "")
    assert 'LIFEINIT_STOP_TIMEOUT is "soon", not a duration' in " ".join(err.split())


@pytest.mark.parametrize("alias", ["k8s", "KUBERNETES"])
def test_a_runtime_has_other_names(alias: str, tmp_path: Path) -> None:
    assert check(tmp_path, "--for", alias) == check(tmp_path, "--for", "kubernetes")
