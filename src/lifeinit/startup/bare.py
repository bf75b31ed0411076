"""What a bare interpreter runs: `python -I -S -B bare.py MASK PARENT SEARCH_PATH FOREIGN_PATH [OPTIONS] COMMAND...`.

A script is compiled at every start, in PID 1 itself: this one is as short as can be.
"""

import os
import sys

# Without site-packages the interpreter does not know this package yet. Last on the path, it can stand in front of no
# module of the standard library.
sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from lifeinit import bytecode

bytecode.install()

from lifeinit.startup.launcher import launch  # noqa: E402

if __name__ == "__main__":
    _mask, _parent, _own_path, _foreign_path, *_arguments = sys.argv[1:]
    launch(_arguments, [int(signo) for signo in _mask.split(",") if signo], int(_parent), (_own_path, _foreign_path))
