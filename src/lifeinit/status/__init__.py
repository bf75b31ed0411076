"""A running lifeinit seen from outside: which one it is, its state, and the processes below it."""
