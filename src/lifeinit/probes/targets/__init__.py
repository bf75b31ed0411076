"""What can be waited for: a text becomes a Target. Pure: it asks neither the network nor the files."""

from lifeinit.probes.targets.parse import hidden, parse, without_secrets
from lifeinit.probes.targets.target import File, Http, Place, Target, Tcp, Unix

__all__ = ["File", "Http", "Place", "Target", "Tcp", "Unix", "hidden", "parse", "without_secrets"]
