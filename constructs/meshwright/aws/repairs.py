"""Makes the calls that repair findings, and no others.

Some APIs take a whole document, or an id that only the account knows. Their calls say what to change; what is
there is read right before, changed, and written, so that nobody else's part is lost.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from meshwright.access.findings import Call
from meshwright.aws.accounts import Account, pages
from meshwright.aws.calls import code, reason
from meshwright.errors import UserError
from meshwright.provider.batch import NOTHING_TO_REVOKE

BUSY: Final = ("ConcurrentModificationException", "OperationTimeoutException", "ThrottledException")
TRIES, PAUSE_SECONDS = 5, 1.0
MAKES: Final = ("create", "register", "accept", "grant")
THERE: Final = (
    "AlreadyExistsException",
    "EntityAlreadyExists",
    "EntityAlreadyExistsException",
    "ResourceInUseException",
    "ResourceShareInvitationAlreadyAcceptedException",
)
TAKES: Final = ("delete", "deregister", "detach", "remove", "revoke")
GONE: Final = (
    "EntityNotFoundException",
    "NoSuchEntity",
    "NoSuchEntityException",
    "ResourceNotFoundException",
)
DATABASE_INPUT = ("Name", "Description", "LocationUri", "Parameters", "CreateTableDefaultPermissions")
"""Of what glue:GetDatabase answers, what glue:UpdateDatabase takes."""
SHARE_PREFIX = "LakeFormation"
"""How the names of the shares begin that Lake Formation makes."""


def make(
    calls: Iterable[Call],
    accounts: Mapping[str, Account],
    *,
    on_call: Callable[[Call], None] = lambda call: None,
) -> int:
    """Make the calls in their order; returns how many were made. `on_call` is told of each that was.

    What somebody else has done meanwhile counts as done. Raises UserError at the first call that fails.
    """
    made = 0
    for call in calls:
        try:
            for each in exact(call, accounts):
                if _make(each, accounts):
                    on_call(each)
                    made += 1
        except (ClientError, BotoCoreError) as error:
            raise UserError(
                f"{call.service}:{call.operation} in account {call.account} failed: {reason(error)}"
            ) from error
    return made


def prepared(calls: Iterable[Call], accounts: Mapping[str, Account]) -> tuple[Call, ...]:
    """The calls that all of these come to as the accounts are now.

    Raises UserError if one cannot be told.
    """
    try:
        return tuple(each for call in calls for each in exact(call, accounts))
    except (ClientError, BotoCoreError) as error:
        raise UserError(f"what it has to change could not be read: {reason(error)}") from error


def exact(call: Call, accounts: Mapping[str, Account]) -> tuple[Call, ...]:
    """The calls that it comes to as the account is now; none if nothing is left to change.

    Raises UserError for an account that could not be entered, botocore's errors if reading fails.
    """
    if call.account not in accounts:
        raise UserError(
            f"{call.service}:{call.operation} is to be called in account {call.account}, for which there are "
            "no credentials. Name a role that can be assumed there with --role-name."
        )
    if not call.merge:
        return (call,)
    merge = MERGES[call.service, call.operation]
    return tuple(merge(call, accounts[call.account]))


def _make(call: Call, accounts: Mapping[str, Account]) -> bool:
    """Whether it was made; False if that was done already."""
    client = accounts[call.account].client(call.service)
    for attempt in range(TRIES):
        try:
            getattr(client, call.operation)(**call.parameters)
            return True
        except ClientError as error:
            if _done_already(call.operation, error):
                return False
            if code(error) not in BUSY or attempt == TRIES - 1:
                raise
            time.sleep(PAUSE_SECONDS * 2**attempt)
    raise AssertionError("the last try returns or raises")


def _done_already(operation: str, error: ClientError) -> bool:
    """Whether what is to be made is there, or what is to go has gone."""
    if operation.startswith(MAKES):
        return code(error) in THERE
    if not operation.startswith(TAKES):
        return False
    without = code(error) == "InvalidInputException" and any(
        part in reason(error).lower() for part in NOTHING_TO_REVOKE
    )
    return without or code(error) in GONE


def _settings(call: Call, account: Account) -> Iterator[Call]:
    """The parameters name members of DataLakeSettings, and of each what to add, remove or set."""
    read = account.client("lakeformation").get_data_lake_settings(CatalogId=call.account)
    settings: dict[str, Any] = read["DataLakeSettings"]
    changed = dict(settings)
    for member, edit in call.parameters.items():
        changed[member] = _edited(settings.get(member), edit)
    if changed != settings:
        parameters = {"CatalogId": call.account, "DataLakeSettings": changed}
        yield Call(call.account, call.service, call.operation, parameters)


def _edited(value: Any, edit: Any) -> Any:
    if "set" in edit:
        return edit["set"]
    if isinstance(edit.get("add"), Mapping):
        return {**(value or {}), **edit["add"]}
    names = [each["DataLakePrincipalIdentifier"] for each in value or []]
    kept = [each for each in names if each not in edit.get("remove", [])]
    kept += [each for each in edit.get("add", []) if each not in kept]
    return [{"DataLakePrincipalIdentifier": each} for each in kept]


def _database(call: Call, account: Account) -> Iterator[Call]:
    """The parameters have the name, and the members of DatabaseInput to set."""
    name = call.parameters["Name"]
    found = account.client("glue").get_database(Name=name)["Database"]
    given = {member: found[member] for member in DATABASE_INPUT if member in found}
    changed = {**given, **call.parameters}
    if changed != given:
        yield Call(call.account, call.service, call.operation, {"Name": name, "DatabaseInput": changed})


def _role_policy(call: Call, account: Account) -> Iterator[Call]:
    """The role has this policy, and no other."""
    iam, role = account.client("iam"), call.parameters["RoleName"]
    yield Call(call.account, call.service, call.operation, call.parameters)
    for name in pages(iam, "list_role_policies", "PolicyNames", RoleName=role):
        if name != call.parameters["PolicyName"]:
            yield Call(call.account, "iam", "delete_role_policy", {"RoleName": role, "PolicyName": name})
    for each in pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=role):
        given = {"RoleName": role, "PolicyArn": each["PolicyArn"]}
        yield Call(call.account, "iam", "detach_role_policy", given)


def _encryption(call: Call, account: Account) -> Iterator[Call]:
    """By the key with the alias KeyAlias, as the mesh sets it (see cdk/buckets.py)."""
    key = account.client("kms").describe_key(KeyId=call.parameters["KeyAlias"])["KeyMetadata"]["Arn"]
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,
    }
    parameters = {
        "Bucket": call.parameters["Bucket"],
        "ServerSideEncryptionConfiguration": {"Rules": [rule]},
    }
    yield Call(call.account, call.service, call.operation, parameters)


def _key(call: Call, account: Account) -> Iterator[Call]:
    """A key that is to be deleted is disabled once that is cancelled
    (https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html).
    """
    state = account.client("kms").describe_key(**call.parameters)["KeyMetadata"]["KeyState"]
    if state == "PendingDeletion":
        yield Call(call.account, "kms", "cancel_key_deletion", call.parameters)
    if state != "Enabled":
        yield Call(call.account, "kms", "enable_key", call.parameters)


def _invitations(call: Call, account: Account) -> Iterator[Call]:
    """Those of Lake Formation's shares that the account senderAccountId sent, and that wait."""
    ram = account.client("ram")
    for each in pages(ram, "get_resource_share_invitations", "resourceShareInvitations"):
        from_there = each["senderAccountId"] == call.parameters["senderAccountId"]
        if from_there and each["status"] == "PENDING" and each["resourceShareName"].startswith(SHARE_PREFIX):
            given = {"resourceShareInvitationArn": each["resourceShareInvitationArn"]}
            yield Call(call.account, call.service, call.operation, given)


Merge = Callable[[Call, Account], Iterator[Call]]
MERGES: Final[dict[tuple[str, str], Merge]] = {
    ("lakeformation", "put_data_lake_settings"): _settings,
    ("glue", "update_database"): _database,
    ("iam", "put_role_policy"): _role_policy,
    ("s3", "put_bucket_encryption"): _encryption,
    ("kms", "enable_key"): _key,
    ("ram", "accept_resource_share_invitation"): _invitations,
}
READ_AGAIN: Final = (
    ("lakeformation", "put_data_lake_settings"),
    ("glue", "update_database"),
    ("ram", "accept_resource_share_invitation"),
)
"""Those that others may have changed since they were listed, or that arise from the calls before them."""
