"""The reception: click reads the command line, one call does the work, its answer is the exit status."""

from lifeinit.cli.commands import serve_command, serve_run

__all__ = ["serve_command", "serve_run"]
