"""examples/base-image: an image with two drop-ins, and one on top of it with a hook file and a drop-in of its own."""

import os
import shutil
from pathlib import Path

import pytest

from tests.container.docker import ROOT, Life, docker

BASE, SHOP = "lifeinit-test-base", "lifeinit-test-base-shop"


@pytest.fixture(scope="module")
def shop(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The second image, built as the README of the example says."""
    example = tmp_path_factory.mktemp("example") / "base-image"
    shutil.copytree(ROOT / "examples" / "base-image", example, ignore=shutil.ignore_patterns("*.whl"))
    shutil.copy(wheel, example / "python" / "wheels")
    dockerfile = example / "shop" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("FROM example-python", f"FROM {BASE}"))
    docker("build", "-q", "--network", "host", "-t", BASE, str(example / "python"))
    docker("build", "-q", "-t", SHOP, str(example / "shop"))
    return SHOP


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A drop-in of the app's user."""
    path = tmp_path / "evil.toml"
    path.write_text('[[pre_start]]\nname = "evil"\ncommand = "echo evil as $(id -u)"\n')
    path.chmod(0o644)
    if os.geteuid() != 0:
        pytest.skip("to give a file to another user takes root")
    os.chown(path, 10001, 10001)
    return path


def started(*options: str, image: str, command: tuple[str, ...] = ()) -> Life:
    return Life(docker("run", "-d", "-e", "LIFEINIT_VERBOSE=1", *options, image, *command).strip())


def test_the_hooks_of_both_images_run_in_the_order_of_the_names(shop: str) -> None:
    """What was compiled in the build is used, and each line names the file that the hook is from."""
    life = started(image=shop)
    try:
        begun = life.until("app is ready")
        status = docker("exec", life.id, "lifeinit", "status")
        docker("stop", life.id)
        said = [*begun, *life.lines()]
        told = [line.partition(" after")[0].partition(" in ")[0] for line in said if "pre_" in line or "post_" in line]
        assert [line for line in told if line.startswith("lifeinit: p")] == [
            "lifeinit: pre_start sidecar (10-sidecar.toml): skipped (unless exited 0",
            "lifeinit: pre_start migrate (50-shop.toml): ok",
            "lifeinit: pre_stop drain (50-shop.toml): ok",
            "lifeinit: post_stop report (90-report.toml): skipped (unless exited 0",
        ]
        assert any(line.startswith("lifeinit: using the compiled hook file") for line in said)
        assert "pre_start migrate (50-shop.toml)" in status
        assert docker("inspect", "-f", "{{.State.ExitCode}}", life.id).strip() == "0"
    finally:
        docker("rm", "-f", "-v", life.id)
        life.close()


def test_a_drop_in_of_the_apps_user_is_skipped(shop: str, hostile: Path) -> None:
    """lifeinit is root here. What was compiled stays good: it was not made from that file, and no start reads it."""
    mount = f"{hostile}:/etc/lifeinit/hooks.d/60-evil.toml:ro"
    life = started("--user", "0", "-v", mount, image=shop, command=("false",))
    try:
        said = list(life.lines())
        (line,) = (line for line in said if "skipping" in line)
        path = "/etc/lifeinit/hooks.d/60-evil.toml"
        assert line.startswith(
            f'lifeinit: skipping the drop-in "{path}", which is not trusted: it belongs to uid 10001'
        )
        assert not any("evil as" in line for line in said)
        assert "report: exit status 1, reason exited" in said
        assert any(line.startswith("lifeinit: using the compiled hook file") for line in said)
    finally:
        docker("rm", "-f", "-v", life.id)
        life.close()
