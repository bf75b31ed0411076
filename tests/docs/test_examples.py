"""The examples' hook files fit the grace period that the runtime gives each of them."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lifeinit.config import drop_ins
from lifeinit.config.contents import Skipped

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


BASE_IMAGE = Path(__file__).parents[2] / "docs" / "how-to" / "base-image.md"


def test_the_page_about_base_images_shows_the_files_of_the_example() -> None:
    """But for the wheel, which the example takes from the clone."""
    blocks = re.findall(r"```(?:dockerfile|toml)\n(.*?)```", BASE_IMAGE.read_text(), re.DOTALL)
    example = EXAMPLES / "base-image"
    names = ["10-sidecar.toml", "90-report.toml"]
    files = ["python/Dockerfile", *(f"python/hooks.d/{name}" for name in names)]
    files += ["shop/Dockerfile", "shop/hooks.toml", "shop/50-shop.toml"]
    shown = [(example / file).read_text() for file in files]
    install = "RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir lifeinit\n"
    shown[0] = re.sub(r"# Until.*?\nRUN [^\n]*\n", install, shown[0], flags=re.DOTALL)
    assert blocks == shown


def test_the_two_images_hooks_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in /etc/lifeinit of the second one; and the warning of the page, for a file of the app's user there."""
    example, folder = EXAMPLES / "base-image", tmp_path / "hooks.d"
    shutil.copytree(example / "python" / "hooks.d", folder)
    shutil.copy(example / "shop" / "hooks.toml", tmp_path)
    shutil.copy(example / "shop" / "50-shop.toml", folder)
    monkeypatch.setenv("COLUMNS", "200")
    status, said = _check(tmp_path / "hooks.toml", "10s")
    page = BASE_IMAGE.read_text()
    verdicts = said.replace(str(tmp_path), "/etc/lifeinit")
    assert (status, f"```\n{verdicts}```" in page) == (0, True), said
    skipped = (Skipped("50-shop.toml", "it belongs to uid 10001"),)
    (sentence,) = drop_ins.warnings("/etc/lifeinit/hooks.d", skipped)
    assert f"```\nlifeinit: {sentence}\n```" in page
    assert _check(tmp_path / "hooks.toml", "8s")[0] == 1
