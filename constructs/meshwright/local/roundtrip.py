"""Real round trips: a record through each stream, and each subscription as the consumer's roles see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from botocore.exceptions import ClientError

from meshwright.aws.accounts import Account
from meshwright.aws.inventory import read_grants
from meshwright.mesh.documents import filters_of
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.landing import landings
from meshwright.mesh.subscriptions import Status, Subscription


@dataclass(frozen=True, slots=True)
class Check:
    """One claim about the deployed mesh, and whether it held."""

    subject: str
    claim: str
    held: bool
    seen: str


def round_trips(mesh: Mesh, accounts: Mapping[str, Account]) -> list[Check]:
    """Try every stream and subscription through the accounts' own APIs. `accounts` is by account id."""
    checks = []
    for name, domain in mesh.domains.items():
        # What is put on these is delivered, and has to be a record of the table: see travel.py.
        landing = {each.stream for each in landings(domain) if each.layout != "iceberg"}
        checks += [
            _stream(mesh, name, stream, accounts) for stream in domain.file.streams if stream not in landing
        ]
    for subscription in mesh.subscriptions:
        if subscription.status is Status.AGREED:
            for key in subscription.roles:
                checks += _subscription(mesh, subscription, key, accounts)
        elif subscription.consumer in mesh.domains and subscription.roles:
            checks.append(_refused(mesh, subscription, accounts))
    return checks


def _stream(mesh: Mesh, domain: str, stream: str, accounts: Mapping[str, Account]) -> Check:
    kinesis = accounts[mesh.domains[domain].account].client("kinesis")
    name = mesh.names.stream(domain, stream)
    sent = uuid4().hex.encode()
    put = kinesis.put_record(StreamName=name, Data=sent, PartitionKey="round-trip")
    iterator = kinesis.get_shard_iterator(
        StreamName=name,
        ShardId=put["ShardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=put["SequenceNumber"],
    )["ShardIterator"]
    read = [record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]]
    return Check(f"{domain} stream {stream}", "a record put is read back", sent in read, put["ShardId"])


def _subscription(
    mesh: Mesh, subscription: Subscription, key: str, accounts: Mapping[str, Account]
) -> list[Check]:
    domain = mesh.domains[subscription.consumer]
    role = domain.roles[key]
    subject = f"{subscription.consumer} {key} reads {subscription.reference}"
    link = mesh.names.database(subscription.producer, subscription.product)
    expected = {access.table: access.columns for access in subscription.tables}
    seen = _tables_seen(accounts[domain.account].assume(role.arn), link)
    grants = read_grants(accounts[domain.account], catalog=mesh.governance_account)
    held = {
        grant.resource for grant in grants if grant.principal == role.arn and "SELECT" in grant.permissions
    }
    wanted = set(filters_of(mesh, subscription))
    shown = "; ".join(f"{table}({', '.join(columns)})" for table, columns in seen.items())
    return [
        Check(
            subject,
            "the link shows exactly the agreed tables and columns",
            {table: set(columns) for table, columns in seen.items()}
            == {table: set(columns) for table, columns in expected.items()},
            shown,
        ),
        Check(
            subject,
            "Lake Formation lists the grants of SELECT",
            wanted <= held,
            ", ".join(sorted(each.partition(":filter/")[2] for each in wanted & held)),
        ),
    ]


def _tables_seen(caller: Account, database: str) -> dict[str, tuple[str, ...]]:
    tables = caller.client("glue").get_tables(DatabaseName=database)["TableList"]
    return {
        table["Name"]: tuple(
            column["Name"]
            for column in [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
        )
        for table in tables
    }


def _refused(mesh: Mesh, subscription: Subscription, accounts: Mapping[str, Account]) -> Check:
    """A request that isn't agreed must open nothing."""
    domain = mesh.domains[subscription.consumer]
    role = domain.roles[subscription.roles[0]]
    caller = accounts[domain.account].assume(role.arn)
    database = mesh.names.database(subscription.producer, subscription.product)
    subject = f"{subscription.consumer} {role.key} reads {subscription.reference}"
    claim = f"refused, for the request is {subscription.status}"
    try:
        seen = caller.client("glue").get_tables(CatalogId=mesh.governance_account, DatabaseName=database)
    except ClientError as error:
        return Check(subject, claim, True, error.response["Error"]["Code"])
    names = [table["Name"] for table in seen["TableList"]]
    return Check(subject, claim, not names, ", ".join(names) or "no tables")
