"""The fixture that the fault tests share with the integration tests."""

from tests.integration.conftest import namespaces

__all__ = ["namespaces"]
