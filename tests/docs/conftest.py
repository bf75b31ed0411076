"""Fixtures: PID namespaces, and real applications in them."""

from tests.integration.conftest import init, namespaces
from tests.real.conftest import applications, broker, cluster, gate, run

__all__ = ["applications", "broker", "cluster", "gate", "init", "namespaces", "run"]
