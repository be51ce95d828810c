"""The custom resources of the schedules, what they may declare, and what must then be live."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.provider.document import Document, Grant, Tag, parse
from meshwright.provider.resources import Resource
from tests.provider.lake_model import ACCOUNT, Model

Properties = dict[str, Any]
DATABASE = Resource(ACCOUNT, "database", ("sales",))
TABLE = Resource(ACCOUNT, "table", ("sales", "orders"))
FILTERS = [Resource(ACCOUNT, "filter", ("sales", "orders", name)) for name in ("analytics", "payments")]
MORTAL = "arn:aws:iam::111111111111:role/Mortal"  # which somebody deletes
PRINCIPALS = ["333333333331", "333333333332", "arn:aws:iam::111111111111:role/Analyst"]
PERMISSIONS = {
    DATABASE: ["DESCRIBE", "ALTER"],
    TABLE: ["SELECT", "DESCRIBE"],
    FILTERS[0]: ["SELECT"],
    FILTERS[1]: ["SELECT"],
}
PREEXISTING = [
    Grant(resource, principal, permission, grantable)
    for resource in (DATABASE, TABLE)
    for permission in PERMISSIONS[resource]
    for principal in PRINCIPALS
    for grantable in (False, True)
]
# Another party's later grants, never declared here, next to ours on the same resources and principals.
FOREIGN = [
    Grant(TABLE, PRINCIPALS[0], "INSERT"),
    Grant(TABLE, PRINCIPALS[2], "DELETE"),
    Grant(DATABASE, PRINCIPALS[1], "DROP"),
    Grant(DATABASE, "444444444444", "DESCRIBE"),
    Grant(FILTERS[0], "444444444444", "SELECT"),
]
FOREIGN_TAG = Tag(DATABASE, "cost", "blue")
ROLE = "arn:aws:iam::111111111111:role/"
OURS, READER, OTHERS, OTHER_READER = [f"{ROLE}A", f"{ROLE}B"], f"{ROLE}R", f"{ROLE}X", f"{ROLE}Y"
OWNER, STRANGER = "222222222222", "999999999999"
SHARED = ["shared_a", "shared_b"]
LOCATION = "s3://acme-orders-products/sales/orders"


@dataclass(frozen=True)
class Kind:
    type: str
    stack: str
    logical_id: str
    declare: Callable[[random.Random], Properties]

    @property
    def good_id(self) -> str:
        table = self.type == "Custom::IcebergTable"
        return f"{ACCOUNT}/sales/orders" if table else f"{self.stack}/{self.logical_id}"


def _grants(chance: random.Random, *, whole: bool = True) -> Properties:
    """Over a universe small enough for documents to overlap; only a `whole` one has filters and tags."""
    filters: dict[str, Properties] = {}
    for resource in FILTERS if whole else ():
        if chance.random() < 0.5:
            columns = chance.choice([{}, {"Columns": ["order_id"]}, {"Columns": ["order_id", "total"]}])
            filters[str(resource)] = {**columns, **chance.choice([{}, {"Rows": "country = 'DE'"}])}
    grants: dict[str, dict[str, list[str]]] = {}
    for resource, permissions in PERMISSIONS.items():
        if resource.kind == "filter" and str(resource) not in filters:
            continue
        for principal in chance.sample([*PRINCIPALS, MORTAL], chance.randrange(4)):
            some = chance.sample(permissions, chance.randint(1, len(permissions)))
            option = chance.choice(["", " with grant option"])
            grants.setdefault(str(resource), {}).setdefault(", ".join(some) + option, []).append(principal)
    value = chance.choice(["", "orders", "payments"]) if whole else ""
    return {
        "Tags": {str(DATABASE): {"domain": value}} if value else {},
        "Filters": filters,
        "Grants": grants,
    }


def _settings(chance: random.Random) -> Properties:
    admins = chance.sample(OURS, chance.randrange(3))
    return {
        "Admins": admins,
        "ReadOnlyAdmins": chance.choice([[], [READER]]),
        "CrossAccountVersion": chance.choice(["1", "3", "4"]),
        "TagKeys": chance.choice([{}, {"domain": []}, {"classification": ["public", "internal"]}]),
    }


def _iceberg(chance: random.Random) -> Properties:
    return {
        "CatalogId": ACCOUNT,
        "Database": "sales",
        "Table": "orders",
        "Location": LOCATION,
        "Description": chance.choice(["", "One row per order.", "Orders."]),
        "Columns": [{"Name": "order_id", "Type": "string"}],
        "Parameters": {"meshwright.owner": chance.choice(["a", "b"])},
    }


def _shares(chance: random.Random) -> Properties:
    names = chance.sample(SHARED, chance.randint(1, 2))
    return {"OwnerAccount": OWNER, "Databases": names, "TimeoutSeconds": chance.choice(["60", "300"])}


KINDS = (
    Kind("Custom::LakeFormationGrants", "acme-orders-share", "Grants", _grants),
    Kind(
        "Custom::LakeFormationGrants",
        "acme-orders-share",
        "Preparation",
        lambda chance: _grants(chance, whole=False),
    ),
    Kind("Custom::LakeFormationSettings", "acme-governance", "Settings", _settings),
    Kind("Custom::LakeFormationSettings", "other-governance", "Settings", _settings),
    Kind("Custom::IcebergTable", "acme-orders-share", "Table", _iceberg),
    Kind("Custom::LakeFormationShares", "acme-orders-access", "Shares", _shares),
)


def without(properties: Properties, principal: str) -> Properties:
    """The document after its owner noticed that the principal is gone."""
    if "Grants" not in properties:
        return properties
    grants = {
        resource: {
            names: [one for one in principals if one != principal] for names, principals in entries.items()
        }
        for resource, entries in properties["Grants"].items()
    }
    return {**properties, "Grants": grants}


def with_permissions(atoms: Iterable[Grant]) -> frozenset[Grant]:
    """The atoms, and the permission under each grant option."""
    return frozenset(
        plain for one in atoms for plain in (one, Grant(one.resource, one.principal, one.permission))
    )


def documents(declared: Mapping[Kind, Properties]) -> Document:
    """All grants documents as one."""
    parsed = [parse(some) for kind, some in declared.items() if kind.type == "Custom::LakeFormationGrants"]
    return Document(
        grants=frozenset(atom for one in parsed for atom in one.grants),
        tags=frozenset(tag for one in parsed for tag in one.tags),
        filters={key: cells for one in parsed for key, cells in one.filters.items()},
    )


@dataclass
class Others:
    """What other parties have, which must stay."""

    grants: frozenset[Grant]
    admins: list[str]
    readers: list[str]


def differences(model: Model, declared: Mapping[Kind, Properties], others: Others) -> list[str]:
    """Where the accounts are not exactly what is declared and what others have."""
    return [
        *_granted(model, documents(declared), others),
        *_administered(model, declared, others),
        *_cataloged(model, declared),
    ]


def _granted(model: Model, declared: Document, others: Others) -> Iterable[str]:
    # A row of a deleted principal cannot be revoked; it opens nothing.
    live = {atom for atom in model.grants if atom.principal not in model.dead}
    # The permission under another party's grant option is not ours to take, even if we granted it first.
    expected = with_permissions(declared.grants | others.grants)
    expected = frozenset(atom for atom in expected if atom.principal not in model.dead)
    if live != expected:
        surplus, missing = sorted(map(str, live - expected)), sorted(map(str, expected - live))
        yield f"grants: surplus {surplus}, missing {missing}"
    filters = dict(declared.filters)
    if any(atom.resource == FILTERS[0] for atom in others.grants) and FILTERS[0] in model.filters:
        filters.setdefault(FILTERS[0], model.filters[FILTERS[0]])
    if model.filters != filters:
        yield f"filters {model.filters} instead of {filters}"
    if model.tags != declared.tags | {FOREIGN_TAG}:
        yield f"tags {model.tags} instead of {declared.tags} and another's"


def _administered(model: Model, declared: Mapping[Kind, Properties], others: Others) -> Iterable[str]:
    some = [one for kind, one in declared.items() if kind.type == "Custom::LakeFormationSettings"]
    admins = {*others.admins, *(arn for one in some for arn in one["Admins"])} - model.dead
    readers = {*others.readers, *(arn for one in some for arn in one["ReadOnlyAdmins"])} - model.dead
    live = {
        name: {one["DataLakePrincipalIdentifier"] for one in model.settings[name]}
        for name in ("DataLakeAdmins", "ReadOnlyAdmins")
    }
    if live["DataLakeAdmins"] - model.dead != admins or live["ReadOnlyAdmins"] - model.dead != readers:
        yield f"settings {live} instead of {admins} and {readers}"
    if any(model.settings.get("CreateTableDefaultPermissions", ()) for _ in some):
        yield "the defaults are not cleared"


def _cataloged(model: Model, declared: Mapping[Kind, Properties]) -> Iterable[str]:
    [wanted] = [one for kind, one in declared.items() if kind.type == "Custom::IcebergTable"] or [None]
    live = model.tables.get(("sales", "orders"))
    if (wanted is None) != (live is None):
        yield f"table {live} instead of {wanted}"
    elif wanted and live:
        found = (live.get("Description", ""), live["Parameters"].get("meshwright.owner"))
        if found != (wanted["Description"], wanted["Parameters"]["meshwright.owner"]):
            yield f"table {found} instead of {wanted}"
    if accepted := [
        one for one in model.invitations if one["status"] == "ACCEPTED" and one["senderAccountId"] != OWNER
    ]:
        yield f"accepted {accepted}"
