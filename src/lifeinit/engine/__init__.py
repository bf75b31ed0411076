"""The only code that is alive while the app runs: small, and built on modules that no search path can replace."""
