"""Clients for one account: explicit credentials, Region and endpoints; never the machine's own AWS files."""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import PaginationError
from botocore.loaders import create_loader

THREADS = 16
"""That may use the clients of one account at once."""
RETRIES = Config(retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=THREADS)
MOST_PAGES, MOST_ITEMS = 10_000, 500_000
"""A listing beyond these has no end: more than an account can hold of anything that is listed."""
_LOADER = create_loader()
"""Shared by the accounts, so that each service's model is read once."""
_CREATION = threading.Lock()
"""Clients may be used by several threads, but not made by several at once
(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html).
"""


@dataclass(frozen=True)
class Account:
    """An account as one caller sees it."""

    account: str
    region: str
    environment: Mapping[str, str]
    """AWS_ACCESS_KEY_ID and its like, and AWS_ENDPOINT_URL when it isn't AWS that answers."""
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _session(self) -> boto3.Session:
        core = botocore.session.Session()
        core.register_component("data_loader", _LOADER)
        return boto3.Session(
            botocore_session=core,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.environment.get("AWS_SESSION_TOKEN"),
            region_name=self.region,
        )

    def client(self, service: str) -> Any:
        """A boto3 client, the same for each call; boto3's clients have no static types of their own."""
        own = self.environment.get(f"AWS_ENDPOINT_URL_{service.upper()}")
        endpoint = own or self.environment.get("AWS_ENDPOINT_URL")
        with _CREATION:
            if service not in self._clients:
                config = RETRIES
                if urlsplit(endpoint or "").hostname == "127.0.0.1":  # the embedded AWS is behind no proxy
                    config = RETRIES.merge(Config(proxies={}))
                made = self._session.client(service, endpoint_url=endpoint, config=config)
                if service == "s3control" and config is not RETRIES:
                    made.meta.events.register("before-sign.s3-control", _without_account)
                self._clients[service] = made
            return self._clients[service]

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


def _without_account(request: Any, **_: Any) -> None:
    """The account in front of an address that is a number names no host; a header has it too."""
    request.url = re.sub(r"//\d{12}\.", "//", request.url, count=1)


def pages(client: Any, operation: str, result: str, /, **arguments: Any) -> list[Any]:
    """Every item of a listing, whether or not botocore has a paginator for it."""
    return list(items(client, operation, result, **arguments))


def items(client: Any, operation: str, result: str, /, **arguments: Any) -> Iterator[Any]:
    """The same one by one, page after page: a page may be empty and yet not be the last.

    Raises PaginationError for a listing that has no end.
    """
    number = 0
    for count, page in enumerate(_pages(client, operation, arguments), start=1):
        found = page.get(result, [])
        number += len(found)
        if count > MOST_PAGES or number > MOST_ITEMS:
            raise PaginationError(message=f"{operation} has no end: {count} pages, {number} {result}")
        yield from found


def _pages(client: Any, operation: str, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if client.can_paginate(operation):
        yield from client.get_paginator(operation).paginate(**arguments)
        return
    tokens: dict[str, str] = {}
    asked = set()
    while True:
        page: Mapping[str, Any] = getattr(client, operation)(**arguments, **tokens)
        yield page
        token = page.get("NextToken")
        if not token:
            return
        if token in asked:
            raise PaginationError(message=f"{operation} has no end: the same next token was received twice")
        asked.add(token)
        tokens = {"NextToken": token}
