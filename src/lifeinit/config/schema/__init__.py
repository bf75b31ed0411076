"""What helps to write a hook file: its JSON Schema, and a commented example. Both are files of this package."""

from importlib.resources import files


def schema() -> str:
    """The JSON Schema, draft-07. It knows shapes: what a rule says about several keys at once it mostly cannot say."""
    return (files(__name__) / "lifeinit.schema.json").read_text("utf-8")


def example() -> str:
    """A hook file with a hook in each phase: the repository's hooks.example.toml."""
    return (files(__name__) / "hooks.example.toml").read_text("utf-8")
