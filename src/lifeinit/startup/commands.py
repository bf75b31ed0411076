"""The commands of lifeinit beside the run itself: the entry point, the help, completion and the docs read this table.

The command NAME is the click command NAME of the module lifeinit.cli.NAME.
"""

COMMANDS = {
    "init": "Write a hook file for this directory's app.",
    "check": "Validate a hook file and show what it does.",
    "wait": "Wait until servers answer.",
    "status": "Show the running lifeinit and its processes.",
    "health": "Check whether the app is ready.",
    "schema": "Print the JSON Schema of the hook file.",
    "example": "Print a commented hook file.",
    "completion": "Print a completion script for your shell.",
}
