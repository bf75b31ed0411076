"""The keys of a hook file, by the table that they stand in."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

TOP: "Final" = (
    *("pre_start", "post_start", "pre_stop", "post_stop", "ready", "ready_file"),
    *("stop_timeout", "kill_after", "stop_on", "signals", "app", "process"),
)
APP: "Final" = (
    *("user", "working_dir", "environment", "umask", "no_new_privs"),
    *("stop_signal", "stop_scope", "success_exit_codes", "restart", "max_restarts", "restart_window"),
)
PROCESS: "Final" = ("command", "ready", *APP)
HOOK: "Final" = (
    *("name", "command", "wait_for", "sleep", "timeout", "retries", "retry_delay", "on_failure"),
    *("user", "working_dir", "environment", "once"),
)
DOINGS: "Final" = ("command", "wait_for", "sleep")
PROBES: "Final" = ("http", "tcp", "unix", "file", "command", "notify", "after")
READY: "Final" = (*PROBES, "insecure", "interval", "timeout", "on_failure")
