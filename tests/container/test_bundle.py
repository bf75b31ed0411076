"""The bundle in images of every kind: an app alone, glibc or musl without a shell, distributions, Node.js, nginx."""

import errno
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.container import stand_ins
from tests.container.docker import BASE, BUILD_PATIENCE, PATIENCE, ROOT, Container, docker, there_is, why_not
from tests.container.podman import Podman
from tests.container.podman import why_not as why_not_podman
from tests.container.test_seccomp import NEW, denied
from tests.docs.blocks import blocks_of

PUBLISHED = "lifeinit/lifeinit:0.10"
PROGRAM = "/opt/lifeinit/bin/lifeinit"
SERVER = Path(__file__).parent / "programs/server.c"
HOOKS = """
alive = { command = ["/server", "alive"], interval = "1h" }
pre_start = ["/server", "hook"]
pre_stop = ["/server", "hook"]
post_stop = ["/server", "hook"]
[app]
user = "4711:4712"
no_new_privs = true
"""
PAGE = [block.text for block in blocks_of(ROOT / "docs/how-to/any-image.md") if block.language == "dockerfile"]

# How the app of each image is compiled, and the files of the C library that it brings along. None holds a shell.
KINDS = {
    "scratch": (["gcc", "-static"], []),
    "glibc": (["gcc"], ["/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6"]),
    "musl": (["musl-gcc"], ["/lib/ld-musl-x86_64.so.1"]),
}


@pytest.fixture(scope="module")
def image(bundle: Path) -> str:
    """The name of the bundle's image as the pages have it."""
    if reason := why_not():
        pytest.skip(reason)
    (file,) = bundle.glob("*.oci.tar")
    loaded = (
        docker("load", "-q", "-i", str(file)).strip().rpartition("Loaded image: ")[2]
    )  # an older one is told of first
    docker("tag", loaded, PUBLISHED)
    return PUBLISHED


@pytest.fixture
def container() -> Iterator[list[Container]]:
    """Those that the test has started."""
    started: list[Container] = []
    yield started
    for one in started:
        one.remove()


def compiled(kind: str, directory: Path) -> dict[str, bytes]:
    """The files of an image with the app, and nothing that it does not need."""
    compiler, libraries = KINDS[kind]
    subprocess.run([*compiler, "-O2", "-s", str(SERVER), "-o", str(directory / "server")], check=True, timeout=PATIENCE)
    return {"/server": (directory / "server").read_bytes(), **{file: Path(file).read_bytes() for file in libraries}}


def imported(name: str, files: Mapping[str, bytes]) -> str:
    """An image of these files."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    subprocess.run(
        ["docker", "import", "-", name], input=data.getvalue(), check=True, capture_output=True, timeout=PATIENCE
    )
    return name


def built(dockerfile: str, directory: Path, name: str) -> str:
    (directory / "Dockerfile").write_text(dockerfile)
    docker("build", "-q", "-t", name, str(directory))
    return name


def lives(one: Container) -> None:
    """From the first hook to the last: a stop, the statuses of the commands, the exit status of the app."""
    one.until("hook pre_start", "ready")
    assert docker("exec", one.id, PROGRAM, "health").startswith("ready: running for ")
    assert "1 " in docker("exec", one.id, PROGRAM, "status").partition("PID")[2]
    docker("stop", one.id)
    assert [line for line in one.lines() if not line.startswith("lifeinit:")] == [
        "hook pre_stop", "TERM", "hook post_stop",
    ]  # fmt: skip
    assert one.status() == 3


@pytest.mark.parametrize("base", [*KINDS, "lifeinit-bare:bookworm", BASE])
def test_it_runs_in(base: str, image: str, tmp_path: Path, container: list[Container]) -> None:
    """As root with a user for the app, and as any user with nothing to write to, no right at all, and an old kernel."""
    name, kind = base, base if base in KINDS else "glibc"
    files = compiled(kind, tmp_path)
    if base in KINDS:
        name = imported(f"lifeinit-test-bundle-{base}", files)
    elif not there_is(base):
        subprocess.run([ROOT / ".ci/base-image", base, "bookworm"], check=True, timeout=BUILD_PATIENCE)
    (tmp_path / "hooks.toml").write_text(HOOKS)
    copies = "COPY server /server\nCOPY hooks.toml /etc/lifeinit/hooks.toml\n"
    own = f"FROM {name}\nCOPY --from={image} /opt/lifeinit /opt/lifeinit\n{copies}"
    entry = f'ENTRYPOINT ["{PROGRAM}", "--"]\nCMD ["/server"]\n'
    tag = built(f'{own}RUN ["{PROGRAM}", "check"]\n{entry}', tmp_path, f"lifeinit-test-bundle-{kind}")
    container.append(Container(tag, [], []))
    lives(container[-1])
    strict = ["--read-only", "--user", "12345:12345", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    without_user = HOOKS.replace('user = "4711:4712"\n', "")
    (tmp_path / "strict.toml").write_text(without_user)
    mounted = ["-v", f"{tmp_path}/strict.toml:/etc/lifeinit/hooks.toml:ro"]
    (tmp_path / "strict.toml").chmod(0o644)
    tmp_path.chmod(0o755)
    old = denied(tmp_path / "kernel", errno.ENOSYS, *NEW, "clone3")
    container.append(Container(tag, [], [*strict, *mounted, *old]))
    lives(container[-1])


SITE = """
const http = require("http");
process.on("SIGTERM", () => { console.log("TERM"); process.exit(4); });
http.createServer((request, answer) => answer.end()).listen(8080, () => console.log("ready"));
"""


def test_the_dockerfiles_of_the_page(image: str, tmp_path: Path, container: list[Container]) -> None:
    """As printed: Node.js, Java, an app from scratch, and nginx with a hook file that the build checks."""
    assert image in PAGE[0]
    node, java, scratch, nginx, _ = PAGE
    stand_ins.official("node:22-slim", "node")
    stand_ins.official("eclipse-temurin:21-jre", "java")
    stand_ins.official("nginx:1.28", "nginx")
    compiled("scratch", tmp_path)
    (tmp_path / "server.js").write_text(SITE)
    with zipfile.ZipFile(tmp_path / "app.jar", "w") as jar:  # its main class is the JDK's own web server
        jar.writestr("META-INF/MANIFEST.MF", "Main-Class: sun.net.httpserver.simpleserver.Main\n")
    (tmp_path / "hooks.toml").write_text(
        'ready = "http://127.0.0.1:80/"\n[[post_stop]]\ncommand = ["echo", "cleaned up"]\n'
    )
    for name, dockerfile, first, last, status in (
        ("node", node, "ready", "TERM", 4),
        ("java", java, "Serving /", "URL http", 143),
        ("scratch", scratch, "ready", "TERM", 3),
        ("nginx", nginx, "GET / HTTP/1", "cleaned up", 0),
    ):
        one = Container(built(dockerfile, tmp_path, f"lifeinit-test-bundle-{name}"), [], [])
        container.append(one)
        one.until(first)
        docker("stop", one.id)
        one.until(last)
        assert one.status() == status, name
    (tmp_path / "hooks.toml").write_text("pre_start = 5\n")
    with pytest.raises(AssertionError, match="E1"):
        built(nginx, tmp_path, "lifeinit-test-bundle-wrong")


def test_rootless_podman(image: str, tmp_path: Path) -> None:  # noqa: ARG001
    """An image of the app alone."""
    if reason := why_not_podman(rootless=True):
        pytest.skip(reason)
    compiled("scratch", tmp_path)
    tag = built(PAGE[2], tmp_path, "lifeinit-test-bundle-podman")
    hooks = {"LIFEINIT_CONFIG": "/dev/null", "PATH": "/opt/lifeinit/bin"}
    with Podman(tag, rootless=True) as podman:
        one = podman.run("/server", env=hooks)
        one.until("ready")
        assert podman("exec", one.name, PROGRAM, "health").startswith("ready: running for ")
        podman("stop", "--time", "9", one.name)
        assert one.ends() == (3, ["ready", "TERM"])
