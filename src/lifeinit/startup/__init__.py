"""From the command line to the engine: the clean interpreter, the planner process, what lifeinit inherited."""
