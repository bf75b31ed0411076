"""`python -m lifeinit.rules`: the page of the documentation, as Markdown."""

import sys

from lifeinit.rules.registry import markdown

if __name__ == "__main__":
    sys.stdout.write(markdown())
