# ruff: noqa: E501  # a case is a line
"""A hook file beside what its container is started with."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check import manifest, timeline
from lifeinit.check.manifest import Container, ManifestError
from lifeinit.check.rules import manifest_rules
from lifeinit.check.rules.rule import Rule
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.parser import parse
from tests.unit.check.manifest import samples


def of(text: str, name: str | None = None) -> Container:
    return manifest.container("m", text.encode(), name)


def pod(**container: object) -> Container:
    return of(json.dumps({"kind": "Pod", "spec": {"containers": [{"name": "web", **container}]}}))


def service(**keys: object) -> Container:
    return of(json.dumps({"services": {"web": keys}}))


def found(hooks: str, container: Container) -> list[Diagnostic]:
    hook_file = manifest.with_environment(parse(hooks.encode()), container)
    return [
        *timeline.diagnostics(hook_file, container.time_to_stop()),
        *manifest.diagnostics(hook_file, container),
    ]


def messages(diagnostics: Sequence[Diagnostic]) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in diagnostics]


PROBE = {"httpGet": {"path": "/", "port": 80}}
# The container that each rule's samples speak of, for the wrong and for the right one.
CONTAINERS = {
    "E403": (service(stop_signal="SIGUSR1"), service(stop_signal="SIGUSR1")),
    "E404": (pod(securityContext={"runAsUser": 2000}),) * 2,
    "W406": (service(read_only=True),) * 2,
    "W407": (pod(livenessProbe=PROBE),) * 2,
    "W408": (pod(lifecycle={"preStop": {"exec": {"command": ["/drain"]}}}), pod()),
    "W409": (pod(resources={"limits": {"memory": "16Mi"}}), pod(resources={"limits": {"memory": "64Mi"}})),
    "W410": (pod(command=["python", "app.py"]), pod(args=["python", "app.py"])),
}


@pytest.mark.parametrize("rule", manifest_rules.RULES, ids=lambda rule: rule.code)
def test_the_wrong_sample_breaks_the_rule_and_the_right_one_none(rule: Rule) -> None:
    wrong, right = CONTAINERS[rule.code]
    assert [one.code for one in found(rule.wrong, wrong)] == [rule.code]
    assert [one.code for one in found(rule.right, right)] == []


def test_the_grace_period_of_the_manifest_is_named() -> None:
    hooks = 'stop_timeout = "42s"\npre_stop = { sleep = "3s" }'
    (one,) = found(hooks, pod())
    assert messages([one]) == [
        ("E401", "terminationGracePeriodSeconds is 30 by default, and the stop may take 42 s (stop_timeout)")
    ]
    assert one.help == 'write at most "29s", or give the container 43 s: terminationGracePeriodSeconds: 43'
    (one,) = found('pre_stop = { sleep = "3s" }', of(samples.KUBERNETES, "web"))[:1]
    assert messages([one]) == [
        (
            "E401",
            "terminationGracePeriodSeconds is 30, of which preStop takes 5, and the stop may take 42 s (LIFEINIT_STOP_TIMEOUT)",
        )
    ]
    assert "48 s: terminationGracePeriodSeconds: 48" in one.help


def test_the_limit_of_the_environment_counts() -> None:
    """It takes precedence over stop_timeout."""
    hooks = 'stop_timeout = "9s"\npre_stop = { sleep = "3s" }'
    assert found(hooks, service(environment={"LIFEINIT_STOP_TIMEOUT": "8s"})) == []
    assert messages(found(hooks, service(environment=["LIFEINIT_STOP_TIMEOUT=12"]))) == [
        ("E401", "stop_grace_period is 10 s by default, and the stop may take 12 s (LIFEINIT_STOP_TIMEOUT)")
    ]
    with pytest.raises(ValueError, match='LIFEINIT_STOP_TIMEOUT is "soon", not a duration'):
        found(hooks, service(environment={"LIFEINIT_STOP_TIMEOUT": "soon"}))


@pytest.mark.parametrize(
    ("user", "own", "is_refused"),
    [("1000", None, False), ("1000", "0:0", False), ("1000", "1000:1000", False), ("root", "1000", True),
     ("0:0", "app", False), ("app", "app", False), ("1000:5", "2000", True), ("no-such", "1000", False)],
)  # fmt: skip
def test_only_root_can_change_the_user(user: str, own: str | None, is_refused: bool) -> None:
    """A name that this machine does not know may be anybody."""
    hooks = f'[[pre_start]]\ncommand = "x"\nuser = "{user}"'
    diagnostics = found(hooks, service(user=own))
    assert [one.code for one in diagnostics] == ["E404"] * is_refused
    assert all(one.span.start == (3, 8) for one in diagnostics)


def test_what_is_written_on_a_read_only_root() -> None:
    hooks = 'ready_file = "/run/app/ready"\nready = "file:///data/ready"'
    places = [one.span.start for one in found(hooks, service(read_only=True))]
    assert places == [(1, 14), (2, 9)]
    assert found(hooks, service(read_only=True, tmpfs="/run", volumes=["d:/data"])) == []
    assert len(found(hooks, service(read_only=True, tmpfs="/run", volumes=["d:/data:ro"]))) == 1
    assert found(hooks, service(read_only=False)) == []


@pytest.mark.parametrize(
    ("probes", "hooks", "message"),
    [
        ({"startupProbe": PROBE}, 'pre_start = "x"', None),
        ({"startupProbe": PROBE}, 'ready = "tcp://127.0.0.1:1"', "startupProbe ends pod/web 30 s after its start, and the start may take 1 min"),
        ({"livenessProbe": PROBE}, 'pre_start = "x"', "livenessProbe ends pod/web 30 s after its start, and pre_start[0] has no timeout"),
        ({"livenessProbe": {**PROBE, "initialDelaySeconds": 40}}, 'ready = "tcp://127.0.0.1:1"', None),
        ({"readinessProbe": PROBE}, 'pre_start = "x"', None),
        ({"livenessProbe": PROBE}, 'post_start = "x"', None),
    ],
)  # fmt: skip
def test_a_probe_that_ends_a_slow_start(probes: dict[str, object], hooks: str, message: str | None) -> None:
    assert [one.message for one in found(hooks, pod(**probes))] == ([message] if message else [])


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from(
    "services kind items spec template containers name metadata user image environment volumes tmpfs healthcheck test"
    " stop_grace_period stop_signal read_only mem_limit deploy resources limits memory lifecycle preStop exec command"
    " sleep seconds livenessProbe securityContext runAsUser env value Config HostConfig Mounts Destination RW Id Name"
    " StopTimeout StopSignal containerDefinitions taskDefinition stopTimeout healthCheck mountPoints << args".split()
)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))
CONTAINER = st.dictionaries(KEYS, ANYTHING, max_size=6)
MANIFESTS = (
    st.fixed_dictionaries({"services": st.dictionaries(st.just("web"), CONTAINER, min_size=1)})
    | st.fixed_dictionaries(
        {"kind": st.just("Pod"), "spec": st.fixed_dictionaries({"containers": st.lists(CONTAINER)})}
    )
    | st.fixed_dictionaries({"containerDefinitions": st.lists(CONTAINER)})
    | st.lists(st.fixed_dictionaries({"Config": CONTAINER, "HostConfig": CONTAINER}))
    | ANYTHING
)


@given(MANIFESTS)
def test_whatever_a_manifest_holds_the_answer_is_a_container_or_a_sentence(value: object) -> None:
    hook_file = parse(b'ready_file = "/run/x"\npre_start = "x"\n[app]\nuser = "1000"')
    try:
        container = of(json.dumps(value))
        hook_file = manifest.with_environment(hook_file, container)
    except (ManifestError, ValueError):
        return  # their sentences are tested by the command
    assert all("\n" not in one.message for one in timeline.diagnostics(hook_file, container.time_to_stop()))
    assert all(one.code[0] in "EW" for one in manifest.diagnostics(hook_file, container))
