"""The embedded AWS, as the tests of tests/local have it."""

from tests.local.conftest import account, aws

__all__ = ["account", "aws"]
