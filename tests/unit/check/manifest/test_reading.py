# ruff: noqa: E501  # a case is a line
"""What each kind of manifest says of its containers, and which container is meant."""

import json
import sys

import pytest
import yaml

from lifeinit.check.manifest import Container, ManifestError, container
from tests.unit.check.manifest import samples


def read(text: str, wanted: str | None = None, name: str = "m.yaml") -> Container:
    return container(name, text.encode(), wanted)


@pytest.mark.parametrize("text", [samples.COMPOSE, samples.COMPOSE_JSON], ids=["yaml", "json"])
def test_a_service_of_compose(text: str) -> None:
    web = read(text, "web")
    assert (web.runtime, web.name, web.grace, web.stop_signal) == ("compose", "web", 90.0, "SIGUSR1")
    assert (web.user, web.read_only, web.memory) == ("1000:1000", True, 16 << 20)
    assert web.writable == ("/run", "/tmp", "/data", "/var/lib")
    assert web.environment["LIFEINIT_STOP_TIMEOUT"] == "25s"
    assert (web.entrypoint, web.command) == (("lifeinit", "--"), ("gunicorn", "shop:app"))
    assert read(text) == web, "the one that runs lifeinit is meant"
    assert read(text, "db").grace is None


@pytest.mark.parametrize("form", ["yaml", "json", "list"])
def test_a_container_of_kubernetes(form: str) -> None:
    """As it is written, as one object in JSON, and as `kubectl get -o json` prints several."""
    documents = list(yaml.safe_load_all(samples.KUBERNETES))
    listed = {"apiVersion": "v1", "kind": "List", "items": documents}
    text = {"yaml": samples.KUBERNETES, "json": json.dumps(documents[1]), "list": json.dumps(listed)}[form]
    web = read(text, "web")
    assert (web.runtime, web.name, web.grace) == ("kubernetes", "shop/web", 30.0)
    assert (web.user, web.read_only, web.memory) == ("1000:3000", True, 512 << 20)
    assert (web.pre_stop, web.pre_stop_time) == ("preStop", 5.0)
    assert (web.start_check, web.start_limit) == ("livenessProbe", 20.0)
    assert web.writable == ("/data",)
    assert dict(web.environment) == {"LIFEINIT_STOP_TIMEOUT": "42s", "POD": ""}
    assert read(text) == read(text, "shop/web") == web
    assert read(text, "proxy").user == "2000:3000"
    grace = web.time_to_stop()
    assert (grace.seconds, grace.said) == (25.0, "terminationGracePeriodSeconds is 30, of which preStop takes 5")


POD = "kind: Pod\nspec: {{containers: [{{name: a, {}}}]}}"


@pytest.mark.parametrize(
    ("lifecycle", "seconds"),
    [
        ("{sleep: {seconds: 7}}", 7.0),
        ("{exec: {command: [/bin/sleep, '3']}}", 3.0),
        ("{exec: {command: [sleep, 2m]}}", 120.0),
        ("{exec: {command: [sh, -c, 'sleep 5; nginx -s quit']}}", None),
        ("{httpGet: {path: /drain, port: 80}}", None),
    ],
)
def test_how_long_pre_stop_takes(lifecycle: str, seconds: float | None) -> None:
    found = read(POD.format(f"lifecycle: {{preStop: {lifecycle}}}"))
    assert (found.pre_stop, found.pre_stop_time) == ("preStop", seconds)


def test_a_container_of_docker_and_of_podman() -> None:
    web = read(samples.DOCKER)
    assert (web.runtime, web.name, web.grace, web.user) == ("docker", "web", 20.0, "app")
    assert (web.writable, web.read_only, web.memory) == (("/run", "/data"), True, 512 << 20)
    assert web.time_to_stop().said == "StopTimeout is 20"
    podman = read(samples.PODMAN)
    assert (podman.runtime, podman.grace, podman.stop_signal, podman.user) == ("podman", 10.0, "TERM", None)


def test_an_image_of_docker() -> None:
    """`docker image inspect` has no HostConfig."""
    text = json.dumps([{"Id": "sha256:4f66", "Config": {"User": "app", "StopSignal": "SIGQUIT"}, "RootFS": {}}])
    image = read(text)
    assert (image.user, image.stop_signal, image.time_to_stop().said) == (
        "app",
        "SIGQUIT",
        "StopTimeout is 10 by default",
    )


def test_a_container_of_ecs() -> None:
    for text in (samples.ECS, json.dumps(json.loads(samples.ECS)["taskDefinition"])):
        web = read(text)
        assert (web.runtime, web.grace, web.user, web.memory) == ("ecs", 60.0, "1000", 512 << 20)
        assert (web.start_check, web.start_limit) == ("healthCheck", 90.0)
        assert web.writable == ("/run", "/data")


def test_a_service_of_cloud_run() -> None:
    found = read(samples.KNATIVE)
    assert (found.runtime, found.time_to_stop().seconds) == ("cloudrun", 10.0)


@pytest.mark.parametrize(
    ("text", "wanted", "sentence"),
    [
        ("services: {a: {}, b: {}}", None, "m.yaml has several containers: name one, for example --for m.yaml:a (it has a, b)"),
        ("services: {a: {}}", "b", 'm.yaml has no container with the name "b": it has a'),
        ("", None, "m.yaml is empty"),
        ("a: b", None, "m.yaml is not a Compose file, Kubernetes objects, the output of docker inspect or an ECS task definition, or has no container"),
        ("- a: [", None, "m.yaml is not valid YAML (line 1): expected the node content, but found '<stream end>'"),
        ("services: {a: {stop_grace_period: soon}}", None, 'services.a.stop_grace_period is "soon", not a duration'),
        ("services: {a: {stop_grace_period: '${GRACE}'}}", None, 'services.a.stop_grace_period is "${GRACE}", not a duration: the output of docker compose config has the values of variables'),
        ("services: {a: {user: [x]}}", None, "services.a.user is a list, not a string"),
        ("services: [a]", None, "services is a list, not a mapping"),
        ("services: {a: {mem_limit: much}}", None, 'services.a.mem_limit is "much", not a size'),
        ("services: {a: {read_only: perhaps}}", None, 'services.a.read_only is "perhaps", not true or false'),
        (POD.format("livenessProbe: {periodSeconds: -1}"), None, 'spec.containers[0].livenessProbe.periodSeconds is "-1", not a number'),
        ("[" * 5000, None, "m.yaml is nested too deep"),
        ("a: &a [*a, *a]", None, "m.yaml is not valid YAML (line 1): found unconstructable recursive node"),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_used_is_one_sentence(text: str, wanted: str | None, sentence: str) -> None:
    with pytest.raises(ManifestError) as error:
        read(text, wanted)
    assert str(error.value) == sentence


def test_what_is_no_text_or_too_large() -> None:
    for raw, sentence in (
        (b"\xff\xfe", 'm.json is not UTF-8: byte "0xff"'),
        (b" " * ((16 << 20) + 1), "m.json is larger than 16 MiB"),
        (b"a: b\n" * 200_000, "m.json is more than 512 KiB of YAML: convert it to JSON"),
        (b"[" * 200_000, "m.json is nested too deep"),
        (b'{"a": 1', "m.json is not valid JSON (line 1)"),
    ):
        with pytest.raises(ManifestError) as error:
            container("m.json", raw, None)
        assert str(error.value) == sentence


def test_aliases_and_merge_keys_copy_nothing() -> None:
    """Nine levels of nine are 400 million mappings, were they copied."""
    levels = "\n".join(f"l{i}: &l{i}\n  <<: [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 10))
    text = f"l0: &l0 {{stop_grace_period: 7s}}\n{levels}\nservices:\n  web: {{<<: *l9}}\n"
    assert read(text).grace == 7.0


def test_without_pyyaml_it_says_how_to_convert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ManifestError, match="takes PyYAML: pip install pyyaml, or convert it with `docker compose"):
        read(samples.COMPOSE)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(ManifestError, match="which this program does not read: convert it with `docker compose"):
        read(samples.COMPOSE)
    assert read(samples.COMPOSE_JSON).name == "web"
