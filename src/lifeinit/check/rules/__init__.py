"""The rules that `lifeinit check` holds a hook file to, each with its stable code."""
