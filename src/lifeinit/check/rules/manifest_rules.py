"""The rules for a hook file beside the manifest of its container: `lifeinit check --for FILE`."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E403",
        "stop-signal-not-listed",
        "The container is stopped with a signal that stop_on does not list.",
        "lifeinit forwards such a signal to the app and does not stop: no hook runs, and at the end of the"
        " grace period the runtime kills everything. lifeinit check --for compose.yaml reads the signal from"
        " the manifest.",
        'pre_stop = { sleep = "3s" }    # and the service has stop_signal: SIGUSR1',
        'stop_on = ["TERM", "USR1"]\npre_stop = { sleep = "3s" }',
    ),
    Rule(
        "E404",
        "user-of-the-manifest",
        "The file sets a user, but the manifest starts the container as another user, which is not root.",
        "Only root can change to another user: nothing would start.",
        '[app]\nuser = "1000"    # and the container has runAsUser: 2000',
        '[app]\nworking_dir = "/"',
    ),
    Rule(
        "W406",
        "read-only-root",
        "A file that lifeinit or the app writes is on a read-only root.",
        "With a read-only root only volumes, tmpfs mounts and /dev/shm are writable.",
        'ready_file = "/run/ready"    # and the service has read_only: true',
        'ready_file = "/dev/shm/ready"',
    ),
    Rule(
        "W407",
        "start-may-be-cut",
        "A health check of the runtime may end the container before it has started.",
        "The app does not answer before the pre_start hooks are done. Kubernetes restarts a container whose"
        " livenessProbe fails, even in the middle of a migration; a startupProbe prevents that. ECS replaces"
        " the task.",
        'pre_start = "python3 -m shop.migrate"    # and a livenessProbe gives up after 30 s',
        'pre_start = { command = "python3 -m shop.migrate", timeout = "20s" }\nready = { after = "5s" }',
    ),
    Rule(
        "W408",
        "unknown-pre-stop",
        "The manifest has a preStop of unknown length, which shortens the grace period.",
        "Kubernetes sends the stop signal after preStop, but the grace period begins before it. A sleep is"
        " subtracted; how long any other command takes is unknown.",
        'stop_timeout = "25s"    # and preStop: { exec: { command: ["/drain"] } }',
        'stop_timeout = "25s"\npre_stop = { command = "/drain", timeout = "10s" }    # and no preStop',
    ),
    Rule(
        "W409",
        "little-memory",
        "The memory limit of the container is below 32 MiB.",
        "Reading the hook file takes 14 MB for a moment, in addition to 4 MB for PID 1 and what the hooks and"
        " the app need. At the limit the kernel kills the largest process, which may be the one that reads the"
        " hook file.",
        'pre_start = "true"    # and the container has a memory limit of 16 MiB',
        'pre_start = "true"    # and the container has a memory limit of 64 MiB',
    ),
    Rule(
        "W410",
        "lifeinit-not-started",
        "The manifest replaces the image's entrypoint with one that does not start lifeinit.",
        "In Compose and ECS entrypoint replaces ENTRYPOINT, in Kubernetes command does. The hooks of the image"
        " never run.",
        'pre_start = "true"    # and the container has command: ["python", "app.py"]',
        'pre_start = "true"    # and the container has args: ["python", "app.py"]',
    ),
)
