"""One embedded AWS for all tests that need one, accounts of it for each, and which files share a worker."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # it imports boto3, which most tests do without
    from tests.embedded import Aws

REAL_SETTINGS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "CDK_DEFAULT_ACCOUNT")
"""Set when the server starts, as they may be at a user's; they must not reach it."""


SHARED_MESH = frozenset({"tests/e2e/test_audit.py", "tests/e2e/test_leaving.py"})
"""Files whose tests follow each other on one worker, on one deployed mesh."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With `--dist loadfile`: a file at a time, but SHARED_MESH like one file.

    xdist's own groups (`--dist loadgroup`) have no effect with pytest 9.2.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LoadSharedMesh(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "shared mesh" if file in SHARED_MESH else file

    return LoadSharedMesh(config, log)


@pytest.fixture(scope="session", autouse=True)
def state_list(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The list of whose states are whose is not that of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as user:
        user.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("states")))
        yield


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
