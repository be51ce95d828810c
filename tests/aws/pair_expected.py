"""What reading the two accounts of `pair` must give, written by hand."""

from dataclasses import replace

from meshwright.access.bucket_state import BucketSettings
from meshwright.access.iam import Policy, Statement
from meshwright.access.resources import ALL_TABLES, Kind, Resource, database, filter_on, location, table
from meshwright.access.state import (
    AccountState,
    Database,
    Filter,
    Grant,
    Identity,
    Key,
    Link,
    Location,
    Settings,
    ShareState,
    Table,
)
from meshwright.access.stream_state import StreamConsumer, StreamState
from meshwright.mesh.model import Mesh
from tests.aws.pair import NAME, Pair

CLOSED = BucketSettings(restricts_public=True, ignores_public_acls=True)
"""As S3 makes buckets."""
READ_STATEMENT = Statement(allow=True, actions=("s3:GetObject",), resources=("*",))


def trust(account: str) -> Policy:
    return Policy((Statement(allow=True, actions=("sts:AssumeRole",), principals=(account,)),))


def plain(account: str) -> Identity:
    """A role without any policy, as `Aws.role` makes it."""
    return Identity(policy=Policy(), trust=trust(account))


def expected_governance(pair: Pair) -> AccountState:
    owner = pair.owner
    reader, admin = (f"arn:aws:iam::{owner}:role/{name}" for name in ("Reader", "Admin"))
    few, orders = filter_on(owner, NAME, "orders", "few"), table(owner, NAME, "orders")
    select, describe = frozenset({"SELECT"}), frozenset({"DESCRIBE"})
    creator = frozenset({"ALL"})
    policy = Resource(owner, Kind.TAG_POLICY, ("TABLE",), expression=(("sensitivity", frozenset({"none"})),))
    email = Resource(owner, Kind.COLUMNS, (NAME, "orders"), included=frozenset({"email"}))
    return AccountState(
        account=owner,
        settings=Settings(
            admins=frozenset({admin}), read_only_admins=frozenset({f"arn:aws:iam::{owner}:role/Auditor"})
        ),
        databases={
            NAME: Database(
                tables={
                    "orders": Table(
                        columns=("id", "email", "day"),
                        location="acme-data/orders",
                        format="csv",
                        types=("string", "string", "date"),
                        partition_by=("day",),
                    )
                },
                parameters={"meshwright.domain": "orders"},
            ),
            # Its maker holds a grant on it.
            "somebody_elses": Database(),
        },
        grants=(
            Grant(reader, Resource(owner, Kind.CATALOG), frozenset({"CREATE_DATABASE"})),
            Grant(pair.domain, database(owner, NAME), describe, describe),
            Grant(admin, database(owner, NAME), creator, creator),
            Grant(pair.role("Direct"), database(owner, NAME), describe),
            Grant(admin, database(owner, "somebody_elses"), creator, creator),
            Grant(pair.domain, few, select, select),
            Grant(reader, location(owner, "acme-data"), frozenset({"DATA_LOCATION_ACCESS"})),
            Grant(reader, table(owner, NAME, ALL_TABLES), select | describe),
            Grant(admin, orders, creator, creator),
            Grant(
                reader,
                Resource(owner, Kind.COLUMNS, (NAME, "orders"), included=frozenset({"id"})),
                select,
            ),
            Grant(reader, policy, select),
            Grant(reader, Resource(owner, Kind.TAG, ("sensitivity", "pii")), describe),
        ),
        filters={few: Filter(columns=frozenset({"id", "day"}), rows="day > '2027'")},
        tag_keys={"sensitivity": frozenset({"pii", "none"})},
        tags={database(owner, NAME): {"sensitivity": "none"}, email: {"sensitivity": "pii"}},
        locations={"acme-data": Location(role=reader, hybrid=True)},
        opt_ins=frozenset({(pair.role("Analyst"), orders)}),
        identities={
            f"arn:aws:iam::{owner}:role/{name}": plain(owner) for name in ("Admin", "Auditor", "Reader")
        },
        shares={pair.domain: ShareState.ACTIVE},
    )


def expected_domain(pair: Pair) -> AccountState:
    own, analyst = pair.domain, pair.role("Analyst")
    describe, creator = frozenset({"DESCRIBE"}), frozenset({"ALL"})
    get_data = Statement(allow=True, actions=("lakeformation:GetDataAccess",), resources=("*",))
    in_bucket = Statement(
        allow=True,
        actions=("s3:GetObject",),
        resources=(f"arn:aws:s3:::{pair.bucket}/*",),
        principals=(analyst,),
    )
    on_key = Statement(allow=True, actions=("kms:Decrypt",), resources=("*",), principals=("*",))
    return AccountState(
        account=own,
        settings=Settings(
            admins=frozenset({pair.role("Admin")}), read_only_admins=frozenset({pair.role("Auditor")})
        ),
        databases={"ours": Database(link=Link(pair.owner, NAME))},
        grants=(
            Grant(analyst, database(pair.owner, NAME), describe),
            Grant(analyst, filter_on(pair.owner, NAME, "orders", "few"), frozenset({"SELECT"})),
            Grant(pair.role("Admin"), database(own, "ours"), creator, creator),
            Grant(analyst, database(own, "ours"), describe),
        ),
        identities={
            pair.role("Admin"): plain(own),
            pair.role("Auditor"): plain(own),
            pair.role("Direct"): plain(own),
            analyst: Identity(
                policy=Policy((get_data, READ_STATEMENT)),
                boundary=Policy((READ_STATEMENT,)),
                boundary_name="boundary",
                trust=trust(own),
            ),
        },
        buckets={pair.bucket: Policy((in_bucket,)), f"acme-orders-raw-{own}": None},
        bucket_keys={pair.bucket: pair.key},
        bucket_settings={
            pair.bucket: replace(CLOSED, bucket_key=False),
            f"acme-orders-raw-{own}": CLOSED,
        },
        keys={pair.key: Key(Policy((on_key,)), alias="alias/acme-orders")},
        streams={"acme-orders-events": expected_stream(pair)},
    )


def expected_stream(pair: Pair) -> StreamState:
    listing = Statement(
        allow=True,
        actions=("kinesis:ListShards",),
        resources=(pair.stream,),
        principals=(f"arn:aws:iam::{pair.owner}:root",),
    )
    return StreamState(
        policy=Policy((listing,)),
        key=pair.key,
        consumers={
            "audit": StreamConsumer(pair.unshared),
            "billing": StreamConsumer(pair.consumer, Policy((replace(listing, resources=(pair.consumer,)),))),
        },
    )


def platform_roles(mesh: Mesh, account: str) -> list[str]:
    names = mesh.names
    return [
        names.deploying_role_arn(account),
        names.lookup_role_arn(account),
        names.provider_role_arn(account),
    ]
