"""The examples as they are, in a Docker engine: they start, serve, stop, and nothing is lost."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container import stand_ins
from tests.container.compose import Project, copy
from tests.container.database import Session
from tests.container.docker import PATIENCE, ROOT, docker
from tests.container.kubelet import Pod
from tests.container.surroundings import SITE, Surroundings

MIGRATES = 0x6C696665  # the lock of the guestbook's `migrate`


@pytest.fixture
def around() -> Iterator[Surroundings]:
    surroundings = Surroundings(["redis", "db"])
    yield surroundings
    surroundings.remove()


@pytest.fixture
def flask_celery(wheel: Path, tmp_path: Path, around: Surroundings) -> Iterator[Project]:
    stand_ins.official("redis:7-alpine", "redis")
    environment = {"beat": {"REVISIT_SECONDS": "1"}}
    project = Project(copy("flask-celery", tmp_path, wheel), around.network, environment=environment)
    yield from project.built()


@pytest.fixture
def django_postgresql(wheel: Path, tmp_path: Path, around: Surroundings) -> Iterator[Project]:
    stand_ins.official("postgres:17-alpine", "postgres")
    variables = {"POSTGRES_PASSWORD": "of-the-test", "SECRET_KEY": "of-the-test"}
    project = Project(copy("django-postgresql", tmp_path, wheel), around.network, variables=variables)
    yield from project.built()


@pytest.fixture
def pod(wheel: Path, tmp_path: Path, around: Surroundings) -> Iterator[Pod]:
    image = "lifeinit-test-fastapi-kubernetes"
    example = copy("fastapi-kubernetes", tmp_path, wheel)
    docker("build", "-q", "--network", "host", "-t", image, str(example))
    pod = Pod(example / "kubernetes", image, around.network, tmp_path)
    yield pod
    pod.container.remove()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit status of it, and what it has said."""
    said, complaints = process.communicate(timeout=PATIENCE)
    return process.returncode, said + complaints


def test_flask_with_celery(flask_celery: Project, around: Surroundings) -> None:
    """A stop finishes the running task and the open request; what is queued is done after the next start."""
    project = flask_celery

    def found() -> dict[str, str]:
        """What the visits have found: of the pages of our site."""
        links: dict[str, str] = json.loads(around.ask("GET", "/links")[1])
        return {link.removeprefix(SITE): result for link, result in links.items()}

    project.run("up", "-d", "--wait")
    worker = project.life("worker")
    assert around.ask("POST", "/links", "ftp://somewhere")[0] == 400
    assert around.ask("POST", "/links", f"{SITE}/once") == (202, "a worker will visit it\n")
    worker.until("succeeded")
    assert found() == {"/once": "200"}
    around.site.until("/once")
    around.site.until("/once")  # beat has had it visited again
    project.run("stop", "beat")

    around.ask("POST", "/links", f"{SITE}/held")
    around.site.until("/held")
    stop = project.start("stop", "worker")
    worker.until("Warm shutdown")
    around.ask("POST", "/links", f"{SITE}/later")
    assert docker("exec", worker.id, "sh", "-c", "lifeinit health; echo $?").endswith("\n1\n")
    around.let_go()
    assert ended(stop)[0] == 0
    assert "lifeinit: app exited 0" in list(worker.lines())
    assert found() == {"/once": "200", "/held": "200", "/later": "not visited yet"}

    web = project.life("web")
    request = around.hold("POST", "/links", f"{SITE}/last")
    stop = project.start("stop")
    web.until("Handling signal: term")
    assert request.answer() == (202, "a worker will visit it\n")
    assert ended(stop)[0] == 0
    assert project.statuses() == {"web": 0, "worker": 0, "beat": 0, "redis": 0}

    project.run("up", "-d", "--wait", "web", "worker")
    around.site.until("/later", "/last")
    project.run("stop", "worker")  # which finishes both
    assert found() == dict.fromkeys(["/once", "/held", "/later", "/last"], "200")


def test_django_with_postgresql(django_postgresql: Project, around: Surroundings) -> None:
    """Containers that start together migrate once; an entry on its way at the stop is kept; post_stop comes last."""
    project = django_postgresql
    project.run("up", "-d", "db")
    project.run("run", "--rm", "-T", "--entrypoint", "lifeinit wait tcp://db:5432", "web")
    manage = ["python", "manage.py"]
    wrong = "DATABASE_URL=postgresql://guestbook:wrong@db/guestbook"
    failing = project.start("run", "--rm", "-T", "-e", wrong, "web", *manage, "check")
    with Session(project.life("db")) as session:
        session.ask(f"SELECT pg_advisory_lock({MIGRATES})")
        both = [project.start("run", "--rm", "-T", "web", *manage, "check") for _ in range(2)]
        # Neither can begin before both are there.
        while session.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") != "2":
            assert [one.poll() for one in both] == [None, None], "it does not wait for its turn"
    said = [ended(one) for one in both]
    assert [status for status, _ in said] == [0, 0]
    assert sum(text.count("Applying guestbook.0001_initial... OK") for _, text in said) == 1
    assert sum(text.count("No migrations to apply.") for _, text in said) == 1
    status, text = ended(failing)
    assert (status, "pre_start migrate: exited 1" in text, "System check" in text) == (1, True, False)

    project.run("up", "-d", "--wait")
    web = project.life("web")
    web.until("No migrations to apply.")
    assert around.ask("POST", "/entries", "first") == (201, '{"id": 1}')
    request = around.hold("POST", "/entries", "second")
    stop = project.start("stop")
    web.until("Handling signal: term")
    assert request.answer() == (201, '{"id": 2}')
    assert ended(stop)[0] == 0
    assert project.statuses() == {"web": 0, "db": 0}
    assert [line.partition(" in ")[0] for line in web.lines()][-2:] == [
        "lifeinit: app exited 0",
        "lifeinit: post_stop note: ok",
    ]

    project.run("up", "-d", "--wait")
    assert json.loads(around.ask("GET", "/entries")[1]) == {"entries": ["first", "second"]}
    early, by_signal = {"reason": "exited", "status": 0}, {"reason": "signal", "status": 0}
    assert json.loads(around.ask("GET", "/stops")[1]) == {"stops": [early, early, by_signal]}
    docker("exec", web.id, *manage, "makemigrations", "--check")


def test_fastapi_in_a_pod(pod: Pod, around: Surroundings) -> None:
    """From the stop request on the readiness probe fails while the app still serves; the open request is answered."""
    container = pod.container
    container.until("lifeinit: app is ready")
    assert pod.passes("startup")
    assert pod.passes("readiness")
    assert around.ask("GET", pod.path_of("liveness"))[0] == 200
    # In the image, with the ConfigMap in its place: programs are found, and the stop fits the grace period.
    check = ["check", "--strict", "--grace", f"{pod.grace}s", "--", "uvicorn"]
    assert "ok: 1 pre_stop" in docker("exec", container.id, "lifeinit", *check)

    request = around.hold("POST", "/words", "to be or not to be")
    delete = pod.delete()
    container.until("stop requested by SIGTERM, 28 s budget")
    assert not pod.passes("readiness")
    assert around.ask("POST", "/words", "still open") == (200, '{"still":1,"open":1}')
    container.until("pre_stop drain: slept 5 s", "Shutting down")
    assert request.answer() == (200, '{"to":2,"be":2,"or":1,"not":1}')
    assert delete.wait(PATIENCE) == 0
    rest = list(container.lines())
    assert {"main: closed", "lifeinit: app exited 143 (SIGTERM), which counts as success"} <= set(rest)
    assert container.status() == 0


def test_the_manifests(wheel: Path, tmp_path: Path) -> None:  # noqa: ARG001  # the fixture skips where there is no engine
    """Strictly against the schemas of Kubernetes; a key that is none is found, so it is not for want of looking."""
    manifests = ROOT / "examples/fastapi-kubernetes/kubernetes"
    (tmp_path / "wrong.yaml").write_text((manifests / "deployment.yaml").read_text().replace("replicas", "replica"))
    for path in manifests.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    names = sorted(path.name for path in manifests.glob("*.yaml"))
    validate = ["docker", "run", "--rm", "--network", "none", "-v", f"{tmp_path}:/manifests:ro", "-w", "/manifests"]
    command = [*validate, stand_ins.tool("kubernetes-validate"), *names, "wrong.yaml"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    told = [line for line in done.stdout.splitlines() if "passed" in line]
    assert [line.split()[1] for line in told] == names
    assert done.returncode != 0
    assert "replica" in done.stdout + done.stderr
