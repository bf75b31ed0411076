"""Whom the app runs as, and what else [app] sets for it."""

from pathlib import Path

import pytest

from tests import needs
from tests.integration.conftest import Start

pytestmark = needs.ROOT

# Another user, who may still read the interpreter of these tests, wherever it lies.
_READ = "+dac_override,+dac_read_search"
NOT_ROOT = [
    *("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups", f"--inh-caps={_READ}", f"--ambient-caps={_READ}")
]

NOBODY = "(65534, 65534, 65534)"
NOBODYS = "['/nonexistent', 'nobody', 'nobody', '/usr/sbin/nologin']"

SHOW = """
import os
print(os.getresuid(), os.getresgid(), sorted(os.getgroups()))
print([os.environ.get(name) for name in ("HOME", "USER", "LOGNAME", "SHELL")])
for back in (os.setuid, os.setgid):
    try:
        back(0)
        print("there is a way back")
    except PermissionError:
        pass
"""


def show(
    init: Start, *, hooks: str | None = None, options: tuple[str, ...] = (), env: dict[str, str] | None = None
) -> list[str]:
    return init("/usr/bin/env", "python3", "-c", SHOW, hooks=hooks, options=options, env=env).rest()


@pytest.mark.parametrize(
    ("user", "ids", "variables"),
    [
        ("nobody", f"{NOBODY} {NOBODY} [65534]", NOBODYS),
        ("4711", "(4711, 4711, 4711) (4711, 4711, 4711) [4711]", "['/', '4711', '4711', '/bin/sh']"),
        ("4711:4712", "(4711, 4711, 4711) (4712, 4712, 4712) [4712]", "['/', '4711', '4711', '/bin/sh']"),
        ("nobody:daemon", f"{NOBODY} (1, 1, 1) [1]", NOBODYS),
        ("2", "(2, 2, 2) (2, 2, 2) [2]", "['/bin', 'bin', 'bin', '/usr/sbin/nologin']"),
    ],
)  # fmt: skip
def test_the_apps_user(init: Start, user: str, ids: str, variables: str) -> None:
    """All three ids, all groups, and no way back; by the file, by the option and by the environment alike."""
    expected = [ids, variables]
    path = {"PATH": "/usr/bin:/bin"}  # a Python that every user may read
    assert show(init, hooks=f'[app]\nuser = "{user}"\n', env=path) == expected
    assert show(init, hooks="", options=("--user", user), env=path) == expected
    assert show(init, hooks="", env={"LIFEINIT_USER": user, **path}) == expected


def test_the_supplementary_groups_of_a_user(init: Start, tmp_path: Path) -> None:
    """All groups that name it, in a mount namespace whose /etc/group has one more."""
    (tmp_path / "group").write_text(Path("/etc/group").read_text() + "lifeinit-test:x:47110:games\n")
    through = ["unshare", "--mount", "sh", "-c", 'mount --bind group /etc/group; exec "$@"', "-"]
    running = init("id", "-G", hooks='[app]\nuser = "games"\n', through=through)
    assert "47110" in running.line().split()
    assert "47110" not in init("id", "-G", hooks='[app]\nuser = "games"\n').line().split()


def test_the_hooks_stay_as_lifeinit_is(init: Start) -> None:
    """chown a volume first, then drop."""
    hooks = 'pre_start = "id -u"\npost_stop = "id -u"\n[app]\nuser = "4711"\n'
    assert init("id", "-u", hooks=hooks).rest() == ["0", "4711", "0"]


def test_lifeinit_that_is_not_root_says_so(init: Start) -> None:
    """One clear error, with its place, before anything is started."""
    hooks = 'pre_start = "echo never"\n[app]\nuser = "nobody"\n'
    running = init("echo", "never", hooks=hooks, through=NOT_ROOT)
    assert running.rest() == []
    assert running.status() == 78
    assert running.stderr() == [
        'hooks.toml:3:8: error: user is "nobody", which needs root, but lifeinit runs as uid 4711: start the container as root, or remove the user',  # noqa: E501
        'lifeinit: the hook file "hooks.toml" is invalid; nothing was started',
    ]


def test_a_user_that_lifeinit_already_is_needs_no_root(init: Start) -> None:
    running = init("sh", "-c", "id -u; echo $USER", hooks='[app]\nuser = "4711"\n', through=NOT_ROOT)
    assert running.rest() == ["4711", "4711"]


def test_a_user_that_does_not_exist(init: Start) -> None:
    running = init("echo", "never", hooks='[app]\nuser = "nobody-here"\n')
    assert running.status() == 78
    assert running.stderr()[0] == (
        'hooks.toml:2:8: error: user is "nobody-here", which does not exist on this machine: create the user in the'
        " image, or write a uid"
    )


def test_no_new_privs(init: Start) -> None:
    """And only where it was asked for."""
    app = ("grep", "NoNewPrivs", "/proc/self/status")
    assert init(*app, hooks="[app]\nno_new_privs = true\n").line() == "NoNewPrivs:\t1"
    assert init(*app, hooks="").line() == "NoNewPrivs:\t0"


def test_oom_score_adj_is_the_apps_alone(init: Start) -> None:
    """Raised without rights and kept by what the app starts; lifeinit and its hooks stay as they were."""
    own = Path("/proc/self/oom_score_adj").read_text().strip()
    higher = min(int(own) + 300, 1000)
    hooks = f"""
        post_stop = "cat /proc/$LIFEINIT_PID/oom_score_adj /proc/self/oom_score_adj"
        [app]
        user = "4711"
        oom_score_adj = {higher}
    """
    running = init("sh", "-c", "cat /proc/self/oom_score_adj; exit", hooks=hooks)
    assert running.rest() == [str(higher), own, own]


def test_a_lower_oom_score_takes_rights(init: Start) -> None:
    """It is said, and the app does not start with another one than the file says."""
    without = ["setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-sys_resource"]
    running = init("echo", "never", hooks="[app]\noom_score_adj = -1000\n", through=without)
    assert running.rest() == []
    assert running.status() == 126
    refused = 'cannot run the app "echo": cannot set oom_score_adj to -1000: Permission denied'
    assert f"lifeinit: {refused}" in running.stderr()


def test_umask_directory_and_environment(init: Start) -> None:
    """Of the app only; variables are expanded from what lifeinit was started with."""
    hooks = """
        post_stop = "umask; pwd; echo ${COLOUR-unset}"
        [app]
        umask = "027"
        working_dir = "/usr"
        [app.environment]
        COLOUR = "dark-${BASE}-$BASE$$"
        EMPTY = ""
    """
    running = init("sh", "-c", "umask; pwd; echo $COLOUR [${EMPTY-unset}]", hooks=hooks, env={"BASE": "red"})
    lines = running.rest()
    assert lines[:3] == ["0027", "/usr", "dark-red-red$ []"]
    assert lines[3] == "0022"
    assert lines[4] != "/usr"
    assert lines[5] == "unset"


def test_the_path_of_its_own_environment_finds_the_app(init: Start, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "only-here").write_text("echo found")
    (tmp_path / "bin" / "only-here").chmod(0o755)
    running = init("only-here", hooks=f'[app.environment]\nPATH = "{tmp_path}/bin:$PATH"\n')
    running.expect("found")


def test_a_variable_that_is_not_set(init: Start) -> None:
    """What stands beside it may be a password, and is not logged."""
    running = init("echo", "never", hooks='[app.environment]\nURL = "http://u:correct-horse@$NO_SUCH_HOST/"\n')
    assert running.status() == 78
    assert running.stderr()[0] == (
        'hooks.toml:2:7: error: URL contains "$NO_SUCH_HOST", which is not set: set it, or write "$$" for a dollar sign'
    )


def test_a_password_with_a_dollar_sign_is_not_logged(init: Start) -> None:
    running = init("echo", "never", hooks='[app.environment]\nA = "correct$5horse"\n')
    assert running.status() == 78
    assert running.stderr()[0] == (
        'hooks.toml:2:13: error: A contains a dollar sign without a variable: write "$$" for a dollar sign'
    )


def test_a_directory_that_is_not_there(init: Start) -> None:
    running = init("echo", "never", hooks='post_stop = "echo post_stop"\n[app]\nworking_dir = "/no/where"\n')
    assert running.rest() == ["post_stop"]
    assert running.status() == 126
    assert 'lifeinit: cannot run the app "echo": cannot enter /no/where: No such file or directory' in running.stderr()
