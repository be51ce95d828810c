"""Records on their way: put on a stream, delivered into a table, read with SQL by who may read it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from botocore.exceptions import ClientError

from meshwright.aws.accounts import Account, pages
from meshwright.local.roundtrip import Check
from meshwright.local.sample import asked_for, encoded, meets, sample
from meshwright.mesh.model import Domain, DomainRole, Mesh
from meshwright.mesh.parts.landing import Landing, landings
from meshwright.mesh.parts.sql import querying_roles
from meshwright.mesh.subscriptions import TableAccess

T = TypeVar("T")
PATIENCE_SECONDS = 20
"""How long a record may take to each station. On AWS it takes as long as the buffer of its delivery."""
ROUND_TRIPS = "round-trips"
"""Folder of a logs bucket, for results of a role that has no workgroup of its own."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A role that reads a table through a link in its own account."""

    domain: Domain
    role: DomainRole
    access: TableAccess


def travels(mesh: Mesh, accounts: Mapping[str, Account]) -> list[Check]:
    """A record for each stream that lands in a table of files, read by one role of each domain that may.

    If no other domain may, a role of the domain itself reads it. `accounts` is by account id.
    """
    return [
        check
        for domain in mesh.domains.values()
        for landing in landings(domain)
        if landing.layout != "iceberg"
        for check in _travel(mesh, domain, landing, accounts)
    ]


def not_tried(mesh: Mesh) -> list[str]:
    """The streams whose records don't travel here, and why."""
    return [
        f"{domain.name} stream {landing.stream} lands in {landing.product}.{landing.table_name}, an Iceberg "
        "table: the embedded AWS writes none"
        for domain in mesh.domains.values()
        for landing in landings(domain)
        if landing.layout == "iceberg"
    ]


def _travel(mesh: Mesh, domain: Domain, landing: Landing, accounts: Mapping[str, Account]) -> Iterator[Check]:
    subject = f"{domain.name} stream {landing.stream} → {landing.product}.{landing.table_name}"
    account, readers = accounts[domain.account], list(_readers(mesh, domain, landing))
    s3, bucket = account.client("s3"), mesh.names.bucket(domain.name, domain.account, "products")
    marker, marked = f"round-trip-{uuid4().hex[:12]}", marked_column(landing, readers)
    before = _keys(s3, bucket, landing)
    record = sample_of(landing, readers, marker=marker, marked=marked)
    name = mesh.names.stream(domain.name, landing.stream)
    put = account.client("kinesis").put_record(StreamName=name, Data=encoded(record), PartitionKey=marker)
    stations = [f"put on {name}, {put['ShardId']}, sequence number {put['SequenceNumber'].lstrip('0')}"]
    arrived = _until(lambda: sorted(_keys(s3, bucket, landing) - before))
    if not arrived:
        stations.append(f"nothing arrived in s3://{bucket}/{landing.folder}/ in {PATIENCE_SECONDS} s")
        yield Check(subject, "a record put on the stream arrives in the table", False, "\n".join(stations))
        return
    delivery = mesh.names.delivery(domain.name, landing.stream, landing.layout)
    stations.append(f"delivered by {delivery} to s3://{bucket}/{arrived[-1]}")
    for reader in readers:
        who = f"{reader.domain.name} {reader.role.key}"
        if _visible(landing, reader, record):
            held, seen = _read(mesh, domain, landing, reader, accounts, marker=marker, marked=marked)
            claim = f"{who} reads the record with SQL, in the agreed columns"
        else:
            held, seen = _unseen(mesh, domain, landing, reader, accounts, marker=marker, marked=marked)
            claim = f"{who} doesn't see the record, for {reader.access.where} leaves it out"
        yield Check(subject, claim, held, "\n".join([*stations, seen]))


def sample_of(landing: Landing, readers: list[Reader], *, marker: str, marked: str | None) -> dict[str, Any]:
    """A record as the stream is to carry it: with each column of the table that isn't made on arrival."""
    arrival = landing.partition_column if landing.layout == "arrival" else None
    columns = {name: spec.type for name, spec in landing.table.columns.items() if name != arrival}
    wanted = asked_for(reader.access.where for reader in readers if reader.access.where)
    return sample(columns, marker=marker, marked=marked, wanted=wanted, now=datetime.now(UTC))


def _readers(mesh: Mesh, domain: Domain, landing: Landing) -> Iterator[Reader]:
    found = False
    for subscription in mesh.agreed_by_producer.get(domain.name, ()):
        access = next((each for each in subscription.tables if each.table == landing.table_name), None)
        if subscription.product == landing.product and access is not None:
            found, consumer = True, mesh.domains[subscription.consumer]
            yield Reader(consumer, consumer.roles[subscription.roles[0]], access)
    if not found:
        yield from _own_reader(domain, landing)


def _own_reader(domain: Domain, landing: Landing) -> Iterator[Reader]:
    """A role of the domain itself, which sees everything."""
    role = next((role for role in domain.roles.values() if role.service is None), None)
    if role is not None:
        yield Reader(domain, role, TableAccess(landing.table_name, tuple(landing.table.columns)))


def _visible(landing: Landing, reader: Reader, record: Mapping[str, Any]) -> bool:
    """Whether the rows that the reader may see include the record."""
    if reader.access.where is None:
        return True
    columns = {name: spec.type for name, spec in landing.table.columns.items()}
    today, column = datetime.now(UTC).date().isoformat(), landing.partition_column
    arrived = {column: today} if column is not None else {}
    return meets({**arrived, **record}, columns, reader.access.where)


def marked_column(landing: Landing, readers: list[Reader]) -> str | None:
    """A column of text that all readers see and that no condition of theirs is on: it tells the record."""
    wanted = asked_for(reader.access.where for reader in readers if reader.access.where)
    for name, spec in landing.table.columns.items():
        seen = all(name in reader.access.columns for reader in readers)
        if spec.type == "string" and seen and name not in wanted and name != landing.partition_column:
            return name
    return None


def _read(
    mesh: Mesh,
    domain: Domain,
    landing: Landing,
    reader: Reader,
    accounts: Mapping[str, Account],
    *,
    marker: str,
    marked: str | None,
) -> tuple[bool, str]:
    """Whether the reader sees the record in exactly its columns, and what it sees."""
    caller = accounts[reader.domain.account].assume(reader.role.arn)
    database = mesh.names.database(domain.name, landing.product)
    sql, said = _sql(database, landing, marker, marked), ""

    def rows() -> list[list[str]]:
        nonlocal said
        found, said = _queried(caller, sql, **_place(mesh, reader))
        return found if len(found) > 1 else []

    found = _until(rows)
    if not found:
        return False, f"{reader.domain.name} {reader.role.key} sees no such row: {said or 'no rows'}"
    columns, row = found[0], found[1]
    shown = ", ".join(f"{name} {value}" for name, value in zip(columns, row, strict=True))
    return set(columns) == set(reader.access.columns), f"read by {caller.account} from {database}: {shown}"


def _unseen(
    mesh: Mesh,
    domain: Domain,
    landing: Landing,
    reader: Reader,
    accounts: Mapping[str, Account],
    *,
    marker: str,
    marked: str | None,
) -> tuple[bool, str]:
    """Whether the reader gets its columns and no row, once the domain itself sees the record."""
    for own in _own_reader(domain, landing):
        there, seen = _read(mesh, domain, landing, own, accounts, marker=marker, marked=marked)
        if not there:
            return False, seen
    caller = accounts[reader.domain.account].assume(reader.role.arn)
    database = mesh.names.database(domain.name, landing.product)
    rows, said = _queried(caller, _sql(database, landing, marker, marked), **_place(mesh, reader))
    held = len(rows) == 1 and set(rows[0]) == set(reader.access.columns)
    return held, said or f"read by {caller.account} from {database}: {len(rows) - 1} rows"


def _sql(database: str, landing: Landing, marker: str, marked: str | None) -> str:
    condition = f" WHERE {marked} = '{marker}'" if marked else " LIMIT 1"
    return f"SELECT * FROM {database}.{landing.table_name}{condition}"  # noqa: S608 (names of the files)


def _place(mesh: Mesh, reader: Reader) -> dict[str, Any]:
    """The workgroup of the role; without one, a place of its own for the result."""
    if reader.role.key in {role.key for role in querying_roles(reader.domain)}:
        return {"WorkGroup": mesh.names.workgroup(reader.domain.name, reader.role.key)}
    bucket = mesh.names.bucket(reader.domain.name, reader.domain.account, "logs")
    return {"ResultConfiguration": {"OutputLocation": f"s3://{bucket}/{ROUND_TRIPS}/"}}


def _queried(caller: Account, sql: str, **place: Any) -> tuple[list[list[str]], str]:
    """The names of the columns and the rows, or nothing and why."""
    athena = caller.client("athena")
    try:
        identifier = athena.start_query_execution(QueryString=sql, **place)["QueryExecutionId"]
    except ClientError as error:
        return [], error.response["Error"]["Message"]

    def status() -> dict[str, Any]:
        found = athena.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]["Status"]
        return found if found["State"] not in ("QUEUED", "RUNNING") else {}

    ended = _until(status)
    if ended.get("State") != "SUCCEEDED":
        return [], ended.get("StateChangeReason", "the query has not ended")
    rows = athena.get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    return [[each.get("VarCharValue", "null") for each in row["Data"]] for row in rows], ""


def _keys(s3: Any, bucket: str, landing: Landing) -> set[str]:
    prefix = f"{landing.folder}/"
    return {each["Key"] for each in pages(s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)}


def _until(look: Callable[[], T]) -> T:
    """What `look` finds, once it finds something; the last nothing after PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)
