"""TOML text to HookFile, or Problems with their places. Knows nothing of this machine or of the engine."""
