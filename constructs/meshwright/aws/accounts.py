"""Clients for one account: explicit credentials, Region and endpoints; never the machine's own AWS files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

RETRIES = Config(retries={"mode": "standard", "max_attempts": 5})


@dataclass(frozen=True)
class Account:
    """An account as one caller sees it."""

    account: str
    region: str
    environment: Mapping[str, str]
    """AWS_ACCESS_KEY_ID and its like, and AWS_ENDPOINT_URL when it isn't AWS that answers."""

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.environment.get("AWS_SESSION_TOKEN"),
            region_name=self.region,
        )

    def client(self, service: str) -> Any:
        """A boto3 client; boto3's clients have no static types of their own."""
        own = self.environment.get(f"AWS_ENDPOINT_URL_{service.upper()}")
        endpoint = own or self.environment.get("AWS_ENDPOINT_URL")
        return self._session.client(service, endpoint_url=endpoint, config=RETRIES)

    def assume(self, role_arn: str) -> "Account":
        """The same account as that role sees it."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="meshwright")["Credentials"]
        credentials = {
            "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
            "AWS_SESSION_TOKEN": answer["SessionToken"],
        }
        return Account(
            account=self.account, region=self.region, environment={**self.environment, **credentials}
        )


def pages(client: Any, operation: str, result: str, /, **arguments: Any) -> list[Any]:
    """Every item of a listing, whether or not botocore has a paginator for it."""
    if client.can_paginate(operation):
        paginator = client.get_paginator(operation)
        return [item for page in paginator.paginate(**arguments) for item in page.get(result, [])]
    items: list[Any] = []
    token: dict[str, str] = {}
    while True:
        page = getattr(client, operation)(**arguments, **token)
        items.extend(page.get(result, []))
        if not page.get("NextToken"):
            return items
        token = {"NextToken": page["NextToken"]}
