"""Lake Formation's state of one region, for all accounts: settings, locations, grants, tags and filters."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.glue.models import glue_backends

from meshwright.local.lakeformation.keys import ALL_TABLES, Key
from meshwright.local.persistence.entries import Entries

ANYBODY = "IAM_ALLOWED_PRINCIPALS"


def default_settings() -> dict[str, Any]:
    """The settings of an account that nobody has touched."""
    everything = [{"Principal": {"DataLakePrincipalIdentifier": ANYBODY}, "Permissions": ["ALL"]}]
    return {
        "DataLakeAdmins": [],
        "ReadOnlyAdmins": [],
        "CreateDatabaseDefaultPermissions": everything,
        "CreateTableDefaultPermissions": everything,
        "Parameters": {"CROSS_ACCOUNT_VERSION": "1", "SET_CONTEXT": "TRUE"},
        "TrustedResourceOwners": [],
        "AllowExternalDataFiltering": False,
        "ExternalDataFilteringAllowList": [],
    }


@dataclass(frozen=True)
class Grant:
    """What a principal may do with a resource, as granted from one account."""

    grantor: str
    principal: str
    key: Key
    permissions: frozenset[str] = frozenset()
    grantable: frozenset[str] = frozenset()
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Share:
    """The RAM resource share by which an account's grants reach another account."""

    owner: str
    receiver: str
    name: str
    arn: str
    invitation: str
    """ARN of the invitation."""
    status: str
    """PENDING, ACCEPTED or REJECTED."""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


class Lake:
    def __init__(self, region: str, *, organization: bool) -> None:
        self.region, self.organization = region, organization
        self.settings: Entries[str, dict[str, Any]] = Entries()
        self.grants: Entries[tuple[str, str, Key], Grant] = Entries()
        self.tag_keys: Entries[tuple[str, str], list[str]] = Entries()
        self.tags: Entries[Key, dict[str, str]] = Entries()
        self.filters: Entries[Key, dict[str, Any]] = Entries()
        self.locations: Entries[tuple[str, str], dict[str, Any]] = Entries()
        self.shares: Entries[tuple[str, str], Share] = Entries()
        self.opt_ins: Entries[tuple[str, str, Key], dict[str, Any]] = Entries()

    def kept(self) -> dict[str, Entries[Any, Any]]:
        """All of the state, by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Entries)}

    def of(self, account: str) -> dict[str, Any]:
        """The settings of an account."""
        settings: dict[str, Any] = self.settings.setdefault(account, default_settings())
        return settings

    def is_admin(self, account: str, principal: str) -> bool:
        return any(a["DataLakePrincipalIdentifier"] == principal for a in self.of(account)["DataLakeAdmins"])

    def is_read_only_admin(self, account: str, principal: str) -> bool:
        return any(a["DataLakePrincipalIdentifier"] == principal for a in self.of(account)["ReadOnlyAdmins"])

    def holding(self, principals: Iterable[str], *, grantor: str | None = None) -> Iterator[Grant]:
        wanted = set(principals)
        return (
            grant
            for grant in list(self.grants.values())
            if grant.principal in wanted and grantor in (None, grant.grantor)
        )

    def grant(
        self,
        grantor: str,
        principal: str,
        key: Key,
        permissions: Iterable[str],
        grantable: Iterable[str] = (),
    ) -> None:
        """Adds to what the principal already holds; makes the share that a grant to another account needs."""
        at = (grantor, principal, key)
        held = self.grants.get(at, Grant(grantor, principal, key))
        self.grants[at] = Grant(
            grantor,
            principal,
            key,
            held.permissions | frozenset(permissions) | frozenset(grantable),
            held.grantable | frozenset(grantable),
        )
        receiver = account_of(principal)
        if receiver and receiver != key.catalog == grantor and key.kind in SHARED:
            self._share(grantor, receiver)

    def revoke(
        self,
        grantor: str,
        principal: str,
        key: Key,
        permissions: Iterable[str],
        grantable: Iterable[str] = (),
    ) -> None:
        at = (grantor, principal, key)
        held = self.grants[at]
        # Revoking a permission revokes its grant option too.
        gone, options = frozenset(permissions), frozenset(grantable) | frozenset(permissions)
        left = Grant(grantor, principal, key, held.permissions - gone, held.grantable - options)
        if left.permissions:
            self.grants[at] = left
        else:
            del self.grants[at]
        self._prune_shares()

    def forget(self, *, catalog: str, database: str, table: str | None = None) -> None:
        """Drops grants, tags and filters on a deleted database or table."""

        def concerns(key: Key) -> bool:
            if key.kind in ("DATA_LOCATION", "CATALOG", "LF_TAG", "LF_TAG_POLICY"):
                return False
            wanted = (database,) if table is None else (database, table)
            return key.catalog == catalog and key.path[: len(wanted)] == wanted

        self.grants.keep_only([at for at, grant in self.grants.items() if not concerns(grant.key)])
        self.tags.keep_only([key for key in self.tags if not concerns(key)])
        self.filters.keep_only([key for key in self.filters if not concerns(key)])
        self.opt_ins.keep_only([at for at in self.opt_ins if not concerns(at[2])])
        self._prune_shares()

    def shared(self, owner: str, receiver: str) -> bool:
        """Whether the receiver accepted what the owner shares with it."""
        share = self.shares.get((owner, receiver))
        return share is not None and share.status == "ACCEPTED"

    def exists(self, key: Key) -> bool:
        """Whether the catalog holds the resource; always true of what isn't in the catalog."""
        databases = glue_backends[key.catalog][self.region].databases
        if key.kind == "DATABASE":
            return key.path[0] in databases
        if key.kind in ("TABLE", "COLUMNS", "COLUMN"):
            database, table = key.path[:2]
            return database in databases and (table == ALL_TABLES or table in databases[database].tables)
        if key.kind == "DATA_CELLS_FILTER":
            return key in self.filters
        if key.kind == "LF_TAG":
            return (key.catalog, key.path[0]) in self.tag_keys
        return True

    def location_of(self, account: str, uri: str) -> Mapping[str, Any] | None:
        """The registered location that an s3:// address lies in."""
        arn = "arn:aws:s3:::" + uri.split("://", 1)[-1].rstrip("/")
        for (owner, registered), location in self.locations.items():
            if owner == account and (arn == registered or arn.startswith(registered + "/")):
                return location
        return None

    def _share(self, owner: str, receiver: str) -> None:
        if (owner, receiver) in self.shares:
            return
        version = self.of(owner)["Parameters"].get("CROSS_ACCOUNT_VERSION", "1")
        unique = str(uuid.uuid4())
        self.shares[owner, receiver] = Share(
            owner=owner,
            receiver=receiver,
            name=f"LakeFormation-V{version}-{unique[:10].upper().replace('-', 'X')}",
            arn=f"arn:aws:ram:{self.region}:{owner}:resource-share/{unique}",
            invitation=f"arn:aws:ram:{self.region}:{owner}:resource-share-invitation/{uuid.uuid4()}",
            status="ACCEPTED" if self.organization else "PENDING",
        )

    def _prune_shares(self) -> None:
        """A share without a resource disappears, and with it the acceptance."""
        needed = {
            (grant.grantor, account_of(grant.principal))
            for grant in self.grants.values()
            if grant.key.kind in SHARED and grant.grantor == grant.key.catalog
        }
        self.shares.keep_only([pair for pair in self.shares if pair in needed])


SHARED = ("DATABASE", "TABLE", "COLUMNS", "DATA_CELLS_FILTER")
"""Kinds of resources whose cross-account grants go through RAM; data locations don't."""


def account_of(principal: str) -> str | None:
    """The account of a principal identifier; None for IAM_ALLOWED_PRINCIPALS and organizations."""
    if principal.isdigit() and len(principal) == 12:
        return principal
    if principal.startswith("arn:aws:iam::"):
        return principal.split(":")[4]
    account, _, rest = principal.partition(":")
    return account if rest == "IAMPrincipals" else None
