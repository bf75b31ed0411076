"""The lifecycle for Python code: callbacks around an app, with a bare init in place of the program, or below it."""
