"""What other tools call the things of a hook file, for those who write a hook file by what they know."""

from typing import NamedTuple


class Word(NamedTuple):
    """Whose word it is, in the possessive; our key for it, or ""; the way out where that says too little."""

    whose: str
    key: str
    help: str = ""


_AFTER_DASHES = "write it behind the dashes: lifeinit -- COMMAND"
_APPS_COMMAND = "the app"
_NONE = "leave it out"
_NOT_OURS = "leave it to the file that starts the container"
_STOP_TIMEOUT = 'write stop_timeout = "25s" at the top'
_OUTPUT = "leave it out: what the app writes goes to the container's output"
_WAIT = 'write wait_for = "tcp://db:5432" in a [[pre_start]] hook'
_READY = 'write ready = "http://127.0.0.1:8000/healthz" at the top, or ready = { command = "..." }'
_GROUP = 'write stop_scope = "group" below [app]'
_WARN = 'write on_failure = "warn"'

# Rows of: whose, the words, our key, the way out.
_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("systemd's", "ExecStartPre ExecCondition", "pre_start", ""),
    ("systemd's", "ExecStartPost", "post_start", ""),
    ("systemd's", "ExecStop", "pre_stop", ""),
    ("systemd's", "ExecStopPost", "post_stop", ""),
    ("systemd's", "ExecStart", _APPS_COMMAND, _AFTER_DASHES),
    ("systemd's", "ExecReload", "", "leave it out: the app gets HUP as it is"),
    ("systemd's", "TimeoutStopSec TimeoutSec", "stop_timeout", ""),
    ("systemd's", "TimeoutStartSec", "timeout", ""),
    ("systemd's", "KillMode", "stop_scope", 'write stop_scope = "process" or "group" below [app]'),
    ("systemd's", "SuccessExitStatus", "success_exit_codes", 'write success_exit_codes = ["SIGTERM", 3] below [app]'),
    ("systemd's", "StartLimitBurst", "max_restarts", ""),
    ("systemd's", "StartLimitIntervalSec StartLimitInterval", "restart_window", ""),
    ("systemd's", "RestartSec", "", "leave it out: the wait grows from 0.5 s to 30 s"),
    ("systemd's", "EnvironmentFile", "environment", 'write environment = { NAME = "value" }'),
    ("systemd's", "WorkingDirectory", "working_dir", ""),
    ("systemd's", "NoNewPrivileges", "no_new_privs", ""),
    ("systemd's", "Group", "user", 'write user = "name:group"'),
    ("systemd's", "Type NotifyAccess", "ready", 'write ready = "notify" at the top'),
    ("systemd's", "After Requires Wants BindsTo Requisite", "wait_for", _WAIT),
    ("systemd's", "Description Documentation WantedBy RequiredBy Alias", "", "write a comment, or leave it out"),
    ("systemd's", "WatchdogSec", "", 'leave it out: let the runtime call "lifeinit health"'),
    ("systemd's", "SendSIGKILL FinalKillSignal TimeoutAbortSec", "stop_timeout", _STOP_TIMEOUT),
    ("systemd's", "RestartKillSignal KillSignal", "stop_signal", ""),
    ("supervisord's", "stopwaitsecs", "stop_timeout", ""),
    ("supervisord's", "killasgroup stopasgroup", "stop_scope", _GROUP),
    ("supervisord's", "autorestart", "restart", 'write restart = "always" or "on-failure" below [app]'),
    ("supervisord's", "startretries", "max_restarts", ""),
    ("supervisord's", "startsecs", "ready", 'write ready = "5s" at the top: up when it has lived so long'),
    ("supervisord's", "exitcodes", "success_exit_codes", "write success_exit_codes = [0, 2] below [app]"),
    ("supervisord's", "directory", "working_dir", ""),
    ("supervisord's", "autostart priority numprocs process_name", "", _NONE),
    ("supervisord's", "redirect_stderr stdout_logfile stderr_logfile logfile nodaemon", "", _OUTPUT),
    ("supervisord's", "stdout_logfile_maxbytes stderr_logfile_maxbytes", "", _OUTPUT),
    ("supervisord's", "eventlistener", "", _NONE),
    ("Compose's", "entrypoint", _APPS_COMMAND, _AFTER_DASHES),
    ("Compose's", "stop_grace_period", "stop_timeout", ""),
    ("Compose's", "healthcheck", "ready", _READY),
    ("Compose's", "depends_on links", "wait_for", _WAIT),
    ("Kubernetes'", "restartPolicy", "restart", 'write restart = "always" or "on-failure" below [app]'),
    ("Compose's", "env_file", "environment", 'write environment = { NAME = "value" }'),
    ("Compose's", "init", "", "leave it out: lifeinit is the init"),
    ("Compose's", "image build ports expose volumes networks deploy container_name hostname version privileged", "",
     _NOT_OURS),
    ("Kubernetes'", "terminationGracePeriodSeconds", "stop_timeout", ""),
    ("Kubernetes'", "args", _APPS_COMMAND, _AFTER_DASHES),
    ("Kubernetes'", "initContainers initContainer", "pre_start", ""),
    ("Kubernetes'", "readinessProbe startupProbe", "ready", _READY),
    ("Kubernetes'", "livenessProbe", "", 'leave it in the manifest: it can call "lifeinit health"'),
    ("Kubernetes'", "runAsUser runAsGroup runAsNonRoot", "user", ""),
    ("Kubernetes'", "allowPrivilegeEscalation", "no_new_privs", "write no_new_privs = true below [app]"),
    ("Kubernetes'", "httpGet", "http", ""),
    ("Kubernetes'", "tcpSocket", "tcp", ""),
    ("Kubernetes'", "periodSeconds", "interval", ""),
    ("Kubernetes'", "initialDelaySeconds", "after", ""),
    ("Kubernetes'", "failureThreshold successThreshold", "timeout", ""),
    ("Kubernetes'", "timeoutSeconds activeDeadlineSeconds", "timeout", ""),
    ("Kubernetes'", "env", "environment", ""),
    ("Kubernetes'", "apiVersion kind metadata imagePullPolicy resources volumeMounts", "", _NOT_OURS),
    ("ContainerPilot's", "exec", "command", ""),
    ("ContainerPilot's", "when", "", "write the hook below the phase that it is for: [[pre_start]], [[pre_stop]], ..."),
    ("ContainerPilot's", "health", "ready", _READY),
    ("ContainerPilot's", "restarts", "max_restarts", ""),
    ("ContainerPilot's", "consul telemetry watches control logging interfaces", "", _NONE),
    ("ContainerPilot's", "initial_status ttl backends tasks", "", _NONE),
    ("ContainerPilot's", "coprocesses coprocess", "process", 'write command = "..." below [process.NAME]'),
    ("Nomad's", "kill_timeout", "stop_timeout", ""),
    ("GitHub Actions'", "run", "command", ""),
    ("GitHub Actions'", "continue_on_error", "on_failure", _WARN),
    ("GitLab's", "script before_script", "command", ""),
    ("GitLab's", "allow_failure", "on_failure", _WARN),
    ("GitLab's", "variables", "environment", ""),
    ("Ansible's", "ignore_errors", "on_failure", _WARN),
    ("Docker's", "cmd", "command", ""),
    ("Docker's", "workdir", "working_dir", ""),
    ("Docker's", "start_period", "timeout", ""),
    ("PM2's", "cwd", "working_dir", ""),
    ("dumb-init's", "rewrite", "signals", 'write [signals] and below it TERM = "QUIT"'),
    ("s6's", "finish", "post_stop", ""),
    ("another tool's", "before_start on_start startup setup init_script bootstrap", "pre_start", ""),
    ("another tool's", "after_start started on_ready", "post_start", ""),
    ("another tool's", "before_stop on_stop shutdown drain", "pre_stop", ""),
    ("another tool's", "after_stop stopped cleanup teardown on_exit", "post_stop", ""),
    ("another tool's", "grace grace_period graceful_timeout shutdown_timeout stop_grace", "stop_timeout", ""),
    ("another tool's", "retry max_retries attempts tries", "retries", ""),
    ("another tool's", "delay backoff retry_interval", "retry_delay", ""),
    ("another tool's", "wait needs depends requires_on wait_on", "wait_for", ""),
    ("another tool's", "readiness probe ready_check", "ready", _READY),
    ("another tool's", "envs vars env_vars", "environment", ""),
    ("another tool's", "uid run_as username", "user", ""),
    ("another tool's", "dir chdir path", "working_dir", ""),
    ("another tool's", "shell sh bash cmdline executable", "command", ""),
    ("another tool's", "title label id", "name", ""),
    ("another tool's", "process_group", "stop_scope", _GROUP),
    ("another tool's", "run_once only_once", "once", ""),
)  # fmt: skip

# Tables that only hold others: what stands in them is looked at by itself.
SECTIONS = frozenset(
    "hooks hook lifecycle lifeinit unit service install container spec securitycontext template pod settings config"
    " scripts supervisord containerpilot main default".split()
)
# Tables, or lists of tables, of programs or of hooks.
MANY = {
    "program": Word("supervisord's", "process", "write [process.NAME]"),
    "services": Word("Compose's", "process", "write [app] for the app, [process.NAME] for several"),
    "containers": Word("Kubernetes'", "process", "write [app] for the app, [process.NAME] for several"),
    "jobs": Word("ContainerPilot's", "the hooks", "write [[pre_start]], [[post_start]], [[pre_stop]] or [[post_stop]]"),
    "processes": Word("another tool's", "process", "write [process.NAME]"),
    "programs": Word("another tool's", "process", "write [process.NAME]"),
}


def squeezed(key: str) -> str:
    """`preStart`, `pre-start` and `PRE_START` are one word."""
    return "".join(char for char in key.lower() if char not in "-_. ")


WORDS = {squeezed(word): Word(whose, key, way_out) for whose, words, key, way_out in _ROWS for word in words.split()}
