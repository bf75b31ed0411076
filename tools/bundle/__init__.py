"""Makes the bundle: one static program that holds lifeinit, its libraries and an interpreter. See `__main__`."""
