"""Into the accounts of a mesh with the caller's own AWS credentials: a role is assumed in each."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnectedError

from meshwright.aws.accounts import RETRIES, THREADS, Account
from meshwright.aws.calls import reason
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.texts import said

LOG_IN = (
    "Log in first (for example `aws sso login`, with AWS_PROFILE set), or use the embedded AWS of this "
    "folder with --local."
)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The accounts of a mesh as a role sees each of them."""

    accounts: Mapping[str, Account]
    refused: Mapping[str, str] = field(default_factory=dict)
    """Why an account could not be entered, by its number."""


def account_numbers(mesh: Mesh) -> tuple[str, ...]:
    """The accounts of a mesh, governance first."""
    return tuple(
        dict.fromkeys([mesh.governance_account, *(domain.account for domain in mesh.domains.values())])
    )


def role_arn(mesh: Mesh, account: str, role_name: str | None) -> str:
    """The role to assume: the CDK's lookup role, or one named, where {account} and {region} are filled in."""
    if role_name is None:
        return mesh.names.lookup_role_arn(account)
    name = role_name.replace("{account}", account).replace("{region}", mesh.region)
    return mesh.names.role_arn(account, name)


def enter(mesh: Mesh, *, role_name: str | None) -> Sessions:
    """Assume the role in every account of the mesh, with the credentials of boto3's default chain.

    An account whose role cannot be assumed is one of `refused`. Raises UserError without valid credentials,
    and when AWS cannot be reached.
    """
    _check_endpoints()
    sts = _own_sts(mesh.region)

    def assume(account: str) -> Account | str:
        arn = role_arn(mesh, account, role_name)
        try:
            answer = sts.assume_role(RoleArn=arn, RoleSessionName="meshwright")["Credentials"]
        except (ClientError, BotoCoreError) as error:
            return (
                f"the role {arn} could not be assumed: {reason(error)}. It must exist and trust you: "
                "`cdk bootstrap` makes the lookup role, for those that --trust-for-lookup names"
            )
        return Account(account=account, region=mesh.region, environment=_environment(answer))

    numbers = account_numbers(mesh)
    with ThreadPoolExecutor(THREADS) as executor:
        found = dict(zip(numbers, executor.map(assume, numbers), strict=True))
    return Sessions(
        accounts={number: each for number, each in found.items() if isinstance(each, Account)},
        refused={number: each for number, each in found.items() if isinstance(each, str)},
    )


def _check_endpoints() -> None:
    """Those that the environment names (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)."""
    for name, value in sorted(os.environ.items()):
        if value and name.startswith("AWS_ENDPOINT_URL") and not _is_address(value):
            raise UserError(
                f"{name}: `{said(value)}` is not the address of an endpoint. Write it as http://HOST:PORT or "
                "https://HOST, or unset it to use AWS."
            )


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number, or brackets do not close
        return False


def _own_sts(region: str) -> Any:
    """STS as the caller, once it is clear that the caller's credentials are good."""
    try:
        session = boto3.Session(region_name=region)
        if session.get_credentials() is None:
            raise UserError(f"There are no AWS credentials. {LOG_IN}")
        sts = session.client("sts", config=RETRIES)
        sts.get_caller_identity()
    except (NotConnectedError, HTTPClientError) as error:
        named = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
        instead = f", and whether {' and '.join(named)} should be set" if named else " and the proxy"
        raise UserError(
            f"AWS cannot be reached: {reason(error)}. Check the network{instead}, or use the embedded AWS of "
            "this folder with --local."
        ) from error
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"The AWS credentials do not work: {reason(error)}. {LOG_IN}") from error
    except ValueError as error:  # botocore's, for an endpoint in the profile that is no address
        raise UserError(f"The AWS profile does not work: {error}. Correct `endpoint_url` in it.") from error
    return sts


def _environment(credentials: Mapping[str, str]) -> dict[str, str]:
    """Of the caller's environment only where AWS is."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL")}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
