"""Waits for its other arguments, targets or, after `--`, a command, with limits that no option sets.

The first argument: the seconds that one try, and the whole, may take, as `0.3,5`; a third number is those between
two lines on what is missing.
"""

import os
import sys

from lifeinit.engine import log, syscalls
from lifeinit.probes.attempt import Command, Terms
from lifeinit.probes.targets import Target, parse
from lifeinit.probes.wait import Pace, Waiting

limit, timeout, news = (*map(float, sys.argv[1].split(",")), 10.0)[:3]
if sys.argv[2] == "--":
    targets = [Target("it", (Command(tuple(map(os.fsencode, sys.argv[3:]))),))]
else:
    targets = list(map(parse, sys.argv[2:]))
pace = Pace(0.01, timeout, news)
syscalls.leave(Waiting(targets, pace, Terms(limit=limit), log.say).run())
