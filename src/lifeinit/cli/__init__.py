"""The command line: click reads it, one function does the work, its answer is the exit status."""
