"""The rules for the budget: the stop against stop_timeout and against the runtime's grace period."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E401",
        "stop-does-not-fit",
        "The stop may take longer than the runtime's grace period.",
        "At the end of the grace period the runtime kills everything at once, including lifeinit: the app"
        " gets no time to stop, and the post_stop hooks do not run. With a stop_timeout below the grace period"
        " lifeinit decides what is cut.",
        'stop_timeout = "30s"    # lifeinit check --for docker: it kills after 10 s',
        'stop_timeout = "9s"',
    ),
    Rule(
        "E402",
        "sleep-leaves-no-time",
        "The sleeps of pre_stop use all the time that the app has to stop.",
        "The app receives its stop signal after pre_stop. It has the rest of stop_timeout, minus the reserve for"
        " cleanup and post_stop. Here nothing is left, so every stop ends in SIGKILL.",
        'stop_timeout = "8s"\npre_stop = { sleep = "8s" }',
        'stop_timeout = "8s"\npre_stop = { sleep = "3s" }',
    ),
    Rule(
        "W401",
        "post-stop-without-limit",
        "There are post_stop hooks, and nothing limits the stop of the app.",
        "Without stop_timeout lifeinit never kills the app, because no default fits every runtime. An app"
        " that hangs uses the whole grace period, and the post_stop hooks are killed before they begin.",
        'post_stop = "./deregister"',
        'stop_timeout = "9s"\npost_stop = { command = "./deregister", timeout = "3s" }',
    ),
    Rule(
        "W402",
        "pre-stop-may-be-cut",
        "A pre_stop hook may run longer than the stop allows.",
        "It is terminated when only the reserve for cleanup and post_stop is left of stop_timeout, or at the"
        " end of the grace period. The hooks after it do not run, and the app has no time of its own to stop."
        " The proposed stop_timeout is enough for all hooks of the file.",
        'stop_timeout = "8s"\npre_stop = { command = "./drain", timeout = "20s" }',
        'stop_timeout = "8s"\npre_stop = { command = "./drain", timeout = "4s" }',
    ),
    Rule(
        "W403",
        "post-stop-may-be-cut",
        "The post_stop hooks may need more time than is reserved for them.",
        "Their timeouts and a second for cleanup are reserved out of stop_timeout, but at most half of it. An app that"
        " uses the other half leaves them less than their timeouts. The proposed stop_timeout is enough for all hooks"
        " of the file.",
        'stop_timeout = "8s"\npost_stop = { command = "./upload", timeout = "20s" }',
        'stop_timeout = "8s"\npost_stop = { command = "./upload", timeout = "3s" }',
    ),
    Rule(
        "W404",
        "little-time-for-the-app",
        "The sleeps of pre_stop leave the app less than two seconds to stop.",
        "The app receives its stop signal after pre_stop, and SIGKILL when only the reserve for cleanup and"
        " post_stop is left of stop_timeout. A request may take longer.",
        'stop_timeout = "8s"\npre_stop = { sleep = "6s" }',
        'stop_timeout = "8s"\npre_stop = { sleep = "3s" }',
    ),
    Rule(
        "W405",
        "short-stop-of-a-hang",
        "The stop of an unhealthy app is too short for the pre_stop hooks.",
        "A stop that lifeinit itself begins needs a limit: without stop_timeout it takes at most 10 s, and"
        " hooks that need longer are cut. A stop that the runtime requests has no such limit.",
        'alive = "watchdog"\npre_stop = { sleep = "15s" }',
        'stop_timeout = "20s"\nalive = "watchdog"\npre_stop = { sleep = "15s" }',
    ),
)
