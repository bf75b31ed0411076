"""The runtimes that start containers: the grace period of each, and where it is set."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lifeinit.values.duration_text import exact


@dataclass(frozen=True)
class Runtime:
    """A runtime and its usual grace period in seconds. `settings` hold `{}` for another one; none: it is fixed.

    `oom_group`: it sets memory.oom.group on cgroup v2.
    """

    name: str
    grace: float
    settings: tuple[str, ...]
    most: float = math.inf
    oom_group: bool = False


RUNTIMES: Final[Mapping[str, Runtime]] = {
    # docs.docker.com/reference/cli/docker/container/stop: --timeout, --stop-timeout
    "docker": Runtime("Docker", 10.0, ("docker stop -t {}", "docker run --stop-timeout {}")),
    # docs.docker.com/reference/compose-file/services: stop_grace_period
    "compose": Runtime("Compose", 10.0, ("stop_grace_period: {}s",)),
    # kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle: termination of pods
    "kubernetes": Runtime("Kubernetes", 30.0, ("terminationGracePeriodSeconds: {}",), oom_group=True),
    # docs.podman.io: podman-stop(1), podman-run(1)
    "podman": Runtime("Podman", 10.0, ("podman stop -t {}", "podman run --stop-timeout {}")),
    # docs.aws.amazon.com/AmazonECS: task definition parameters, stopTimeout; 120 s are Fargate's most
    "ecs": Runtime("ECS", 30.0, ('"stopTimeout": {}',), most=120.0),
    # cloud.google.com/run/docs/container-contract: instance shutdown
    "cloudrun": Runtime("Cloud Run", 10.0, ()),
    # devcenter.heroku.com/articles/dynos: graceful shutdown
    "heroku": Runtime("Heroku", 30.0, ()),
    # developer.hashicorp.com/nomad/docs/job-specification/task: kill_timeout; the client's max_kill_timeout is 30 s
    "nomad": Runtime("Nomad", 5.0, ('kill_timeout = "{}s"',)),
    # fly.io/docs/reference/configuration: kill_timeout, at most 300 s on shared CPUs; kill_signal is SIGINT
    "fly": Runtime("Fly", 5.0, ('kill_timeout = "{}s"',), most=300.0),
    # render.com/docs/deploys: maxShutdownDelaySeconds, 1 to 300
    "render": Runtime("Render", 30.0, ("maxShutdownDelaySeconds: {}",), most=300.0),
    # docs.railway.com/guides/deployment-teardown: draining time, which is 0 where it is not set
    "railway": Runtime("Railway", 0.0, ("RAILWAY_DEPLOYMENT_DRAINING_SECONDS={}",)),
}
ALIASES: Final[Mapping[str, str]] = {"k8s": "kubernetes"}
_ANY: Final = Runtime(
    "the runtime", 0.0, ("docker stop -t {}", "stop_grace_period: {}s", "terminationGracePeriodSeconds: {}")
)


@dataclass(frozen=True)
class Grace:
    """A grace period, and the runtime that sets it.

    `said` is what a manifest has, such as `stop_grace_period is 30s`, and `before` the seconds of it that are over
    when lifeinit gets its signal. `limit` is where the stop's own limit stands.
    """

    seconds: float
    runtime: Runtime
    said: str = ""
    before: float = 0.0
    limit: str = "stop_timeout"

    @property
    def kills(self) -> str:
        return f"{self.runtime.name} kills everything"

    @property
    def ends(self) -> str:
        """When the stop is over, as the end of a sentence."""
        return self.said or f"{self.kills} after {exact(self.seconds)}"

    def longer(self, seconds: float) -> str | None:
        """How to get a grace period of more than `seconds`; None where that is impossible."""
        needed = math.floor(seconds + self.before) + 1
        if not self.runtime.settings or needed > self.runtime.most:
            return None
        settings = " / ".join(setting.format(needed) for setting in self.runtime.settings)
        return f"give the container {needed} s: {settings}"


def grace_of(seconds: float | None, runtime: str | Grace | None) -> Grace | None:
    """The grace period in seconds, otherwise the runtime's (a key of RUNTIMES); None where neither is known."""
    if isinstance(runtime, Grace):
        return runtime if seconds is None else Grace(seconds, runtime.runtime)
    known = _ANY if runtime is None else RUNTIMES[runtime]
    if seconds is not None:
        return Grace(seconds, known)
    return None if runtime is None else Grace(known.grace, known)
