"""What a container is started with, as its own manifest says: the grace period, the user, the limits, the probes."""

from lifeinit.check.manifest.checks import diagnostics, with_environment
from lifeinit.check.manifest.choose import container
from lifeinit.check.manifest.container import Container
from lifeinit.check.manifest.nodes import ManifestError

__all__ = ["Container", "ManifestError", "container", "diagnostics", "with_environment"]
