"""The rules about the plan: the stop against its own budget and against the runtime's grace period."""

from lifeinit.check.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "E401",
        "stop-does-not-fit",
        what="The stop may take longer than the runtime waits.",
        why="When its grace period is over, the runtime kills everything at once, lifeinit too. The app is asked no "
        "more, and the post_stop hooks are lost. A stop_timeout below the grace period keeps the last word here.",
        wrong='stop_timeout = "30s"    # lifeinit check --for docker: it kills after 10 s',
        right='stop_timeout = "9s"',
    ),
    Rule(
        "E402",
        "sleep-leaves-no-time",
        what="The sleeps of pre_stop take all the time that the app has for its own stop.",
        why="The app gets its stop signal after pre_stop. What is left of stop_timeout by then, less what is kept back "
        "for cleanup and post_stop, is all that it has: here that is nothing, so every stop ends in SIGKILL.",
        wrong='stop_timeout = "8s"\npre_stop = { sleep = "8s" }',
        right='stop_timeout = "8s"\npre_stop = { sleep = "3s" }',
    ),
    Rule(
        "W401",
        "post-stop-without-limit",
        what="There are post_stop hooks, and nothing limits the stop of the app.",
        why="Without stop_timeout lifeinit never kills: any number would be wrong somewhere. An app that hangs has "
        "the whole grace period to itself, and the post_stop hooks are killed with it before they have begun.",
        wrong='post_stop = "./deregister"',
        right='stop_timeout = "9s"\npost_stop = { command = "./deregister", timeout = "3s" }',
    ),
    Rule(
        "W402",
        "pre-stop-may-be-cut",
        what="A pre_stop hook may run longer than the stop has time for.",
        why="It is ended when nothing is left of stop_timeout but what is kept back for cleanup and post_stop, or when "
        "the grace period is over, and the hooks behind it do not run. The app has then no time of its own to stop in. "
        "The stop_timeout that is proposed is one for the whole file: with it no hook of the stop is cut.",
        wrong='stop_timeout = "8s"\npre_stop = { command = "./drain", timeout = "20s" }',
        right='stop_timeout = "8s"\npre_stop = { command = "./drain", timeout = "4s" }',
    ),
    Rule(
        "W403",
        "post-stop-may-be-cut",
        what="The post_stop hooks may need more time than is kept back for them.",
        why="Their timeouts and a second for cleanup are kept back from stop_timeout, but never more than half of it. "
        "An app that uses up its own half leaves them less than their timeouts say. The stop_timeout that is proposed "
        "is one for the whole file: with it no hook of the stop is cut.",
        wrong='stop_timeout = "8s"\npost_stop = { command = "./upload", timeout = "20s" }',
        right='stop_timeout = "8s"\npost_stop = { command = "./upload", timeout = "3s" }',
    ),
    Rule(
        "W404",
        "little-time-for-the-app",
        what="The sleeps of pre_stop leave the app less than two seconds for its own stop.",
        why="The app gets its stop signal after pre_stop, and SIGKILL when nothing is left of stop_timeout but what is "
        "kept back for cleanup and post_stop. An app that has to finish a request may need longer than that.",
        wrong='stop_timeout = "8s"\npre_stop = { sleep = "6s" }',
        right='stop_timeout = "8s"\npre_stop = { sleep = "3s" }',
    ),
)
