"""One embedded AWS for all tests that need one, accounts of it for each, and which files share a worker.

Tests that need it, or the CDK's Node, are marked `integration`.
"""

import gc
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # it imports boto3, which most tests do without
    from tests.embedded import Aws

REAL_SETTINGS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "CDK_DEFAULT_ACCOUNT")
"""Set when the server starts, as they may be at a user's; they must not reach it."""


ONE_WORKER = {
    "tests/cdk/": "one synthesis of the example mesh",
    "tests/local/": "one embedded AWS",
    "tests/aws/": "one embedded AWS",
    "tests/access/test_read_back.py": "one embedded AWS",
}
"""By how their names begin: files whose tests follow each other on one worker, and what they share there."""


STARTS_NODE = "tests/cdk/"


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.nodeid.startswith(STARTS_NODE) or "aws" in getattr(item, "fixturenames", ()):
        item.add_marker("integration")


gc.disable()  # importing and collecting make only what stays


def pytest_collection_finish() -> None:
    """Leave all that is there out of every search for garbage while the tests run."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With `--dist loadfile`: a file at a time, but ONE_WORKER.

    xdist's own groups (`--dist loadgroup`) have no effect with pytest 9.2.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LoadShared(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shared = (name for begin, name in ONE_WORKER.items() if nodeid.startswith(begin))
            return next(shared, super()._split_scope(nodeid))

    return LoadShared(config, log)


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
