"""Repairs: whole documents are read, changed and written; what is done already is not done again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from meshwright.access.findings import Call
from meshwright.aws.accounts import Account
from meshwright.aws.repairs import exact, make, prepared
from meshwright.errors import UserError

ACCOUNT = "111111111111"


@dataclass
class Client:
    """Answers by operation; what is not among them is recorded as a change."""

    answers: Mapping[str, Mapping[str, Any]]
    made: list[tuple[str, dict[str, Any]]]
    failing: dict[str, list[str]] = field(default_factory=dict)
    """Error codes that an operation answers with first."""

    def can_paginate(self, operation: str) -> bool:
        return False

    def __getattr__(self, operation: str) -> Any:
        def call(**parameters: Any) -> Any:
            if self.failing.get(operation):
                error = {"Error": {"Code": self.failing[operation].pop(0), "Message": "no."}}
                raise ClientError(error, operation)  # type: ignore[arg-type]
            if operation in self.answers:
                return self.answers[operation]
            self.made.append((operation, parameters))
            return {}

        return call


class Site:
    """One account with such a client for every service."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]] | None = None, **failing: list[str]) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self._client = Client(answers or {}, self.made, failing)

    def client(self, service: str) -> Client:
        return self._client

    @property
    def accounts(self) -> Mapping[str, Account]:
        return cast("Mapping[str, Account]", {ACCOUNT: self})


def merged(service: str, operation: str, **parameters: object) -> Call:
    return Call(ACCOUNT, service, operation, parameters, merge=True)


def admins(*names: str) -> list[dict[str, str]]:
    return [{"DataLakePrincipalIdentifier": name} for name in names]


SETTINGS = {
    "DataLakeAdmins": admins("theirs", "dead"),
    "CreateTableDefaultPermissions": [{"Principal": {}, "Permissions": ["ALL"]}],
    "Parameters": {"CROSS_ACCOUNT_VERSION": "3", "SET_CONTEXT": "TRUE"},
    "AllowExternalDataFiltering": True,
}


def test_settings_keep_what_is_somebody_elses() -> None:
    site = Site({"get_data_lake_settings": {"DataLakeSettings": SETTINGS}})
    call = merged(
        "lakeformation",
        "put_data_lake_settings",
        DataLakeAdmins={"add": ["ours"], "remove": ["dead"]},
        CreateTableDefaultPermissions={"set": []},
        Parameters={"add": {"CROSS_ACCOUNT_VERSION": "4"}},
    )
    assert make([call], site.accounts) == 1
    assert site.made == [
        (
            "put_data_lake_settings",
            {
                "CatalogId": ACCOUNT,
                "DataLakeSettings": {
                    "DataLakeAdmins": admins("theirs", "ours"),
                    "CreateTableDefaultPermissions": [],
                    "Parameters": {"CROSS_ACCOUNT_VERSION": "4", "SET_CONTEXT": "TRUE"},
                    "AllowExternalDataFiltering": True,
                },
            },
        )
    ]


def test_settings_that_are_right_already_are_not_written() -> None:
    site = Site({"get_data_lake_settings": {"DataLakeSettings": SETTINGS}})
    call = merged("lakeformation", "put_data_lake_settings", DataLakeAdmins={"remove": ["gone"]})
    assert exact(call, site.accounts) == ()


def test_a_database_keeps_what_else_it_has() -> None:
    found = {
        "Name": "d",
        "Description": "Sales.",
        "Parameters": {"a": "b"},
        "CreateTableDefaultPermissions": [{"Permissions": ["ALL"]}],
        "CatalogId": ACCOUNT,
        "CreateTime": "now",
    }
    site = Site({"get_database": {"Database": found}})
    call = merged("glue", "update_database", Name="d", CreateTableDefaultPermissions=[])
    [written] = exact(call, site.accounts)
    assert written.parameters == {
        "Name": "d",
        "DatabaseInput": {
            "Name": "d",
            "Description": "Sales.",
            "Parameters": {"a": "b"},
            "CreateTableDefaultPermissions": [],
        },
    }


def test_a_role_has_its_policy_and_no_other() -> None:
    site = Site(
        {
            "list_role_policies": {"PolicyNames": ["data", "more"]},
            "list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": "arn:admin"}]},
        }
    )
    call = merged("iam", "put_role_policy", RoleName="r", PolicyName="data", PolicyDocument="{}")
    assert make([call], site.accounts) == 3
    assert site.made == [
        ("put_role_policy", {"RoleName": "r", "PolicyName": "data", "PolicyDocument": "{}"}),
        ("delete_role_policy", {"RoleName": "r", "PolicyName": "more"}),
        ("detach_role_policy", {"RoleName": "r", "PolicyArn": "arn:admin"}),
    ]


@pytest.mark.parametrize(
    ("state", "operations"),
    [
        ("PendingDeletion", ["cancel_key_deletion", "enable_key"]),
        ("Disabled", ["enable_key"]),
        ("Enabled", []),
    ],
)
def test_a_key_is_enabled_once_its_deletion_is_cancelled(state: str, operations: list[str]) -> None:
    site = Site({"describe_key": {"KeyMetadata": {"KeyState": state}}})
    made = exact(merged("kms", "enable_key", KeyId="k"), site.accounts)
    assert [each.operation for each in made] == operations


def test_a_bucket_is_encrypted_with_the_key_of_the_alias() -> None:
    site = Site({"describe_key": {"KeyMetadata": {"Arn": "arn:key"}}})
    [call] = exact(merged("s3", "put_bucket_encryption", Bucket="b", KeyAlias="alias/k"), site.accounts)
    by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:key"}
    rule = {"ApplyServerSideEncryptionByDefault": by_key, "BucketKeyEnabled": True}
    assert call.parameters == {"Bucket": "b", "ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def test_only_waiting_invitations_of_lake_formation_from_that_account_are_accepted() -> None:
    listed = [
        {
            "senderAccountId": sender,
            "status": status,
            "resourceShareName": name,
            "resourceShareInvitationArn": arn,
        }
        for sender, status, name, arn in (
            ("999999999999", "PENDING", "LakeFormation-V4-A", "a"),
            ("222222222222", "PENDING", "LakeFormation-V4-A", "b"),
            ("222222222222", "ACCEPTED", "LakeFormation-V4-A", "c"),
            ("222222222222", "PENDING", "network", "d"),
        )
    ]
    site = Site({"get_resource_share_invitations": {"resourceShareInvitations": listed}})
    call = merged("ram", "accept_resource_share_invitation", senderAccountId="222222222222")
    assert [each.parameters for each in exact(call, site.accounts)] == [{"resourceShareInvitationArn": "b"}]


def test_a_failure_ends_the_calls_and_names_its_own() -> None:
    site = Site(put_bucket_policy=["AccessDenied"])
    calls = [
        Call(ACCOUNT, "iam", "create_role", {"RoleName": "r"}),
        Call(ACCOUNT, "s3", "put_bucket_policy", {"Bucket": "b"}),
        Call(ACCOUNT, "s3", "never", {}),
    ]
    told: list[Call] = []
    with pytest.raises(UserError) as error:
        make(calls, site.accounts, on_call=told.append)
    assert str(error.value) == (
        "s3:put_bucket_policy in account 111111111111 failed: the caller is not allowed to: no"
    )
    assert site.made == [("create_role", {"RoleName": "r"})]
    assert told == calls[:1]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("create_database", "AlreadyExistsException"),
        ("create_role", "EntityAlreadyExists"),
        ("register_resource", "AlreadyExistsException"),
        ("accept_resource_share_invitation", "ResourceShareInvitationAlreadyAcceptedException"),
        ("delete_database", "EntityNotFoundException"),
        ("detach_role_policy", "NoSuchEntity"),
        ("revoke_permissions", "EntityNotFoundException"),
    ],
)
def test_what_somebody_else_did_meanwhile_counts_as_done(operation: str, code: str) -> None:
    site, told = Site(**{operation: [code]}), list[Call]()
    after = Call(ACCOUNT, "iam", "put_role_policy", {"RoleName": "r"})
    assert make([Call(ACCOUNT, "any", operation), after], site.accounts, on_call=told.append) == 1
    assert told == [after]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("create_data_cells_filter", "EntityNotFoundException"),
        ("grant_permissions", "EntityNotFoundException"),
        ("delete_database", "AlreadyExistsException"),
        ("revoke_permissions", "InvalidInputException"),
    ],
)
def test_any_other_answer_is_a_failure(operation: str, code: str) -> None:
    with pytest.raises(UserError, match=code):
        make([Call(ACCOUNT, "any", operation)], Site(**{operation: [code]}).accounts)


def test_calls_that_cannot_be_told_say_why() -> None:
    site = Site(describe_key=["NotFoundException"])
    encrypted = merged("s3", "put_bucket_encryption", Bucket="b", KeyAlias="alias/k")
    with pytest.raises(UserError) as error:
        prepared([encrypted], site.accounts)
    assert str(error.value) == "what it has to change could not be read: NotFoundException: no"


def test_lake_formation_that_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("meshwright.aws.repairs.time.sleep", pauses.append)
    site = Site(grant_permissions=["ConcurrentModificationException"] * 2)
    assert make([Call(ACCOUNT, "lakeformation", "grant_permissions", {"a": 1})], site.accounts) == 1
    assert (site.made, pauses) == ([("grant_permissions", {"a": 1})], [1.0, 2.0])


def test_an_account_without_credentials_is_named() -> None:
    with pytest.raises(UserError, match="account 999999999999, for which there are no credentials"):
        make([Call("999999999999", "s3", "put_bucket_policy")], Site().accounts)
