"""Waits until targets answer: for `wait_for` in a hook, for the ready probe, and as `lifeinit wait`."""
