"""The hook file that `lifeinit example` prints: valid on every machine as it is, with the rest to be uncommented."""

TEXT = """\
# What happens around the life of your app. Remove the # from what you need, then run `lifeinit check`.

stop_timeout = "8s"    # from the stop signal to the exit; Docker sends SIGKILL after 10 s

# ready = "http://127.0.0.1:8000/healthz"    # when the app counts as ready; without it, as soon as it runs
# alive = "http://127.0.0.1:8000/healthz"    # asked from then on: an app that hangs is stopped

# [[pre_start]]        # before the app exists; a failure keeps it from starting
# name     = "database"
# wait_for = "tcp://db:5432"
# timeout  = "1m"

# [[pre_start]]        # the hooks of a phase run one after the other
# name    = "migrate"
# command = "python manage.py migrate --noinput"
# retries = 2

# [[post_start]]       # beside the running app; a failure stops it, unless it is only to warn
# name       = "announce"
# command    = ["curl", "-fsS", "-X", "POST", "http://registry/up"]
# timeout    = "5s"
# on_failure = "warn"

[[pre_stop]]           # after the stop signal, before the app gets it: it serves while the load balancer forgets it
name  = "drain"
sleep = "3s"

# [[post_stop]]        # once the app is gone, in whatever way
# name    = "deregister"
# command = ["curl", "-fsS", "-X", "POST", "http://registry/down"]
# timeout = "2s"

# [app]
# user    = "app"      # lifeinit has to run as root for that
# restart = "on-failure"
"""
