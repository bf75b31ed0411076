"""A lifeinit that runs, seen from outside: which one it is, what it says of itself, what lives below it."""
