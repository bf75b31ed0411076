"""What other tools call the things of a hook file, for those who write one by what they know."""

from typing import NamedTuple


class Word(NamedTuple):
    """Whose word it is, in the possessive; our key for it, or ""; the fix where that says too little."""

    whose: str
    key: str
    fix: str = ""


_AFTER_DASHES = "write it after the dashes: lifeinit -- COMMAND"
_OUTPUT = "remove it: the app's output is the container's output"
_WAIT = 'write wait_for = "tcp://db:5432" in a [[pre_start]] hook'
_READY = 'write ready at the top with the URL of the app, for example ready = "http://127.0.0.1:8000/healthz"'
_ALIVE = 'write alive at the top with the URL of the app, for example alive = "http://127.0.0.1:8000/healthz"'
_VARIABLES = 'write environment = { NAME = "value" }'

# Rows of: whose, the words, our key, the fix.
ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("systemd's", "ExecStartPre", "pre_start", ""),
    ("systemd's", "ExecStartPost", "post_start", ""),
    ("systemd's", "ExecStop", "pre_stop", ""),
    ("systemd's", "ExecStopPost", "post_stop", ""),
    ("systemd's", "ExecStart", "the app", _AFTER_DASHES),
    ("systemd's", "ExecReload", "", "remove it: the app receives SIGHUP as it is"),
    ("systemd's", "TimeoutStopSec TimeoutSec", "stop_timeout", ""),
    ("systemd's", "TimeoutStartSec", "timeout", ""),
    ("systemd's", "KillMode", "stop_scope", 'write stop_scope = "process" or "group" below [app]'),
    ("systemd's", "KillSignal", "stop_signal", ""),
    ("systemd's", "SuccessExitStatus", "success_exit_codes", 'write success_exit_codes = ["SIGTERM", 3] below [app]'),
    ("systemd's", "StartLimitBurst", "max_restarts", ""),
    ("systemd's", "StartLimitIntervalSec", "restart_window", ""),
    ("systemd's", "RestartSec", "", "remove it: the pause grows from 0.5 s to 30 s"),
    ("systemd's", "EnvironmentFile", "environment", _VARIABLES),
    ("systemd's", "WorkingDirectory", "working_dir", ""),
    ("systemd's", "NoNewPrivileges", "no_new_privs", ""),
    ("systemd's", "OOMScoreAdjust", "oom_score_adj", ""),
    ("systemd's", "Group", "user", 'write user = "name:group"'),
    ("systemd's", "Type NotifyAccess", "ready", 'write ready = "notify" at the top'),
    ("systemd's", "WatchdogSec", "alive", 'write alive = { watchdog = "30s" } at the top'),
    ("systemd's", "WatchdogSignal", "", "remove it: an unhealthy app gets stop_signal, as in every other stop"),
    ("systemd's", "After Requires Wants", "wait_for", _WAIT),
    ("systemd's", "Description Documentation WantedBy", "", "write a comment, or remove it"),
    ("supervisord's", "stopwaitsecs", "stop_timeout", ""),
    ("supervisord's", "killasgroup stopasgroup", "stop_scope", 'write stop_scope = "group" below [app]'),
    ("supervisord's", "autorestart", "restart", 'write restart = "always" or "on-failure" below [app]'),
    ("supervisord's", "startretries", "max_restarts", ""),
    ("supervisord's", "startsecs", "ready", 'write ready = "5s" at the top'),
    ("supervisord's", "exitcodes", "success_exit_codes", "write success_exit_codes = [0, 2] below [app]"),
    ("supervisord's", "directory", "working_dir", ""),
    ("supervisord's", "autostart priority numprocs process_name", "", "remove it"),
    ("supervisord's", "redirect_stderr stdout_logfile stderr_logfile logfile nodaemon", "", _OUTPUT),
    ("supervisord's", "program programs", "process", "write [process.NAME]"),
    ("Compose's", "entrypoint", "the app", _AFTER_DASHES),
    ("Compose's", "stop_grace_period", "stop_timeout", ""),
    ("Compose's", "healthcheck", "alive", _ALIVE),
    ("Compose's", "start_period", "timeout", "write timeout in ready"),
    ("Compose's", "start_interval", "interval", "write interval in ready"),
    ("Compose's", "depends_on links", "wait_for", _WAIT),
    ("Compose's", "env_file", "environment", _VARIABLES),
    ("Compose's", "init", "", "remove it: lifeinit is the init"),
    ("Compose's", "services", "process", "write [app] for the app, [process.NAME] for several"),
    ("Compose's", "image build ports expose volumes networks deploy container_name hostname version privileged", "",
     "keep it in the Compose file"),
    ("Kubernetes'", "terminationGracePeriodSeconds", "stop_timeout", ""),
    ("Kubernetes'", "readinessProbe startupProbe", "ready", _READY),
    ("Kubernetes'", "livenessProbe", "alive", _ALIVE),
    ("Kubernetes'", "periodSeconds", "interval", ""),
    ("Kubernetes'", "timeoutSeconds", "timeout", ""),
    ("Kubernetes'", "failureThreshold", "failures", ""),
    ("Kubernetes'", "successThreshold", "", "remove it: one success is enough"),
    ("Kubernetes'", "initialDelaySeconds", "", "remove it: alive is first checked when the app is ready"),
    ("Kubernetes'", "httpGet", "http", 'write http with the URL, for example "http://127.0.0.1:8000/healthz"'),
    ("Kubernetes'", "tcpSocket", "tcp", 'write tcp with the address, for example "127.0.0.1:8000"'),
    ("Kubernetes'", "restartPolicy", "restart", 'write restart = "always" or "on-failure" below [app]'),
    ("Docker's", "cmd run exec", "command", ""),
    ("Docker's", "workdir cwd", "working_dir", ""),
    ("Docker's", "env envs", "environment", ""),
    ("Docker's", "stopsignal", "stop_signal", ""),
    ("Docker's", "shell", "command", 'write another shell into the command: ["bash", "-c", "..."]'),
    ("dumb-init's", "rewrite", "signals", 'write [signals] and below it TERM = "QUIT"'),
    ("s6's", "finish", "post_stop", ""),
)  # fmt: skip

# Keys of other tables and tools in [alive]: what they mean there, and the fix.
IN_ALIVE = {
    "retries": ("failures", 'did you mean "failures"?'),
    "threshold": ("failures", 'did you mean "failures"?'),
    "test": ("command", 'write the command, for example command = ["redis-cli", "ping"]'),
    "url": ("http", 'write http with the URL, for example "http://127.0.0.1:8000/healthz"'),
    "port": ("tcp", 'write tcp with the address, for example "127.0.0.1:8000"'),
    "watchdogsec": ("watchdog", 'write watchdog = "30s"'),
    "notify": ("watchdog", 'write watchdog = "30s": notify only reports that the app is ready'),
    "file": ("command", "check the app itself, or write a command that checks the file"),
    "after": ("interval", "remove it: alive is first checked when the app is ready, and then every interval"),
}

# Tables that only hold others: each key in them is looked at by itself.
SECTIONS = frozenset({"unit", "service", "install", "hooks", "lifecycle", "lifeinit"})


def squeezed(key: str) -> str:
    """`preStart`, `pre-start` and `PRE_START` are one word."""
    return "".join(char for char in key.lower() if char not in "-_. ")


WORDS = {squeezed(word): Word(whose, key, fix) for whose, words, key, fix in ROWS for word in words.split()}
