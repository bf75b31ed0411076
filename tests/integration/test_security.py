"""What SECURITY.md claims and no other page of the tests holds."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import pytest

from tests import needs
from tests.integration.conftest import Start
from tests.integration.harness import PROGRAMS, listener

_CAPABILITIES = "+dac_override,+setuid,+kill"
WITH_AMBIENT = ["setpriv", f"--inh-caps={_CAPABILITIES}", f"--ambient-caps={_CAPABILITIES}"]
AS_ANOTHER = '[app]\nuser = "4711"\n'


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that every user may enter, with the programs that need one."""
    with tempfile.TemporaryDirectory(prefix="lifeinit-") as directory:
        Path(directory).chmod(0o755)
        shutil.copy(PROGRAMS / "intruder.py", directory)
        yield Path(directory)


def intrude(init: Start, public: Path, hooks: str) -> tuple[list[str], list[str]]:
    """What the app could do, and what came after it. The state, the ready file and the hook file are its aims."""
    hooks = f'ready_file = "{public}/ready"\npost_stop = "echo post_stop $LIFEINIT_CHILD_EXIT_CODE"\n{hooks}'
    (public / "hooks.toml").write_text(hooks)
    (public / "ready").touch()  # one of an earlier run
    aims = [f"{public}/ready", f"{public}/hooks.toml", str(public)]
    running = init(
        *("/usr/bin/env", "python3", f"{public}/intruder.py", *aims),
        options=["--config", f"{public}/hooks.toml"],
        env={"PATH": "/usr/bin:/bin"},
    )
    could = []
    while (line := running.line()) != "done":
        assert line, running.stderr()
        could.append(line)
    running.send(SIGTERM)
    after = running.rest()
    assert running.status() == 5
    return could, after


@needs.ROOT
def test_an_app_of_another_user_can_do_nothing_to_lifeinit(init: Start, public: Path) -> None:
    """Nor to its state, its files or its hook file, and post_stop runs."""
    assert intrude(init, public, AS_ANOTHER) == (["descriptors 0 1 2"], ["post_stop 5"])


@needs.ROOT
def test_the_control_of_the_intruder(init: Start, public: Path) -> None:
    """As root each of its tricks succeeds, but for the state: that is sealed."""
    could, after = intrude(init, public, "")
    assert len(could) == 17
    assert "write the state" not in could
    assert {"signal PID 1", "become root", "move files", "write hooks.toml", "descriptors 0 1 2"} <= set(could)
    assert after == ["post_stop 5"]


@needs.ROOT
def test_no_capability_survives_the_change_of_user(init: Start) -> None:
    """Ambient ones neither, which an exec would keep, nor inheritable ones, which a program's file may give back."""
    show = ("grep", "-E", "^Cap(Inh|Prm|Eff|Amb)", "/proc/self/status")
    nothing = [f"Cap{kind}:\t{0:016x}" for kind in ("Inh", "Prm", "Eff", "Amb")]
    assert init(*show, hooks=AS_ANOTHER, through=WITH_AMBIENT).rest() == nothing


@needs.ROOT
def test_an_app_that_keeps_its_user_has_the_capabilities_that_lifeinit_was_started_with(init: Start) -> None:
    """The inheritable ones too. The control of the test before."""
    show = ["grep", "^Cap", "/proc/self/status"]
    started = subprocess.run([*WITH_AMBIENT, *show], check=True, capture_output=True, text=True).stdout.splitlines()
    assert init(*show, hooks="", through=WITH_AMBIENT).rest() == started
    assert started[0] != f"CapInh:\t{0:016x}"


@needs.ROOT
@pytest.mark.parametrize("phase", ["pre_start", "post_stop"])
def test_no_capability_survives_in_a_hook_of_another_user(init: Start, phase: str) -> None:
    command = "grep -E '^(Cap(Prm|Eff|Amb)|Uid|Groups)' /proc/self/status"
    hooks = f'[[{phase}]]\ncommand = "{command}"\nuser = "4711:4712"\n'
    assert init("true", hooks=hooks, through=WITH_AMBIENT).rest() == [
        "Uid:\t4711\t4711\t4711\t4711",
        "Groups:\t4712 ",
        *(f"Cap{kind}:\t{0:016x}" for kind in ("Prm", "Eff", "Amb")),
    ]


@needs.ROOT
def test_no_new_privs_takes_set_user_id_programs_away(init: Start, public: Path) -> None:
    """The control is the same program without it.

    ctypes was imported after the change of user, who need not be able to read lifeinit's Python: 126.
    """
    if os.statvfs(public).f_flag & os.ST_NOSUID:
        pytest.skip("set-user-ID programs count for nothing on this file system")
    shutil.copy("/usr/bin/id", public / "id")
    (public / "id").chmod(0o4755)
    app = (f"{public}/id", "-u")
    assert init(*app, hooks=AS_ANOTHER).rest() == ["0"]
    assert init(*app, hooks=f"{AS_ANOTHER}no_new_privs = true\n").rest() == ["4711"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_is_ever_told(init: Start, tmp_path: Path, log_format: str) -> None:
    """Not in a line, however talkative, nor in the state: of arguments, variables, exports and targets alike.

    The one exception in the state is the target of `ready`, which `health` asks anew; `status` shows no secret of it.
    """
    word = "tell-no-one"
    hooks = f"""
        ready_file = "{tmp_path}/up"
        [[pre_start]]
        command = '''echo "TOKEN={word}" > "$LIFEINIT_ENV"'''
        environment = {{ PASSWORD = "{word}" }}
        [[pre_start]]
        command = '''printf "TOKEN={word}\\n{word}\\n{word}=x\\n" > "$LIFEINIT_ENV"'''
        on_failure = "warn"
        [[pre_start]]
        command = ["/no/such/program", "{word}"]
        on_failure = "warn"
        [[pre_start]]
        wait_for = "$DATABASE_URL"
        timeout = "2s"
        on_failure = "warn"
        [app]
        environment = {{ PASSWORD = "{word}-$TOKEN" }}
        [ready]
        http = "http://me:{word}@127.0.0.1:1/?key={word}"
        interval = "20ms"
        timeout = "200ms"
        on_failure = "warn"
    """
    env = {"DATABASE_URL": f"postgres://me:{word}@127.0.0.1:1/x?password={word}", "LIFEINIT_TEST": word}
    running = init(
        *listener("TERM=3", f"ARGUMENT={word}"),
        hooks=hooks,
        options=["-v", "-w", "--log-format", log_format],
        env=env,
    )
    running.expect("ready")
    while not (tmp_path / "up").exists():
        assert running.process.poll() is None, running.stderr()
    state = running.published()
    assert state is not None
    assert len(state.hooks) >= 4
    [app] = state.processes
    assert app.probe is not None
    assert word in app.probe.target
    assert word not in repr(state.replaced(processes=(app.replaced(probe=None),)))
    running.send(SIGTERM)
    running.rest()
    assert running.status() == 3
    said = running.stderr()
    assert sum("pre_start" in line for line in said) >= 4  # the control: something was said of each
    assert any("postgres://127.0.0.1:1" in line for line in said)
    assert not [line for line in said if word in line]


@needs.ROOT
@pytest.mark.parametrize(
    "trick",
    ["mv up old; ln -s ../victim up", "ln -s ../../victim/planted up/ready; ln -s ../../victim/planted up/.ready.new"],
    ids=["its directory", "its names"],
)
def test_the_ready_file_follows_no_link_of_the_apps(init: Start, public: Path, trick: str) -> None:
    """Nothing is made in a place where only root may: the file comes where its directory was before the app existed."""
    (public / "victim").mkdir(0o700)
    (public / "home" / "up").mkdir(parents=True)
    for place in ("home", "home/up"):
        os.chown(public / place, 4711, 4711)
    hooks = f"""
        ready_file = "{public}/home/up/ready"
        pre_start = "mkfifo -m 666 {public}/done"
        ready.command = "read line < {public}/done"
        post_start = "ls {public}/victim; until stat -c '%F of %u' {public}/home/*/ready 2>&-; do sleep 0.02; done"
        post_stop = "ls {public}/victim; ls {public}/home/*/"
        {AS_ANOTHER}
    """
    app = f"cd {public}/home; {trick}; echo done > ../done; trap 'exit 3' TERM; while :; do sleep 0.05; done"
    running = init("sh", "-c", app, hooks=hooks)
    running.expect("regular file of 0")
    running.send(SIGTERM)
    assert [line for line in running.rest() if "home" not in line and line] == []
    assert running.status() == 3
    assert os.listdir(public / "victim") == []


# The ready probe: whatever the app plants for it runs as the app's user, or not at all.


@pytest.fixture
def home(public: Path) -> Path:
    """A directory of the app's user, who may plant there what it likes."""
    path = public / "home"
    path.mkdir()
    os.chown(path, 4711, 4711)
    return path


def probed(init: Start, public: Path, home: Path, ready: str, variables: str = "") -> None:
    """Run an app of the user until it is ready; its hooks run as root."""
    hooks = f'post_start = "true"\n{ready}\n{AS_ANOTHER}[app.environment]\nHOME = "{home}"\n{variables}\n'
    (public / "hooks.toml").write_text(hooks)
    running = init("sleep", "60", options=["--config", f"{public}/hooks.toml"], env={"PATH": "/usr/bin:/bin"})
    while not any("post_start[0]: ok" in line for line in running.stderr()):
        assert running.process.poll() is None, running.stderr()
    running.send(SIGTERM)
    running.status()


@needs.ROOT
@pytest.mark.parametrize(
    "ready", ['ready.command = "true"', 'ready = "unix://{home}/socket"'], ids=["command", "target"]
)
def test_no_loader_obeys_the_apps_variables_as_root(init: Start, public: Path, home: Path, ready: str) -> None:
    """LD_PRELOAD in [app.environment] ran as root in the probe. Here the loader says by a file for whom it worked."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{home}/socket")
        os.chmod(f"{home}/socket", 0o777)
        server.listen()
        variables = f'LD_DEBUG = "libs"\nLD_DEBUG_OUTPUT = "{home}/loaded"\n'
        probed(init, public, home, ready.format(home=home), variables)
    owners = {file.stat().st_uid for file in home.glob("loaded.*")}
    assert owners == {4711}


@needs.ROOT
def test_a_usercustomize_in_the_apps_home_does_not_run_as_root(init: Start, public: Path, home: Path) -> None:
    """The probe is a Python program here. The control is that it runs as the app's user."""
    plant = f"import os\nopen('{home}/ran-as-' + str(os.getuid()), 'w').close()\n"
    version = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    site = home / ".local" / "lib" / version / "site-packages"
    site.mkdir(parents=True)
    (site / "usercustomize.py").write_text(plant)
    probed(init, public, home, 'ready.command = "/usr/bin/python3 -c pass"')
    assert sorted(file.name for file in home.glob("ran-as-*")) == ["ran-as-4711"]


@needs.ROOT
@needs.program("curl")
def test_a_curlrc_in_the_apps_home_is_not_read_by_root(init: Start, public: Path, home: Path) -> None:
    """It names the file that is written."""
    (home / ".curlrc").write_text(f'output = "{home}/written"\n')
    probed(init, public, home, 'ready.command = "curl -s file:///etc/passwd"')
    assert (home / "written").stat().st_uid == 4711


@needs.ROOT
def test_a_target_is_asked_by_the_apps_user(init: Start, public: Path, home: Path) -> None:
    """The kernel says who has connected. SO_PEERCRED"""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{home}/socket")
        os.chmod(f"{home}/socket", 0o777)
        server.listen()
        probed(init, public, home, f'ready = "unix://{home}/socket"')
        connection, _ = server.accept()
        with connection:
            ids = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    assert ids[1:] == (4711, 4711)


@needs.ROOT
def test_a_probe_has_the_whole_identity_of_its_process(init: Start, public: Path, home: Path) -> None:
    """User, groups, umask, no_new_privs, environment and directory; the app says its own."""
    look = "(grep -E '^(Uid|Gid|Groups|NoNewPrivs|Umask)' /proc/self/status; echo $COLOUR $HOME; pwd)"
    (public / "hooks.toml").write_text(f"""
        post_start = "cat {home}/probe"
        ready.command = "{look} > {home}/probe"
        [app]
        user = "4711:4712"
        umask = "027"
        no_new_privs = true
        working_dir = "{home}"
        environment = {{ COLOUR = "red" }}
    """)
    running = init(
        *("sh", "-c", f"{look}; exec sleep 60"),
        options=["--config", f"{public}/hooks.toml"],
        env={"PATH": "/usr/bin:/bin"},
    )
    app = [running.line() for _ in range(7)]
    assert [running.line() for _ in range(7)] == app
    assert app[1] == "Uid:\t4711\t4711\t4711\t4711"
    assert app[5:] == ["red /", str(home)]


@needs.ROOT
@pytest.mark.parametrize("owner", [0, 4711], ids=["root's", "another user's"])
def test_the_ready_file_follows_no_link_that_another_user_has_made(init: Start, public: Path, owner: int) -> None:
    """As root it wrote and removed a file of that name in every directory that somebody chose before its start."""
    (public / "tmp").mkdir(mode=0o777)
    (public / "etc").mkdir()
    (public / "etc/ready").touch()
    (public / "tmp/run").symlink_to("../etc")
    os.lchown(public / "tmp/run", owner, owner)
    running = init(*listener("TERM=0"), hooks=f'ready_file = "{public}/tmp/run/ready"\n')
    running.expect("ready")
    refused = f'cannot write the ready file "{public}/tmp/run/ready": its path has a symbolic link that another user'
    while not any(refused in line for line in running.stderr()) and not (public / "etc/ready").read_text():
        assert running.process.poll() is None
    assert (public / "etc/ready").read_text() == ("" if owner else "ready\n")
    running.send(SIGTERM)
    assert running.status() == 0
    assert (public / "etc/ready").exists() == bool(owner)


@needs.ROOT
def test_root_removes_no_ready_file_of_the_apps_choice(init: Start, public: Path, home: Path) -> None:
    """A link in the path led root's unlink to any file. What cannot be removed would count as ready: that is said."""
    precious = public / "precious"
    precious.touch()
    (home / "link").symlink_to(public)
    hooks = f'ready = "file://{home}/link/precious"\n{AS_ANOTHER}'
    (public / "hooks.toml").write_text(hooks)
    running = init("echo", "never", options=["--config", f"{public}/hooks.toml"])
    assert running.rest() == []
    assert running.status() == 126
    assert precious.exists()
    assert running.stderr()[0].endswith("cannot remove the ready file of an earlier run: Permission denied")


@needs.ROOT
def test_a_root_hook_gets_nothing_that_another_users_hook_exported(init: Start, public: Path) -> None:
    """The app gets it, and so does the app's probe."""
    (public / "hooks.toml").write_text(f"""
        pre_start = [
            {{ command = '(echo LD_DEBUG=files; echo PLANTED=yes) > "$LIFEINIT_ENV"', user = "4711" }},
            {{ command = "echo hook ${{LD_DEBUG-nothing}} ${{PLANTED-nothing}}" }},
        ]
        ready.command = "test $PLANTED = yes"
        post_start = "echo hook ${{PLANTED-nothing}}"
        {AS_ANOTHER}
    """)
    running = init(
        *("sh", "-c", "unset LD_DEBUG; echo app $PLANTED; exec sleep 60"),
        options=["--config", f"{public}/hooks.toml"],
        env={"PATH": "/usr/bin:/bin"},
    )
    running.expect("hook nothing nothing", "app yes", "hook nothing")
