"""What can be waited for: a text becomes a Target. Pure: it asks neither the network nor the files."""

from lifeinit.waiting.targets.places import Command, File, Http, Place, Target, Tcp, Unix
from lifeinit.waiting.targets.reading import hidden, parse, without_secrets

__all__ = ["Command", "File", "Http", "Place", "Target", "Tcp", "Unix", "hidden", "parse", "without_secrets"]
