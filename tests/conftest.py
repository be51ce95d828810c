"""One embedded AWS for all tests that need one, and accounts of it for each."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # it imports boto3, which most tests do without
    from tests.embedded import Aws

REAL_SETTINGS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "CDK_DEFAULT_ACCOUNT")
"""Set when the server starts, as they may be at a user's; they must not reach it."""


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Aws]":
    from meshwright.local import control
    from tests.embedded import Aws

    root = tmp_path_factory.mktemp("embedded with a space")
    with pytest.MonkeyPatch.context() as user:
        for name in REAL_SETTINGS:
            user.setenv(name, "real")
        embedded = control.up(root, 0)
    yield Aws(embedded)
    control.down(root)


@pytest.fixture(scope="session")
def account() -> Callable[[], str]:
    """New account ids: each test works in accounts of its own."""
    numbers = iter(range(500000000001, 600000000000))
    return lambda: f"{next(numbers):012d}"
