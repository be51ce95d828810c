"""Two accounts of the embedded AWS with one of everything: read back whole, and as far as one may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from meshwright.access.state import AccountState, Identity, Key, LakeState, ShareState, Unread
from meshwright.aws.accounts import Account
from meshwright.aws.deployed_reader import Stream
from meshwright.aws.live import Live, read_live, read_state
from meshwright.project import load_mesh
from tests.aws.pair import DOMAIN, MESH, NAME, Pair, deny, settings
from tests.aws.pair_expected import (
    CLOSED,
    expected_domain,
    expected_governance,
    expected_stream,
    platform_roles,
    trust,
)
from tests.config.small_mesh import write_mesh
from tests.embedded import REGION, Aws


@pytest.fixture(scope="module")
def pair(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    owner, domain = "600000000001", "600000000002"
    root = write_mesh(
        tmp_path_factory.mktemp("mesh"),
        {"mesh.yaml": MESH % owner, "domains/orders.yaml": DOMAIN % domain},
    )
    made = Pair(aws, load_mesh(root, environment=None, today=date(2027, 1, 1)), owner, domain)
    for name in ("Analyst", "Direct"):
        aws.role(domain, name)
    settings(aws.client("lakeformation", domain), aws.role(domain, "Admin"), aws.role(domain, "Auditor"))
    made.governance()
    made.accept()
    made.domains()
    return made


def test_everything_is_read_back(pair: Pair) -> None:
    seen: list[str] = []
    live = read_live(pair.mesh, pair.accounts(), on_account=seen.append)
    assert live.state.accounts[pair.owner] == expected_governance(pair)
    assert live.state.accounts[pair.domain] == expected_domain(pair)
    assert live == Live(
        state=LakeState(
            accounts={pair.owner: expected_governance(pair), pair.domain: expected_domain(pair)},
            region=REGION,
        ),
        streams={
            pair.owner: (),
            pair.domain: (
                Stream(
                    "acme-orders-events",
                    24,
                    shards=2,
                    consumers=("audit", "billing"),
                    state=expected_stream(pair),
                ),
            ),
        },
        stacks={pair.owner: (), pair.domain: ()},
    )
    assert sorted(seen) == [pair.owner, pair.domain]


def test_a_read_only_administrator_reads_the_same(pair: Pair) -> None:
    read = {role: read_live(pair.mesh, pair.accounts(role)) for role in ("Auditor", "Admin")}
    assert read["Auditor"].state.unread == ()
    assert read["Auditor"] == read["Admin"]


def test_who_is_no_administrator_is_told_that_grants_may_be_missing(pair: Pair) -> None:
    state = read_state(pair.mesh, {**pair.accounts(), pair.domain: pair.account(pair.domain, "Analyst")})
    caller = f"arn:aws:sts::{pair.domain}:assumed-role/Analyst/meshwright"
    assert state.unread == (
        Unread(
            pair.domain,
            "glue:GetDatabases",
            f"{caller} does not administer Lake Formation: databases, tables, filters, tags may be missing",
        ),
        Unread(
            pair.domain,
            "lakeformation:ListPermissions",
            f"{caller} is neither an administrator nor a read-only administrator of Lake Formation in this "
            "account, so grants may be missing. Make it a read-only administrator, or read the account with "
            "a role that is one",
        ),
    )
    # Lake Formation shows it its own grants alone, without an error.
    assert {grant.principal for grant in state.accounts[pair.domain].grants} == {pair.role("Analyst")}
    assert state.accounts[pair.owner] == expected_governance(pair)


def test_the_rest_is_read_when_calls_are_denied(pair: Pair) -> None:
    calls = {
        "lakeformation:GetDataLakeSettings": "",
        "lakeformation:GetResourceLFTags": f" ({pair.owner}:database/{NAME} and 2 more)",
        "lakeformation:ListDataCellsFilter": f" ({pair.owner}:table/{NAME}/orders)",
        "lakeformation:ListLFTags": "",
        "lakeformation:ListLakeFormationOptIns": "",
        "ram:GetResourceShares": "",
    }
    accounts = {**pair.accounts(), pair.owner: deny(pair.account(pair.owner), *calls)}
    state = read_state(pair.mesh, accounts)
    why = "the caller is not allowed to: You are not authorized"
    assert state.unread == tuple(Unread(pair.owner, call, why + about) for call, about in calls.items())
    whole = expected_governance(pair)
    assert state.accounts[pair.owner] == AccountState(
        account=pair.owner,
        databases=whole.databases,
        grants=whole.grants,
        locations=whole.locations,
        # Who is known only as an administrator of the settings is not looked up.
        identities={arn: role for arn, role in whole.identities.items() if not arn.endswith("/Auditor")},
    )
    assert state.accounts[pair.domain] == expected_domain(pair)


def test_opt_ins_need_not_be_read_where_no_location_is_hybrid(pair: Pair) -> None:
    """AWS's policy ReadOnlyAccess does not allow it."""
    lake = pair.client("lakeformation", pair.owner)
    location = {"ResourceArn": "arn:aws:s3:::acme-data", "RoleArn": f"arn:aws:iam::{pair.owner}:role/Reader"}
    account = deny(pair.account(pair.owner), "lakeformation:ListLakeFormationOptIns")
    lake.update_resource(**location, HybridAccessEnabled=False)
    state = read_state(pair.mesh, {**pair.accounts(), pair.owner: account})
    lake.update_resource(**location, HybridAccessEnabled=True)
    assert state.unread == ()


def test_what_exists_stays_when_its_policies_are_denied(pair: Pair) -> None:
    hidden = deny(pair.account(pair.domain), "iam:GetPolicyVersion", "kms:GetKeyPolicy")
    state = read_state(pair.mesh, {**pair.accounts(), pair.domain: hidden})
    whole = expected_domain(pair)
    unknown = Identity(policy=None, boundary=None, boundary_name="boundary", trust=trust(pair.domain))
    assert state.accounts[pair.domain] == replace(
        whole,
        identities={**whole.identities, pair.role("Analyst"): unknown},
        keys={pair.key: Key(policy=None, alias="alias/acme-orders")},
    )
    assert [unread.call for unread in state.unread] == ["iam:GetPolicyVersion", "kms:GetKeyPolicy"]


def test_a_role_or_bucket_that_may_not_be_looked_at_is_not_said_to_be_missing_or_open(pair: Pair) -> None:
    hidden = deny(pair.account(pair.domain), "iam:GetRole", "s3:GetBucketPolicy")
    state = read_state(pair.mesh, {**pair.accounts(), pair.domain: hidden})
    whole = expected_domain(pair)
    named = (*whole.identities, pair.role("Ghost"), *platform_roles(pair.mesh, pair.domain))
    assert state.accounts[pair.domain] == replace(
        whole, identities=dict.fromkeys(named, Identity()), buckets={}, bucket_keys={}, bucket_settings={}
    )
    assert [unread.call for unread in state.unread] == ["iam:GetRole", "s3:GetBucketPolicy"]


def test_filters_are_found_also_where_listings_of_the_catalog_leave_them_out(pair: Pair) -> None:
    """AWS documents only that a listing of one table has them, if told so."""

    def without_filters(parsed: dict[str, Any], model: Any, context: Any, **_: Any) -> None:
        if not context.get("of a table"):
            rows = parsed["PrincipalResourcePermissions"]
            parsed["PrincipalResourcePermissions"] = [
                row for row in rows if "DataCellsFilter" not in row["Resource"]
            ]

    def remember(params: dict[str, Any], context: Any, **_: Any) -> None:
        context["of a table"] = "Resource" in params

    accounts = {number: pair.account(number) for number in (pair.owner, pair.domain)}
    for account in accounts.values():
        events = account.client("lakeformation").meta.events
        events.register("before-parameter-build.lakeformation.ListPermissions", remember)
        events.register("after-call.lakeformation.ListPermissions", without_filters)
    state = read_state(pair.mesh, accounts)
    assert state.accounts == {pair.owner: expected_governance(pair), pair.domain: expected_domain(pair)}


def test_the_domains_key_is_found_also_where_no_bucket_is_encrypted_with_it(pair: Pair) -> None:
    s3 = pair.client("s3", pair.domain)
    held = s3.get_bucket_encryption(Bucket=pair.bucket)["ServerSideEncryptionConfiguration"]
    s3.delete_bucket_encryption(Bucket=pair.bucket)
    accounts = pair.accounts()
    hidden = {**accounts, pair.domain: deny(pair.account(pair.domain), "kms:DescribeKey")}
    state, denied = read_state(pair.mesh, accounts), read_state(pair.mesh, hidden)
    s3.put_bucket_encryption(Bucket=pair.bucket, ServerSideEncryptionConfiguration=held)

    whole = expected_domain(pair)
    closed = dict.fromkeys(whole.bucket_settings, CLOSED)
    assert state.accounts[pair.domain] == replace(whole, bucket_keys={}, bucket_settings=closed)
    assert state.unread == ()
    assert denied.accounts[pair.domain].keys == {}
    why = "the caller is not allowed to: You are not authorized (alias/acme-orders and 1 more)"
    assert denied.unread == (Unread(pair.domain, "kms:DescribeKey", why),)


def test_an_account_that_cannot_be_entered(pair: Pair) -> None:
    accounts = {pair.owner: pair.account(pair.owner)}
    state = read_state(pair.mesh, accounts, refused={pair.domain: "the role R could not be assumed"})
    assert state.accounts[pair.domain] == AccountState(pair.domain, complete=False)
    assert state.unread == (Unread(pair.domain, "sts:AssumeRole", "the role R could not be assumed"),)
    assert state.accounts[pair.owner] == expected_governance(pair)


def test_an_account_in_which_nothing_may_be_read(pair: Pair) -> None:
    services = ("lakeformation", "glue", "iam", "s3", "ram", "cloudformation", "kinesis", "kms")
    hidden = deny(pair.account(pair.domain), *(f"{service}:*" for service in services))
    state = read_state(pair.mesh, {**pair.accounts(), pair.domain: hidden})
    assert not state.accounts[pair.domain].complete
    assert {unread.account for unread in state.unread} == {pair.domain}


def test_credentials_that_are_refused(pair: Pair) -> None:
    hidden = deny(pair.account(pair.domain), "sts:*")
    state = read_state(pair.mesh, {**pair.accounts(), pair.domain: hidden})
    assert state.accounts[pair.domain] == AccountState(pair.domain, complete=False)
    why = "the caller is not allowed to: You are not authorized"
    assert state.unread == (Unread(pair.domain, "sts:GetCallerIdentity", why),)


def test_credentials_of_another_account(pair: Pair) -> None:
    other = pair.account(pair.owner)
    accounts = {
        pair.owner: other,
        pair.domain: Account(account=pair.domain, region=REGION, environment=other.environment),
    }
    state = read_state(pair.mesh, accounts)
    why = f"the credentials are those of account {pair.owner}"
    assert state.unread == (Unread(pair.domain, "sts:GetCallerIdentity", why),)
    assert not state.accounts[pair.domain].complete


def test_a_share_waits_is_rejected_or_active(aws: Aws, account: Callable[[], str], tmp_path: Path) -> None:
    owner, receiver = account(), account()
    root = write_mesh(tmp_path, {"mesh.yaml": MESH % owner, "domains/orders.yaml": DOMAIN % receiver})
    pair = Pair(aws, load_mesh(root, environment=None, today=date(2027, 1, 1)), owner, receiver)
    for number in (owner, receiver):
        settings(aws.client("lakeformation", number), aws.role(number, "Admin"), aws.role(number, "Auditor"))
    pair.client("glue", owner).create_database(DatabaseInput={"Name": NAME})
    pair.grant(owner, receiver, {"Database": {"Name": NAME}}, "DESCRIBE")
    accounts = pair.accounts()
    assert read_state(pair.mesh, accounts).accounts[owner].shares == {receiver: ShareState.PENDING}
    ram = pair.client("ram", receiver)
    [invitation] = ram.get_resource_share_invitations()["resourceShareInvitations"]
    ram.reject_resource_share_invitation(resourceShareInvitationArn=invitation["resourceShareInvitationArn"])
    assert read_state(pair.mesh, accounts).accounts[owner].shares == {receiver: ShareState.REJECTED}
