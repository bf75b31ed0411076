"""The examples' hook files fit the grace period that the runtime gives each of them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"


def _composed() -> Iterator[tuple[str, str, str]]:
    """Example, hook file and grace period of each service that is built, as its compose.yaml has them."""
    for path in sorted(EXAMPLES.glob("*/compose.yaml")):
        for service in yaml.safe_load(path.read_text())["services"].values():
            if "build" in service:
                build = service["build"]
                hooks = "hooks.toml" if isinstance(build, str) else f"{build['target']}.toml"
                yield path.parent.name, hooks, service["stop_grace_period"]


def _check(hooks: Path | str, grace: str, stdin: str | None = None) -> tuple[int, str]:
    options = ["check", "--no-preflight", "--strict", "--grace", grace, str(hooks)]
    command = [sys.executable, "-m", "lifeinit", *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("example", "hooks", "grace"), list(_composed()))
def test_a_stop_fits_what_compose_gives_it(example: str, hooks: str, grace: str) -> None:
    status, said = _check(EXAMPLES / example / hooks, grace)
    assert (status, said.partition(": ")[2][:2]) == (0, "ok"), said
    # The image is built with the same number.
    dockerfile = (EXAMPLES / example / "Dockerfile").read_text()
    assert re.search(rf"lifeinit check (--compile )?--strict --grace {grace} -- ", dockerfile)


def test_a_stop_fits_what_kubernetes_gives_it() -> None:
    """And it would not fit a second less than its own limit: that is what the check holds against it."""
    manifests = EXAMPLES / "fastapi-kubernetes/kubernetes"
    hooks = yaml.safe_load((manifests / "configmap.yaml").read_text())["data"]["hooks.toml"]
    pod = yaml.safe_load((manifests / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 30
    assert _check("-", "30s", hooks)[0] == 0
    status, said = _check("-", "27s", hooks)
    assert status == 1
    assert "stop_timeout" in said
