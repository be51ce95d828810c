"""Into the accounts with the caller's own credentials, or into those of the embedded AWS."""

import os
import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from meshwright.aws import sessions
from meshwright.aws.sessions import account_numbers, enter, role_arn
from meshwright.commands.live import accounts_of
from meshwright.errors import UserError
from meshwright.local.control import environment
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from tests.config.small_mesh import write_mesh
from tests.embedded import Aws

GOVERNANCE, ORDERS, ANALYTICS = "111111111111", "222222222221", "333333333331"
LOG_IN = (
    "Log in first (for example `aws sso login`, with AWS_PROFILE set), or use the embedded AWS of this "
    "folder with --local."
)


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return load_mesh(write_mesh(tmp_path), environment="dev", today=date(2027, 1, 1))


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Who has no AWS credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, "arn:aws:iam::222222222221:role/cdk-hnb659fds-lookup-role-222222222221-eu-west-1"),
        ("Auditor", "arn:aws:iam::222222222221:role/Auditor"),
        ("team/audit-{account}-{region}", "arn:aws:iam::222222222221:role/team/audit-222222222221-eu-west-1"),
    ],
)
def test_the_role_in_an_account(mesh: Mesh, name: str | None, expected: str) -> None:
    assert role_arn(mesh, ORDERS, name) == expected


def test_governance_is_first(mesh: Mesh) -> None:
    assert account_numbers(mesh) == (GOVERNANCE, ANALYTICS, ORDERS)


def test_nobody_is_logged_in(mesh: Mesh, nobody: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError) as caught:
        enter(mesh, role_name=None)
    assert str(caught.value) == f"There are no AWS credentials. {LOG_IN}"


def test_a_profile_that_does_not_exist(mesh: Mesh, nobody: pytest.MonkeyPatch) -> None:
    nobody.setenv("AWS_PROFILE", "typo")
    with pytest.raises(UserError) as caught:
        enter(mesh, role_name=None)
    text = "The AWS credentials do not work: The config profile (typo) could not be found."
    assert str(caught.value) == f"{text} {LOG_IN}"


@pytest.mark.parametrize("value", ["nonsense", "localhost:5566", "http://", "http://localhost:port"])
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_GLUE"])
def test_an_endpoint_that_is_no_address(
    name: str, value: str, mesh: Mesh, nobody: pytest.MonkeyPatch
) -> None:
    nobody.setenv(name, value)
    with pytest.raises(UserError) as caught:
        enter(mesh, role_name=None)
    assert str(caught.value) == (
        f"{name}: `{value}` is not the address of an endpoint. Write it as http://HOST:PORT or https://HOST, "
        "or unset it to use AWS."
    )


def test_an_endpoint_of_the_profile_that_is_no_address(
    mesh: Mesh, nobody: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    lines = ("[default]", "aws_access_key_id = a", "aws_secret_access_key = b", "endpoint_url = nonsense")
    config.write_text("\n".join(lines))
    nobody.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(UserError) as caught:
        enter(mesh, role_name=None)
    assert str(caught.value) == (
        "The AWS profile does not work: Invalid endpoint: nonsense. Correct `endpoint_url` in it."
    )


def test_where_nothing_answers(mesh: Mesh, nobody: pytest.MonkeyPatch) -> None:
    """Which is not the credentials' fault."""
    with socket.socket() as taken:  # bound, and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        nobody.setenv("AWS_ACCESS_KEY_ID", "a")
        nobody.setenv("AWS_SECRET_ACCESS_KEY", "b")
        nobody.setenv("AWS_ENDPOINT_URL", address)
        nobody.setattr(sessions, "RETRIES", Config(retries={"total_max_attempts": 1}))
        with pytest.raises(UserError) as caught:
            enter(mesh, role_name=None)
    assert str(caught.value) == (
        f'AWS cannot be reached: Could not connect to the endpoint URL: "{address}/". Check the network, and '
        "whether AWS_ENDPOINT_URL should be set, or use the embedded AWS of this folder with --local."
    )


def test_the_role_is_assumed_in_each_account_where_the_environment_says_aws_is(
    mesh: Mesh, nobody: pytest.MonkeyPatch, aws: Aws
) -> None:
    for name, value in environment(aws.embedded, GOVERNANCE, "eu-west-1").items():
        if name.startswith("AWS_"):
            nobody.setenv(name, value)
    found = enter(mesh, role_name=None)
    assert found.refused == {}
    callers = {
        number: account.client("sts").get_caller_identity()["Arn"]
        for number, account in found.accounts.items()
    }
    role = "assumed-role/cdk-hnb659fds-lookup-role"
    assert callers == {
        number: f"arn:aws:sts::{number}:{role}-{number}-eu-west-1/meshwright"
        for number in (GOVERNANCE, ANALYTICS, ORDERS)
    }


def test_an_account_whose_role_does_not_trust_the_caller(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    class Sts:
        def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803
            if ORDERS in RoleArn:
                error = {"Code": "AccessDenied", "Message": "User me is not authorized."}
                raise ClientError({"Error": error}, "AssumeRole")
            keys = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": RoleSessionName}
            return {"Credentials": keys}

    monkeypatch.setattr(sessions, "_own_sts", lambda region: Sts())
    found = enter(mesh, role_name="Auditor")
    assert list(found.accounts) == [GOVERNANCE, ANALYTICS]
    assert found.refused == {
        ORDERS: "the role arn:aws:iam::222222222221:role/Auditor could not be assumed: the caller is not "
        "allowed to: User me is not authorized. It must exist and trust you: `cdk bootstrap` makes the "
        "lookup role, for those that --trust-for-lookup names"
    }


@pytest.mark.parametrize(
    ("role_name", "expected"),
    [
        (None, "cdk-hnb659fds-cfn-exec-role-222222222221-eu-west-1"),
        ("audit-{account}", "audit-222222222221"),
    ],
)
def test_the_accounts_of_the_embedded_aws_as_the_role_that_deploys_or_another(
    mesh: Mesh, aws: Aws, role_name: str | None, expected: str
) -> None:
    root = aws.embedded.folder.parent
    found = accounts_of(mesh, root=root, local=True, role_name=role_name)
    assert found.refused == {}
    assert list(found.accounts) == ["111111111111", "333333333331", "222222222221"]
    caller = found.accounts["222222222221"].client("sts").get_caller_identity()["Arn"]
    assert caller == f"arn:aws:sts::222222222221:assumed-role/{expected}/meshwright"
