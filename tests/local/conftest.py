"""One embedded AWS for all tests of this folder, and boto3 clients of its accounts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from meshwright.local import control

REGION = "eu-west-1"
SESSION = boto3.Session()
"""One for all clients, because each session reads the service models anew."""
ROOT = Path(__file__).resolve().parents[2]
REAL_SETTINGS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "CDK_DEFAULT_ACCOUNT")
"""Set when the server starts, as they may be at a user's; they must not reach it."""


@dataclass(frozen=True)
class Aws:
    """Clients of an embedded AWS; credentials of a role work even if IAM doesn't know it."""

    embedded: control.Embedded

    def client(self, service: str, account: str, role: str = control.ADMIN_ROLE) -> Any:
        environment = control.environment(self.embedded, account, REGION, role=role)
        return SESSION.client(
            service,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment["AWS_SESSION_TOKEN"],
            region_name=REGION,
            endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        )

    def role(self, account: str, name: str) -> str:
        """Makes an IAM role and returns its ARN."""
        trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self.client("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument=document)
        arn: str = made["Role"]["Arn"]
        return arn


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    root = tmp_path_factory.mktemp("embedded with a space")
    with pytest.MonkeyPatch.context() as user:
        for name in REAL_SETTINGS:
            user.setenv(name, "real")
        embedded = control.up(root, 0)
    yield Aws(embedded)
    control.down(root)


@pytest.fixture
def account() -> Callable[[], str]:
    """New account ids: each test works in accounts of its own."""
    return lambda: f"{next(_accounts):012d}"


_accounts = iter(range(500000000001, 600000000000))
