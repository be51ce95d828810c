"""Calls that come in pages, and calls that fail."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from meshwright.access.state import Unread
from meshwright.aws import accounts
from meshwright.aws.accounts import Account
from meshwright.aws.calls import Calls

ACCOUNT = "111111111111"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
Stub = Callable[[str], Stubber]


@pytest.fixture
def account() -> Account:
    return Account(account=ACCOUNT, region="eu-west-1", environment=KEYS)


@pytest.fixture
def calls(account: Account) -> Iterator[Calls]:
    with ThreadPoolExecutor(2) as executor:
        yield Calls(account, executor)


@pytest.fixture
def stub(account: Account) -> Stub:
    """A service whose answers the test gives; a call that it did not expect fails the test."""

    def of(service: str) -> Stubber:
        stubber = Stubber(account.client(service))
        stubber.activate()
        return stubber

    return of


def permission(principal: str) -> dict[str, Any]:
    return {
        "Principal": {"DataLakePrincipalIdentifier": principal},
        "Resource": {"Database": {"Name": "sales"}},
        "Permissions": ["DESCRIBE"],
    }


def test_a_page_may_be_empty_and_yet_not_the_last(calls: Calls, stub: Stub) -> None:
    lake, rows = stub("lakeformation"), "PrincipalResourcePermissions"
    lake.add_response("list_permissions", {rows: [permission("a")], "NextToken": "2"}, {})
    lake.add_response("list_permissions", {rows: [], "NextToken": "3"}, {"NextToken": "2"})
    lake.add_response("list_permissions", {rows: [permission("b")]}, {"NextToken": "3"})
    found = calls.listing("lakeformation", "list_permissions", rows)
    assert found == [permission("a"), permission("b")]
    assert calls.unread == ()


def test_so_it_is_with_pages_that_botocore_turns(calls: Calls, stub: Stub) -> None:
    ram, name = stub("ram"), "resourceShares"
    given = {"resourceOwner": "SELF"}
    ram.add_response("get_resource_shares", {name: [], "nextToken": "2"}, given)
    ram.add_response("get_resource_shares", {name: [{"name": "a"}]}, {**given, "nextToken": "2"})
    assert calls.listing("ram", "get_resource_shares", name, **given) == [{"name": "a"}]


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        (
            lambda number: {"Rows": [], "NextToken": "ab"[number % 2]},
            "the same next token was received twice",
        ),
        (lambda number: {"Rows": [], "NextToken": str(number)}, "4 pages, 0 Rows"),
        (lambda number: {"Rows": ["x"] * 5, "NextToken": str(number)}, "3 pages, 15 Rows"),
    ],
)
@pytest.mark.parametrize("turned_by_botocore", [True, False])
def test_a_listing_without_an_end_is_a_failure(
    pages: Callable[[int], Any], why: str, turned_by_botocore: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_PAGES", 3)
    monkeypatch.setattr(accounts, "MOST_ITEMS", 14)

    class Endless:
        meta = boto3.client("iam", region_name="eu-west-1").meta
        number = itertools.count()

        def can_paginate(self, operation: str) -> bool:
            return turned_by_botocore

        def get_paginator(self, operation: str) -> "Endless":
            return self

        def paginate(self) -> Iterator[Any]:
            return map(pages, self.number)

        def list_roles(self, NextToken: str = "") -> Any:  # noqa: N803
            return pages(next(self.number))

    class Account(accounts.Account):
        def client(self, service: str) -> Any:
            return Endless()

    with ThreadPoolExecutor(1) as executor:
        calls = Calls(Account(account=ACCOUNT, region="eu-west-1", environment=KEYS), executor)
        calls.listing("iam", "list_roles", "Rows")
    if turned_by_botocore and "same" in why:  # it sees one only right after the other
        why = "4 pages, 0 Rows"
    assert [each.why for each in calls.unread] == [f"Error during pagination: list_roles has no end: {why}"]


def test_what_came_before_a_failure_is_kept_unless_all_is_needed(calls: Calls, stub: Stub) -> None:
    iam = stub("iam")
    page = {"PolicyNames": ["one"], "IsTruncated": True, "Marker": "2"}
    for _ in range(2):
        iam.add_response("list_role_policies", page)
        iam.add_client_error("list_role_policies", "AccessDenied", "User x is not authorized.")
    asked: dict[str, Any] = {"RoleName": "Analyst", "about": "Analyst"}
    assert calls.listing("iam", "list_role_policies", "PolicyNames", **asked) == ["one"]
    assert calls.whole("iam", "list_role_policies", "PolicyNames", **asked) is None
    why = "the caller is not allowed to: User x is not authorized (Analyst and 1 more)"
    assert calls.unread == (Unread(ACCOUNT, "iam:ListRolePolicies", why),)


def test_what_is_not_there_is_no_failure(calls: Calls, stub: Stub) -> None:
    s3 = stub("s3")
    for _ in range(2):
        s3.add_client_error("get_bucket_policy", "NoSuchBucketPolicy", "The bucket policy does not exist")
    absent = ("NoSuchBucketPolicy",)
    assert calls.one("s3", "get_bucket_policy", Bucket="b", absent=absent) == {}
    assert calls.unread == ()
    assert calls.one("s3", "get_bucket_policy", Bucket="b", about="b") is None
    why = "NoSuchBucketPolicy: The bucket policy does not exist (b)"
    assert calls.unread == (Unread(ACCOUNT, "s3:GetBucketPolicy", why),)


def test_a_service_that_cannot_be_reached_is_a_failure_like_others() -> None:
    class Unreachable(Account):
        def client(self, service: str) -> Any:
            client = boto3.client(
                service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
            )

            def refuse(**_: Any) -> None:
                raise EndpointConnectionError(endpoint_url="https://glue.eu-west-1.amazonaws.com/")

            client.meta.events.register("before-send", refuse)
            return client

    with ThreadPoolExecutor(1) as executor:
        calls = Calls(Unreachable(account=ACCOUNT, region="eu-west-1", environment=KEYS), executor)
        assert calls.listing("glue", "get_databases", "DatabaseList") == []
    why = 'Could not connect to the endpoint URL: "https://glue.eu-west-1.amazonaws.com/"'
    assert calls.unread == (Unread(ACCOUNT, "glue:GetDatabases", why),)
    assert not calls.answered


def test_a_client_is_made_once(account: Account) -> None:
    assert account.client("glue") is account.client("glue")
