"""Settings are merged into what an account has, on moto; faults that moto lacks come from wrapped clients."""

import itertools
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.provider.lake_model import client_error

from meshwright.provider.calls import Calls
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import dispatch

ACCOUNT = "123456789012"
OURS = [f"arn:aws:iam::{ACCOUNT}:role/cdk-exec", f"arn:aws:iam::{ACCOUNT}:role/acme-lakeformation-provider"]
ALICE = f"arn:aws:iam::{ACCOUNT}:user/people/Alice"
DEAD = f"arn:aws:iam::{ACCOUNT}:role/Deleted"
ELSEWHERE = "arn:aws:iam::999999999999:role/Auditor"
GROUP = f"arn:aws:quicksight:eu-west-1:{ACCOUNT}:group/default/readers"
AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/cdk-lookup"
EVERYONE = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]

Wrap = Callable[[str, dict[str, Any]], None]
numbers = itertools.count()
SESSION = boto3.Session()


@cache
def client(service: str) -> Any:
    """One for all tests: moto starts each without a session, and a new one reads the service's model anew."""
    return SESSION.client(service)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


class Wrapped:
    """A client that tells `before` of each call, which may raise or change things first."""

    def __init__(self, service: str, before: Wrap) -> None:
        self._client, self._before = client(service), before

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self._before(operation, parameters)
            return getattr(self._client, operation)(**parameters)

        return call


def run(
    kind: str,
    properties: dict[str, Any],
    before: Wrap = lambda *_: None,
    *,
    stack: str = "acme-governance",
) -> dict[str, str]:
    event = {
        "RequestType": kind,
        "ResourceType": "Custom::LakeFormationSettings",
        "StackId": f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/{stack}/8b2f",
        "LogicalResourceId": "Settings",
        "RequestId": str(next(numbers)),
        "PhysicalResourceId": f"{stack}/Settings",
        "ResourceProperties": properties,
    }
    calls = Calls(
        client=lambda service: Wrapped(service, before),
        remaining=lambda: 1e6,
        sleep=lambda _: None,
        log=lambda _: None,
    )
    return dict(dispatch(event, calls).data)


def identifiers(arns: list[str]) -> list[dict[str, str]]:
    return [{"DataLakePrincipalIdentifier": one} for one in arns]


def put(admins: list[str], readers: list[str] | None = None, **more: Any) -> None:
    client("lakeformation").put_data_lake_settings(
        DataLakeSettings={
            "DataLakeAdmins": identifiers(admins),
            "ReadOnlyAdmins": identifiers(readers or []),
            "CreateDatabaseDefaultPermissions": EVERYONE,
            "CreateTableDefaultPermissions": EVERYONE,
            **more,
        }
    )


def get() -> dict[str, Any]:
    return dict(client("lakeformation").get_data_lake_settings()["DataLakeSettings"])


def admins() -> list[str]:
    return [one["DataLakePrincipalIdentifier"] for one in get()["DataLakeAdmins"]]


def readers() -> list[str]:
    return [one["DataLakePrincipalIdentifier"] for one in get()["ReadOnlyAdmins"]]


def users() -> None:
    client("iam").create_user(UserName="Alice", Path="/people/")


def test_everything_that_others_set_is_kept_and_the_defaults_are_cleared() -> None:
    users()
    put([ALICE, ELSEWHERE, GROUP], Parameters={"SET_CONTEXT": "TRUE"}, TrustedResourceOwners=["999999999999"])
    assert run("Create", {"Admins": OURS, "CrossAccountVersion": "4"}) == {"CrossAccountVersion": "4"}
    found = get()
    assert admins() == [ALICE, ELSEWHERE, GROUP, *OURS]
    assert found["CreateDatabaseDefaultPermissions"] == found["CreateTableDefaultPermissions"] == []
    assert found["Parameters"] == {"SET_CONTEXT": "TRUE", "CROSS_ACCOUNT_VERSION": "4"}
    assert found["TrustedResourceOwners"] == ["999999999999"]


@pytest.mark.parametrize(("live", "wanted", "result"), [("5", "4", "5"), ("3", "4", "4"), (None, "1", "1")])
def test_the_cross_account_version_is_only_ever_raised(live: str | None, wanted: str, result: str) -> None:
    put([], Parameters={"CROSS_ACCOUNT_VERSION": live} if live else {})
    run("Create", {"Admins": OURS, "CrossAccountVersion": wanted})
    assert get()["Parameters"] == {"CROSS_ACCOUNT_VERSION": result}


def test_only_administrators_known_to_be_deleted_are_pruned() -> None:
    users()
    put([DEAD, ALICE, ELSEWHERE])
    run("Create", {"Admins": OURS, "CrossAccountVersion": "4"})
    assert admins() == [ALICE, ELSEWHERE, *OURS]


def test_an_administrator_that_may_not_be_looked_up_is_kept() -> None:
    def denied(operation: str, _: dict[str, Any]) -> None:
        if operation == "get_role":
            raise client_error("AccessDenied")

    put([DEAD])
    run("Create", {"Admins": OURS, "CrossAccountVersion": "4"}, denied)
    assert admins() == [DEAD, *OURS]


def test_a_delete_removes_what_was_added_and_nothing_else() -> None:
    users()
    put([ALICE, OURS[0]])
    run("Create", {"Admins": OURS, "CrossAccountVersion": "4"})
    run("Update", {"Admins": OURS, "CrossAccountVersion": "4"})
    assert admins() == [ALICE, *OURS]
    before = get()
    run("Delete", {"Admins": OURS, "CrossAccountVersion": "4"})
    assert admins() == [ALICE, OURS[0]]
    assert {**get(), "DataLakeAdmins": []} == {**before, "DataLakeAdmins": []}
    run("Delete", {"Admins": OURS, "CrossAccountVersion": "4"})
    assert admins() == [ALICE, OURS[0]]


def test_an_administrator_stays_while_another_resource_of_the_account_declares_it_too() -> None:
    other = {"stack": "other-governance"}
    properties = {"Admins": OURS, "CrossAccountVersion": "4"}
    for first, last in (({}, other), (other, {})):
        put([])
        run("Create", properties)
        run("Create", {**properties, "ReadOnlyAdmins": [AUDITOR]}, **other)
        run("Delete", properties, **first)
        assert admins() == OURS
        run("Delete", properties, **last)
        assert (admins(), readers()) == ([], [])


def test_an_administrator_no_longer_declared_goes_if_it_was_added_here() -> None:
    put([])
    run("Create", {"Admins": OURS, "CrossAccountVersion": "4"})
    run("Update", {"Admins": OURS[1:], "CrossAccountVersion": "4"})
    assert admins() == OURS[1:]


def test_a_concurrent_writer_who_undoes_the_merge_is_answered_by_merging_again() -> None:
    puts = []

    def other_writer(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "put_data_lake_settings":
            puts.append(parameters)
        if operation == "get_data_lake_settings" and len(puts) == 1:
            puts.append({})
            put([ELSEWHERE])  # written from what it had read before ours

    put([])
    run("Create", {"Admins": OURS, "CrossAccountVersion": "4"}, other_writer)
    assert admins() == [ELSEWHERE, *OURS]
    assert get()["CreateTableDefaultPermissions"] == []


def test_a_writer_who_never_stops_is_reported() -> None:
    def other_writer(operation: str, _: dict[str, Any]) -> None:
        if operation == "get_data_lake_settings":
            put([ELSEWHERE])

    with pytest.raises(ProviderError, match="did not keep what was written in 8 tries: another program"):
        run("Create", {"Admins": OURS, "CrossAccountVersion": "4"}, other_writer)


def test_more_than_thirty_administrators_are_refused_before_anything_is_written() -> None:
    others = [f"arn:aws:iam::999999999999:role/Admin{number}" for number in range(29)]
    put(others)
    problem = "allows 30 administrators and 31 would be needed: remove some of the 29 that the account has"
    with pytest.raises(ProviderError, match=problem):
        run("Create", {"Admins": OURS, "CrossAccountVersion": "4"})
    assert admins() == others


def test_read_only_administrators_are_added_to_those_there_and_only_they_removed() -> None:
    users()
    put([], [ALICE, DEAD, ELSEWHERE])
    properties = {"Admins": OURS, "CrossAccountVersion": "4"}
    run("Create", {**properties, "ReadOnlyAdmins": [AUDITOR, ELSEWHERE]})
    assert (admins(), readers()) == (OURS, [ALICE, ELSEWHERE, AUDITOR])
    run("Update", properties)
    assert (admins(), readers()) == (OURS, [ALICE, ELSEWHERE])
    run("Update", {**properties, "ReadOnlyAdmins": [AUDITOR]})
    assert (admins(), readers()) == (OURS, [ALICE, ELSEWHERE, AUDITOR])
    run("Delete", {**properties, "ReadOnlyAdmins": [AUDITOR]})
    assert (admins(), readers()) == ([], [ALICE, ELSEWHERE])


def test_without_read_only_administrators_those_of_others_stay() -> None:
    users()
    put([], [ALICE])
    run("Create", {"Admins": OURS, "CrossAccountVersion": "4"})
    run("Delete", {"Admins": OURS, "CrossAccountVersion": "4"})
    assert (admins(), readers()) == ([], [ALICE])


def test_an_administrator_is_not_made_a_read_only_one_and_stays() -> None:
    users()
    put([ALICE])
    properties = {"Admins": OURS, "ReadOnlyAdmins": [ALICE, OURS[0]], "CrossAccountVersion": "4"}
    run("Create", properties)
    assert (admins(), readers()) == ([ALICE, *OURS], [])
    run("Delete", properties)
    assert (admins(), readers()) == ([ALICE], [])


def test_a_principal_may_change_from_one_kind_to_the_other() -> None:
    put([])
    run("Create", {"Admins": OURS, "ReadOnlyAdmins": [AUDITOR], "CrossAccountVersion": "4"})
    run("Update", {"Admins": [*OURS, AUDITOR], "ReadOnlyAdmins": [AUDITOR], "CrossAccountVersion": "4"})
    assert (admins(), readers()) == ([*OURS, AUDITOR], [])
    run("Update", {"Admins": OURS, "ReadOnlyAdmins": [AUDITOR], "CrossAccountVersion": "4"})
    assert (admins(), readers()) == (OURS, [AUDITOR])


def test_a_concurrent_writer_who_drops_the_read_only_administrator_is_answered() -> None:
    puts = []

    def other_writer(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "put_data_lake_settings":
            puts.append(parameters)
        if operation == "get_data_lake_settings" and len(puts) == 1:
            puts.append({})
            put(OURS, [ELSEWHERE])  # written from what it had read before ours

    put([])
    run("Create", {"Admins": OURS, "ReadOnlyAdmins": [AUDITOR], "CrossAccountVersion": "4"}, other_writer)
    assert (admins(), readers()) == (OURS, [ELSEWHERE, AUDITOR])


def test_more_than_thirty_read_only_administrators_are_refused_before_anything_is_written() -> None:
    others = [f"arn:aws:iam::999999999999:role/Reader{number}" for number in range(30)]
    put([], others)
    problem = "allows 30 read-only administrators and 31 would be needed: remove some of the 30 that the acc"
    with pytest.raises(ProviderError, match=problem):
        run("Create", {"Admins": OURS, "ReadOnlyAdmins": [AUDITOR], "CrossAccountVersion": "4"})
    assert (admins(), readers()) == ([], others)


def test_a_write_that_is_refused_names_whom_it_had() -> None:
    def refused(operation: str, _: dict[str, Any]) -> None:
        if operation == "put_data_lake_settings":
            raise client_error("InvalidInputException")

    with pytest.raises(ProviderError) as caught:
        run("Create", {"Admins": OURS, "ReadOnlyAdmins": [AUDITOR], "CrossAccountVersion": "4"}, refused)
    assert str(caught.value).startswith(
        f"Could not write the Lake Formation settings of account {ACCOUNT} with administrators "
        f"{OURS[0]}, {OURS[1]} and read-only administrators {AUDITOR}: InvalidInputException"
    )


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"Admins": "x"}, "needs Admins as a list of non-empty strings, got 'x'"),
        ({"ReadOnlyAdmins": [""]}, "needs ReadOnlyAdmins as a list of non-empty strings"),
        ({"CrossAccountVersion": "four"}, "needs CrossAccountVersion as a whole number, got 'four'"),
        ({"TagKeys": ["domain"]}, "needs TagKeys as an object of lists"),
        (
            {"Admin": []},
            "unknown property 'Admin'; it takes Admins, CrossAccountVersion, ReadOnlyAdmins, TagKeys",
        ),
    ],
)
def test_malformed_properties_are_named(properties: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProviderError, match=problem):
        run("Create", properties)


def test_tag_keys_and_values_are_created_and_never_removed() -> None:
    lake = client("lakeformation")
    lake.create_lf_tag(TagKey="sensitivity", TagValues=["secret"])
    keys = {"Domain": [], "classification": ["public", "Internal"], "sensitivity": ["pii"]}
    for _ in range(2):
        run("Create", {"Admins": OURS, "CrossAccountVersion": "4", "TagKeys": keys})
    found = {
        key: lake.get_lf_tag(TagKey=key)["TagValues"] for key in ("domain", "classification", "sensitivity")
    }
    assert json.loads(json.dumps({key: sorted(values) for key, values in found.items()})) == {
        "domain": ["unassigned"],
        "classification": ["internal", "public"],
        "sensitivity": ["pii", "secret"],
    }
