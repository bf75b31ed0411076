"""The bundle's program: isolated from all that an image holds, one file, and an init from its first instruction on.

Whatever the image's author or an app may write outside of /opt/lifeinit, no code of it runs in lifeinit: the program
reads no code from any file.
"""

import json
import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from signal import SIGTERM

import pytest
import trustme

from lifeinit.project import hook_file
from lifeinit.project.findings import Findings
from tests import needs
from tests.integration.harness import PATIENCE, Running, base_environment, children, listener
from tools.bundle.__main__ import build, cache_directory
from tools.bundle.packages import make_root

PLACE = "opt/lifeinit/bin/lifeinit"
DAMAGED = "lifeinit: the program is damaged: copy the bundle again; nothing was started"
INCOMPLETE = "lifeinit: the program is incomplete: copy the bundle again; nothing was started"

# What it may open: the kernel's files, the hook file, names and addresses, the time zone, certificates. The C library
# reads nsswitch.conf before it finds out that it is not to obey it. None of this is code.
DATA = re.compile(
    r"/proc(/.*)?|/dev/null|/dev/termination-log|/sys/fs/cgroup/.*|(/etc/lifeinit/)?hooks\.toml(\.compiled)?|/etc/lifeinit/hooks\.d|"
    r"/etc/(nsswitch\.conf|passwd|group|hosts|host\.conf|resolv\.conf|gai\.conf|services|localtime|ssl/certs/ca-certificates\.crt)|"
    r"/usr/lib/ssl/(cert\.pem|certs.*)|/?"
)
HOSTILE_VARIABLES = {
    "PYTHONPATH": "/evil", "PYTHONHOME": "/evil", "PYTHONSTARTUP": "/evil/sitecustomize.py", "PYTHONINSPECT": "1",
    "PYTHONPLATLIBDIR": "evil", "PYTHONUSERBASE": "/evil", "PYTHONEXECUTABLE": "/evil/python",
    "PYTHONWARNINGS": "error",
    "PYTHONBREAKPOINT": "evil.run", "PYTHONPYCACHEPREFIX": "/evil", "PYTHONMALLOC": "debug", "PYTHONVERBOSE": "1",
    "PYTHONCASEOK": "1", "PYTHON_FROZEN_MODULES": "off", "HOME": "/evil", "LD_PRELOAD": "/evil/evil.so",
    "LD_LIBRARY_PATH": "/evil", "LD_AUDIT": "/evil/evil.so", "GCONV_PATH": "/evil", "LOCPATH": "/evil", "LANG": "xx_YY",
    "LC_ALL": "xx_YY", "NLSPATH": "/evil/%N", "HOSTALIASES": "/evil/hosts", "OPENSSL_CONF": "/evil/openssl.cnf",
    "OPENSSL_MODULES": "/evil", "OPENSSL_ENGINES": "/evil",
}  # fmt: skip
MODULES = (
    "os",
    "sitecustomize",
    "usercustomize",
    "encodings",
    "signal",
    "click",
    "lifeinit",
    "_lifeinit",
    "_ssl",
    "re",
)


@pytest.fixture
def program(bundle: Path, tmp_path: Path) -> Path:
    """The program, in another place than the one that it is made for."""
    return Path(shutil.copy(bundle / "lifeinit/bin/lifeinit", tmp_path / "moved"))


@pytest.fixture
def image(bundle: Path, tmp_path: Path) -> Path:
    """The files of an image with the bundle and, wherever an interpreter or a C library could look, hostile code."""
    image = tmp_path / "image"
    (image / PLACE).parent.mkdir(parents=True)
    shutil.copy(bundle / "lifeinit/bin/lifeinit", image / PLACE)
    library = "usr/lib/python3.13"
    for directory in (
        "evil",
        library,
        f"{library}/site-packages",
        "lib/x86_64-linux-gnu",
        "etc/ssl/certs",
        "proc",
        "dev",
    ):
        (image / directory).mkdir(parents=True, exist_ok=True)
    for directory in ("", "evil", library, "opt/lifeinit/bin", "opt/lifeinit"):
        for module in MODULES:
            (image / directory / f"{module}.py").write_text("import os; os.write(2, b'hostile\\n')\n")
        (image / directory / "pyvenv.cfg").write_text("home = /evil\ninclude-system-site-packages = true\n")
        (image / directory / "python313._pth").write_text("/evil\nimport site\n")
    (image / "evil/evil.pth").write_text("import os; os.write(2, b'hostile\\n')\n")
    for file in ("evil/evil.so", "lib/x86_64-linux-gnu/libnss_evil.so.2", "lib/x86_64-linux-gnu/libc.so.6"):
        (image / file).write_bytes(b"\x7fELF: no library at all")
    (image / "etc/ld.so.preload").write_text("/evil/evil.so\n")
    databases = ("passwd", "group", "initgroups", "shadow", "hosts", "services", "protocols", "networks", "netgroup")
    (image / "etc/nsswitch.conf").write_text("".join(f"{database}: evil files\n" for database in databases))
    (image / "etc/passwd").write_text("app:x:4711:4711::/evil:/bin/sh\n")
    (image / "etc/group").write_text("app:x:4711:\n")
    (image / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (image / "evil/openssl.cnf").write_text(
        "openssl_conf = x\n[x]\nengines = y\n[y]\nz = z\n[z]\ndynamic_path = /evil/evil.so\n"
    )
    return image


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def https(image: Path) -> Iterator[int]:
    """The port of a web server that the authorities of the image vouch for."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(image / "etc/ssl/certs/ca-certificates.crt"))
    server = HTTPServer(("127.0.0.1", 0), _Server)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@needs.ROOT
@needs.STRACE
def test_no_code_is_read_from_the_image(image: Path, https: int, tmp_path: Path) -> None:
    """With hooks, an https probe and a user of the app's: each open(2) of every process is of data.

    The app and the hook are the program once more, so nothing else is in the image. The control: the data is read.
    """
    (image / "etc/lifeinit").mkdir()
    (image / "etc/lifeinit/hooks.toml").write_text(
        f'[app]\nuser = "app"\n[[pre_start]]\nwait_for = "https://localhost:{https}/"\ntimeout = "30s"\n'
        f'[[post_stop]]\ncommand = ["/{PLACE}", "check", "/etc/lifeinit/hooks.toml"]\n'
    )
    inside = ["unshare", "--pid", "--fork", "--kill-child", f"--root={image}", "--mount-proc=/proc", "--wd=/"]
    trace = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", "trace=open,openat,openat2,execve"]
    done = subprocess.run(
        [*trace, *inside, f"/{PLACE}", "--", f"/{PLACE}", "--version"],
        env={"PATH": "/usr/bin:/bin:/usr/sbin"} | HOSTILE_VARIABLES,
        check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "hostile" not in done.stdout + done.stderr
    opened = _opened((tmp_path / "trace").read_text())
    assert {"/etc/passwd", "/etc/hosts", "/etc/lifeinit/hooks.toml"} <= opened
    assert not {path for path in opened if not DATA.fullmatch(path)}


@needs.ROOT
@pytest.mark.parametrize(
    ("hooks", "what"),
    [
        ('post_stop = "echo bye"', 'hooks.toml:1: post_stop "post_stop[0]" is a string'),
        (
            'pre_start = { command = ["/none"], unless = "true" }',
            'hooks.toml:1: pre_start "pre_start[0]": unless is a string',
        ),
        ('alive = { command = "true" }', "alive of app is a string"),
    ],
)
def test_a_string_without_a_shell_starts_nothing(image: Path, hooks: str, what: str) -> None:
    """`check` says so too. The image holds no /bin/sh, and no hook runs before the one that needs it."""
    (image / "hooks.toml").write_text(hooks + "\n")
    inside = ["unshare", "--pid", "--fork", "--kill-child", f"--root={image}", "--mount-proc=/proc", "--wd=/"]
    for command, status in ((["--", f"/{PLACE}", "--version"], 78), (["check"], 1)):
        done = subprocess.run([*inside, f"/{PLACE}", *command], check=False, capture_output=True, text=True)
        assert done.returncode == status, done.stderr
        if status == 78:
            assert done.stdout == ""
            assert done.stderr.startswith(f"lifeinit: {what}, which runs in /bin/sh, and that does not exist here: ")
        else:
            assert "E310" in done.stdout


def _opened(trace: str) -> set[str]:
    """The paths that the program and its children open and execute, once it runs, as strace has written them."""
    _, _, of_program = trace.partition(f'execve("/{PLACE}"')
    return set(re.findall(r'(?:open(?:at2?)?\((?:AT_FDCWD, )?|execve\()"([^"]*)"', of_program)) - {f"/{PLACE}"}


@needs.ROOT
@pytest.mark.parametrize(
    "how",
    [
        "cd {directory} && exec ./{name}",
        "ln -s {program} {directory}/link && exec {directory}/link",
        "exec 7<{program} && exec /proc/self/fd/7",
        "exec -a '' {program}",
        "exec -a /evil/python3 {program}",
        "chmod 4755 {program} && exec setpriv --reuid 65534 --clear-groups {program}",
        "chown 4711 {program} && chmod 4755 {program} && exec {program}",
        "ulimit -s 64 && exec {program}",
        "ulimit -n 9 && exec {program} <&- >&-",
    ],
)
def test_however_it_is_called(program: Path, how: str) -> None:
    """By another path or name, as a SUID program (AT_SECURE), with a small stack or few descriptors."""
    program.parent.chmod(0o755)
    line = how.format(program=program, directory=program.parent, name=program.name)
    inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", f"{line} -- sh -c 'exit 3'"]
    done = subprocess.run(inside, env=base_environment() | {"PYTHONPATH": "/evil"}, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (3, b"")


@needs.ROOT
@pytest.mark.parametrize("user", [0, 65534])
def test_nothing_but_the_program(image: Path, user: int) -> None:
    """No /proc, no /dev, no /tmp, no shell, and nothing that may be written to."""
    shutil.rmtree(image / "etc")
    inside = [
        "unshare",
        "--pid",
        "--fork",
        "--kill-child",
        "chroot",
        f"--userspec={user}:{user}",
        str(image),
        f"/{PLACE}",
    ]
    for command, status in (["--", f"/{PLACE}", "--version"], 0), (["--", "/none"], 127), (["health"], 1):
        done = subprocess.run([*inside, *command], check=False, capture_output=True, text=True)
        assert done.returncode == status, done.stderr
        assert "hostile" not in done.stdout + done.stderr


@needs.STRACE
def test_signals_are_blocked_before_a_file_is_opened(program: Path, tmp_path: Path) -> None:
    """A signal that PID 1 gets earlier is lost. Some thirty system calls of the C library's start come before."""
    subprocess.run(
        ["strace", "-qq", "-o", str(tmp_path / "trace"), str(program), "--version"], check=True, capture_output=True
    )
    first = re.findall(r"^(\w+\(SIG_BLOCK|\w+)\(?", (tmp_path / "trace").read_text(), re.MULTILINE)
    before = first[: first.index("rt_sigprocmask(SIG_BLOCK")]
    assert len(before) < 20
    assert not {"open", "openat", "mmap"} & set(before)


@pytest.mark.usefixtures("namespaces")
def test_it_is_an_init(program: Path, tmp_path: Path) -> None:
    """With hooks, in a place that it was not made for: stop, exit status, the app's environment as it found it."""
    (tmp_path / "hooks.toml").write_text('pre_start = "echo $LIFEINIT_EVENT"\npost_stop = "echo $LIFEINIT_EXIT_CODE"\n')
    running = Running([str(program), "--", *listener("TERM=3")], tmp_path, base_environment() | {"LC_ALL": "C"})
    try:
        running.expect("pre_start", "ready")
        (app,) = children(running.pid)
        assert b"\0LC_ALL=C\0" in b"\0" + Path(f"/proc/{app}/environ").read_bytes()
        assert b"LC_CTYPE" not in Path(f"/proc/{app}/environ").read_bytes()
        running.send(SIGTERM)
        running.expect("TERM", "3")
        assert running.status() == 3
    finally:
        running.end()


@pytest.mark.usefixtures("namespaces")
def test_each_command_works(program: Path, tmp_path: Path) -> None:
    """What they import is in the bundle. `status` and `health` run below a lifeinit, as its app."""
    (tmp_path / "hooks.toml").write_text('pre_start = "true"\n')
    for command in (
        "--version",
        "--help",
        "check",
        "check --format json",
        "check --svg plan.svg",
        "schema",
        "completion bash",
    ):
        done = subprocess.run([program, *command.split()], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), command
    example = subprocess.run([program, "example"], check=True, capture_output=True, text=True).stdout
    assert example == hook_file.text(Findings())
    ask = f"{program} health && {program} status --long && {program} status --json | grep -c running"
    running = Running([str(program), "--", "sh", "-c", ask], tmp_path, base_environment())
    try:
        said = running.rest()
        assert running.status() == 0, running.stderr()
        assert any("lifeinit, pid 1: running" in line for line in said)
    finally:
        running.end()


def test_a_damaged_program_starts_nothing(program: Path, tmp_path: Path) -> None:
    """Each start checks the bytecode that it needs: that of all starts, of PID 1 and `health`, of commands."""
    (tmp_path / "hooks.toml").write_text('pre_start = "echo hook"\n')
    whole = program.read_bytes()
    for module, commands in (
        (b"lifeinit/engine/supervisor.py", (["--", "echo", "app"], ["check"], ["health"])),
        (b"lifeinit/status/health.py", (["health"],)),
        (b"click/decorators.py", (["--", "echo", "app"], ["check"], ["status"])),
    ):
        program.write_bytes(whole.replace(module, module.upper(), 1))
        for command in commands:
            done = subprocess.run([program, *command], cwd=tmp_path, check=False, capture_output=True, text=True)
            assert (done.returncode, done.stdout, done.stderr.splitlines()) == (70, "", [DAMAGED]), (module, command)


def test_check_finds_any_change(program: Path, tmp_path: Path) -> None:
    """In a constant and among the instructions: no start reads all of them, `check` does."""
    (tmp_path / "hooks.toml").write_text('pre_start = "true"\n')
    whole = program.read_bytes()
    for words in (b"the interpreter does not start", b"the program is incomplete"):
        program.write_bytes(whole.replace(words, words.swapcase(), 1))
        done = subprocess.run([program, "check"], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr.splitlines()) == (70, "", [DAMAGED]), words


def test_half_a_program_says_so(program: Path, tmp_path: Path) -> None:
    """As long as the first two pages are there, which hold what finds out; with less the kernel refuses or ends it."""
    whole = program.read_bytes()
    for length in (8192, len(whole) // 4, len(whole) // 2, len(whole) * 3 // 4, len(whole) - 4096, len(whole) - 1):
        program.write_bytes(whole[:length])
        done = subprocess.run([program, "--", "echo", "app"], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr.splitlines()) == (70, "", [INCOMPLETE]), length
    for length in (64, 4096):
        program.write_bytes(whole[:length])
        done = subprocess.run(["sh", "-c", f"{program} -- echo app"], check=False, capture_output=True, text=True)
        assert done.returncode != 0
        assert done.stdout == ""


def test_another_build_is_the_same_to_the_byte(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Program, archive, image and bill of materials: they hold neither the time nor the place of the build."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", os.environ.get("SOURCE_DATE_EPOCH", _time_of_commit()))
    build(tmp_path / "again", make_root(cache_directory()))
    files = sorted(path.name for path in bundle.glob("lifeinit-*"))
    assert len(files) == 4
    for name in files:
        assert (bundle / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def _time_of_commit() -> str:
    command = ["git", "-C", str(Path(__file__).parents[2]), "log", "-1", "--format=%ct"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_bundle_is_small_and_names_what_is_in_it(bundle: Path) -> None:
    """Its limits, one text of all licenses, and a bill of materials with versions and checksums."""
    folder = bundle / "lifeinit"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {"bin/lifeinit", "share/doc/lifeinit/copyright", "share/doc/lifeinit/lifeinit.spdx.json"}
    assert sum((folder / file).stat().st_size for file in files) < 25e6
    (archive,) = bundle.glob("*.tar.gz")
    assert archive.stat().st_size < 10e6
    bill = json.loads((folder / "share/doc/lifeinit/lifeinit.spdx.json").read_text())
    parts = {part["name"]: part for part in bill["packages"]}
    linked = {"libpython3.13-dev", "libssl-dev", "libc6-dev", "zlib1g-dev", "libzstd-dev", "libgcc-14-dev"}
    assert {"lifeinit", "click", "psutil"} | linked < parts.keys()
    assert all("checksums" in part for name, part in parts.items() if name != "lifeinit")
    text = (folder / "share/doc/lifeinit/copyright").read_text()
    for words in (
        "PYTHON SOFTWARE FOUNDATION LICENSE",
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "Apache License",
        "Pallets",
    ):
        assert words.lower() in text.lower(), words
