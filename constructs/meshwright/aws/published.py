"""What a mesh has deployed and others rely on, of live accounts: the side that must not be taken away.

A product's database says in its parameters which product it is; a data-cells filter bears the name of the
domain that reads through it.
"""

from collections.abc import Mapping
from datetime import date

from meshwright.access.principals import account_of
from meshwright.access.resources import Kind, Resource
from meshwright.access.resources import table as table_of
from meshwright.access.state import AccountState, Database, Filter, Table
from meshwright.access.stream_path import StreamWay, decide_stream
from meshwright.access.stream_state import StreamName
from meshwright.aws.live import Live
from meshwright.mesh.model import Mesh
from meshwright.mesh.published import (
    Published,
    PublishedDomain,
    PublishedProduct,
    PublishedStream,
    PublishedTable,
    Reader,
    StreamReader,
)

DOMAIN, PRODUCT = "meshwright.domain", "meshwright.product"
STATUS, SUNSET = "meshwright.status", "meshwright.sunset"
Readers = Mapping[Resource, Mapping[str, Reader]]
"""By table, then by consumer domain."""


def published_live(live: Live, mesh: Mesh) -> Published:
    """What the accounts of the mesh have, as far as they could be read.

    The ends of agreements are not recorded there.
    """
    governance = live.state.account(mesh.governance_account)
    readers = _readers(live, mesh, governance)
    products: dict[str, dict[str, PublishedProduct]] = {}
    accounts: dict[str, str] = {}
    for name, database in governance.databases.items():
        domain, product = database.parameters.get(DOMAIN, ""), database.parameters.get(PRODUCT, "")
        if domain and name == mesh.names.database(domain, product):
            products.setdefault(domain, {})[product] = _product(governance, name, database, readers)
            accounts.setdefault(domain, _account(mesh, domain, database))
    stacks = {stack.name for some in live.stacks.values() for stack in some}
    deployed = {name for name in mesh.domains if mesh.names.stack(name, "foundation") in stacks}
    return Published(
        domains={
            name: PublishedDomain(
                account=accounts[name] if name in accounts else mesh.domains[name].account,
                products=products.get(name, {}),
                streams=_streams(live, mesh, name) if name in mesh.domains else {},
            )
            for name in sorted({*products, *deployed})
        },
        ends_known=False,
    )


def _account(mesh: Mesh, domain: str, database: Database) -> str:
    """The account that the domain is deployed to, as the name of its bucket tells; else that of the files."""
    stem = mesh.names.bucket(domain, "", "products")
    for each in database.tables.values():
        account = each.location.partition("/")[0].removeprefix(stem)
        if account.isdigit():
            return account
    return mesh.domains[domain].account if domain in mesh.domains else ""


def _readers(live: Live, mesh: Mesh, governance: AccountState) -> Readers:
    """Through which filters which domains read: those that are granted to somebody."""
    granted = _granted(governance)
    local = {name: _granted(live.state.account(domain.account)) for name, domain in mesh.domains.items()}
    found: dict[Resource, dict[str, Reader]] = {}
    for resource, content in governance.filters.items():
        on, (database, table, consumer) = resource.table, resource.path
        if on is None or resource not in granted or database not in governance.databases:
            continue
        described = governance.databases[database].tables.get(table)
        if described is not None:
            principals = local.get(consumer, {}).get(resource, frozenset())
            found.setdefault(on, {})[consumer] = Reader(
                columns=_columns(content, described),
                where=content.rows,
                roles=_role_keys(mesh, consumer, principals),
            )
    return found


def _granted(account: AccountState) -> dict[Resource, frozenset[str]]:
    """To whom the account granted SELECT on each filter."""
    found: dict[Resource, frozenset[str]] = {}
    for grant in account.grants:
        if grant.resource.kind is Kind.FILTER and "SELECT" in grant.permissions:
            found[grant.resource] = found.get(grant.resource, frozenset()) | {grant.principal}
    return found


def _columns(content: Filter, table: Table) -> tuple[str, ...]:
    shown = content.columns
    return tuple(
        name for name in table.columns if name not in content.excluded and (shown is None or name in shown)
    )


def _role_keys(mesh: Mesh, domain: str, principals: frozenset[str]) -> tuple[str, ...]:
    if domain not in mesh.domains:
        return ()
    return tuple(key for key, role in mesh.domains[domain].roles.items() if role.arn in principals)


def _product(governance: AccountState, name: str, database: Database, readers: Readers) -> PublishedProduct:
    tables = {}
    for table_name, table in database.tables.items():
        on = table_of(governance.account, name, table_name)
        tables[table_name] = PublishedTable(
            format=table.format,
            columns=dict(zip(table.columns, table.types, strict=True)),
            partition_by=None if table.format == "iceberg" else table.partition_by,
            pii=frozenset(column for column in table.columns if _is_pii(governance, on, column)),
            readers=readers.get(on, {}),
        )
    return PublishedProduct(tables=tables, sunset=_sunset(database.parameters))


def _sunset(parameters: Mapping[str, str]) -> date | None:
    """Of a deprecated product; None also where somebody wrote into the parameter what is no date."""
    if parameters.get(STATUS) != "deprecated":
        return None
    try:
        return date.fromisoformat(parameters.get(SUNSET, ""))
    except ValueError:
        return None


def _is_pii(governance: AccountState, on: Resource, column: str) -> bool:
    at = Resource(on.catalog, Kind.COLUMNS, on.path, frozenset({column}))
    return governance.tags.get(at, {}).get("sensitivity") == "pii"


def _streams(live: Live, mesh: Mesh, domain: str) -> dict[str, PublishedStream]:
    stem, account = mesh.names.stream(domain, ""), mesh.domains[domain].account
    found = {}
    for stream in live.streams.get(account, ()):
        if stream.name.startswith(stem):
            readers = _stream_readers(live, mesh, StreamName(account, stream.name))
            known = {mesh.names.stream_consumer(each) for each, reader in readers.items() if reader.fan_out}
            found[stream.name.removeprefix(stem)] = PublishedStream(
                retention_hours=stream.retention_hours,
                shards=stream.shards,
                consumers=tuple(each for each in stream.consumers if each not in known),
                readers=readers,
            )
    return found


def _stream_readers(live: Live, mesh: Mesh, stream: StreamName) -> dict[str, StreamReader]:
    """The domains whose accounts the stream's policy lets in, with their roles that can read it."""
    held = live.state.account(stream.account).streams.get(stream.name)
    let_in = held.policy.lets_in if held is not None and held.policy is not None else frozenset()
    found = {}
    for account in sorted({account_of(each) or each for each in let_in} - {stream.account}):
        domain = mesh.domains_by_account.get(account)
        if domain is None or held is None:
            continue
        consumer = mesh.names.stream_consumer(domain.name)
        fan_out = consumer in held.consumers
        way = StreamWay.FAN_OUT if fan_out else StreamWay.SHARED
        found[domain.name] = StreamReader(
            fan_out=fan_out,
            roles=tuple(
                key
                for key, role in domain.roles.items()
                if decide_stream(live.state, role.arn, stream, agreed=way, consumer=consumer).allowed
            ),
        )
    return found
