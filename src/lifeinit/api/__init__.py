"""The lifecycle for Python code: callbacks around an app, with the calling process as the init."""
