"""Compose files, manifests and task definitions of the pages, each read by the schema of the tool that it is for."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ApplicationPython
from tests.docs.blocks import Block, all_blocks
from tests.docs.kinds import kind_of

REQUIREMENTS = ("kubernetes-validate==1.37.0", "botocore==1.44.8", "pre-commit>=4,<5")


def _compose() -> list[str]:
    """The command line of Compose: the engine's plugin or the program of its own; empty where there is neither."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, "version"], check=False, capture_output=True)
            if done.returncode == 0:
                return command
    return []


COMPOSE = _compose()
ECS = """
import json, sys
import botocore.loaders, botocore.model, botocore.validate

service = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("ecs", "service-2"))
shape = service.operation_model("RegisterTaskDefinition").input_shape
print(botocore.validate.ParamValidator().validate(json.load(sys.stdin), shape).generate_report())
"""


def _of_kind(kind: str) -> list[Block]:
    blocks = [block for block in all_blocks() if block.language in {"yaml", "json"}]
    return [block for block in blocks if any(kind_of(one) == kind for one in yaml.safe_load_all(block.text))]


def compose(text: str, directory: Path) -> str:
    """What Compose has against the file; empty if nothing."""
    (directory / "compose.yaml").write_text(text)
    command = [*COMPOSE, "-f", "compose.yaml", "config", "-q"]
    done = subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def kubernetes(text: str, directory: Path, python: Path) -> str:
    (directory / "manifest.yaml").write_text(text)
    command = [str(python.with_name("kubernetes-validate")), "--strict", "manifest.yaml"]
    done = subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def ecs(text: str, python: Path) -> str:
    done = subprocess.run([str(python), "-c", ECS], input=text, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def python(application_python: ApplicationPython) -> Path:
    return application_python(*REQUIREMENTS)


needs_compose = pytest.mark.skipif(not COMPOSE, reason="there is no Compose")


@needs_compose
@pytest.mark.parametrize("block", _of_kind("compose"), ids=str)
def test_a_compose_file(block: Block, tmp_path: Path) -> None:
    (tmp_path / "shop.env").touch()
    assert not compose(block.text, tmp_path)


@pytest.mark.parametrize("block", _of_kind("kubernetes"), ids=str)
def test_a_manifest(block: Block, tmp_path: Path, python: Path) -> None:
    assert not kubernetes(block.text, tmp_path, python)


@pytest.mark.parametrize("block", _of_kind("ecs"), ids=str)
def test_a_task_definition(block: Block, python: Path) -> None:
    assert not ecs(block.text, python)


@pytest.mark.parametrize("block", _of_kind("pre-commit"), ids=str)
def test_a_pre_commit_configuration(block: Block, tmp_path: Path, python: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text(block.text)
    command = [str(python.with_name("pre-commit")), "validate-config"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_compose
def test_compose_finds_a_wrong_key(tmp_path: Path) -> None:
    """The control."""
    found = compose("services: {shop: {image: shop, stop_grace: 30s}}\n", tmp_path)
    assert re.search("stop_grace", found)


def test_the_schemas_find_a_wrong_key(tmp_path: Path, python: Path) -> None:
    """The control."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [], "graceSeconds": 3}}
    assert "graceSeconds" in kubernetes(yaml.safe_dump(pod), tmp_path, python)
    task = {"family": "shop", "containerDefinitions": [{"name": "shop", "stopTimeOut": 30}]}
    assert "stopTimeOut" in ecs(json.dumps(task), python)


def test_each_kind_has_a_page() -> None:
    assert all(_of_kind(kind) for kind in ("compose", "kubernetes", "ecs", "pre-commit"))
