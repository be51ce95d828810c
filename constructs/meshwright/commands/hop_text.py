"""Each hop of a decision in words: what holds, what does not, and what would mend it."""

import json
import shlex
from dataclasses import dataclass

from meshwright.access.decision import Fault, Hop, Step, TableName
from meshwright.access.iam import Statement
from meshwright.access.state import Grant, Link
from meshwright.mesh.model import Mesh
from meshwright.mesh.names import partition_of


@dataclass(frozen=True, slots=True)
class HopText:
    """One hop, for people."""

    step: str
    holds: bool
    what: str
    """A sentence without full stop."""
    evidence: tuple[str, ...]
    """What shows it: grants, statements."""
    owner: str
    """Whose account it is in."""
    repair: str
    """A command or step that would mend it; empty where it holds."""
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The words for hops about one principal and one table of a mesh."""

    mesh: Mesh
    principal: str
    table: TableName
    filter_name: str | None
    """The data-cells filter of the subscription; None for a domain's own product."""

    def of(self, hop: Hop) -> HopText:
        """The hop in words."""
        return HopText(
            step=hop.step.value,
            holds=hop.holds,
            what=self._good(hop) if hop.holds else self._bad(hop),
            evidence=tuple(text for each in hop.evidence if (text := _evidence(each))),
            owner=self.holder(hop.account),
            repair="" if hop.holds else self._repair(hop),
            assumed=hop.assumed,
        )

    def holder(self, account: str) -> str:
        """`analytics` for a domain's account, `governance`, or the account itself."""
        if account == self.mesh.governance_account:
            return "governance"
        found = (name for name, domain in self.mesh.domains.items() if domain.account == account)
        return next(found, f"account {account}")

    def _place(self, account: str) -> str:
        holder = self.holder(account)
        return holder if holder.startswith("account ") else f"{holder}'s account {account}"

    def _good(self, hop: Hop) -> str:
        match hop.step:
            case Step.TABLE:
                return f"the catalog has {hop.subject}"
            case Step.PRINCIPAL:
                return f"the role exists: {hop.subject}"
            case Step.IAM:
                return "IAM lets it ask Lake Formation for data and look the table up"
            case Step.LINK:
                return f"a resource link in {self._place(hop.account)} leads to the table's database"
            case Step.LINK_GRANT:
                return f"it may use the link {hop.subject} (DESCRIBE)"
            case Step.SHARE:
                return f"the share from {self._place(self.table.catalog)} to it is active"
            case Step.ACCOUNT_GRANT:
                return f"{self.holder(hop.account)} grants {hop.action} to {self._place(hop.subject)}"
            case Step.PRINCIPAL_GRANT:
                return f"{self.holder(hop.account)} grants {hop.action} to the role"
            case Step.LOCATION:
                return f"the files are at a location registered with Lake Formation: {hop.subject}"
            case Step.REGISTRATION_ROLE:
                return f"Lake Formation's role may read there: {_short(hop.subject)}"
            case Step.BUCKET:
                return f"the bucket {hop.subject} lets that role in"
            case Step.KEY:
                return f"the key {_short(hop.subject)} lets that role use it"
            case Step.STORAGE:
                return f"IAM lets it read the files themselves ({hop.action})"

    def _bad(self, hop: Hop) -> str:
        denied = " (explicitly denied)" if hop.fault is Fault.DENIED else ""
        match hop.step:
            case Step.TABLE:
                return f"the catalog of {self._place(hop.account)} has no table {hop.subject}"
            case Step.PRINCIPAL:
                return f"the role does not exist: {hop.subject}"
            case Step.IAM:
                where = f" on {hop.evidence[0]}" if hop.evidence and hop.evidence[0] != "*" else ""
                return f"IAM does not let it: {hop.action}{where}{denied}"
            case Step.LINK if hop.fault is Fault.DANGLING:
                return f"the resource link {hop.subject} points to nothing"
            case Step.LINK:
                return f"{self._place(hop.account)} has no resource link to {self.table.database}"
            case Step.LINK_GRANT:
                return f"it has no DESCRIBE on the resource link {hop.subject}"
            case Step.SHARE if hop.fault is Fault.PENDING:
                return f"the share of {self._place(self.table.catalog)} waits to be accepted"
            case Step.SHARE:
                kind = "was rejected or failed" if hop.fault is Fault.FAILED else "does not exist"
                both = f"{self._place(self.table.catalog)} to {self._place(hop.subject)}"
                return f"the share from {both} {kind}"
            case Step.ACCOUNT_GRANT:
                receiver = self._place(hop.subject)
                return f"{self.holder(hop.account)} grants nothing of it ({hop.action}) to {receiver}"
            case Step.PRINCIPAL_GRANT if hop.fault is Fault.EMPTY:
                return "what the role and its account are granted has no column in common"
            case Step.PRINCIPAL_GRANT:
                return f"{self.holder(hop.account)} does not grant {hop.action} to the role"
            case Step.LOCATION if hop.fault is Fault.HYBRID:
                return f"{hop.subject} is in hybrid access mode, and the role has not opted in"
            case Step.LOCATION:
                return f"{hop.subject} is not registered with Lake Formation"
            case Step.REGISTRATION_ROLE:
                missing = f"may not {hop.action}{denied}" if hop.action else "does not exist"
                return f"Lake Formation's role {_short(hop.subject)} {missing}"
            case Step.BUCKET:
                return f"the bucket {hop.subject} does not let that role in: {hop.action}{denied}"
            case Step.KEY if hop.fault is Fault.FAILED:
                return f"the key {_short(hop.subject)} is disabled or to be deleted"
            case Step.KEY:
                return f"the key {_short(hop.subject)} does not let that role use it: {hop.action}{denied}"
            case Step.STORAGE:
                return f"IAM does not let it read the files themselves: {hop.action}{denied}"

    def _repair(self, hop: Hop) -> str:
        """What whoever owns the account can do about it."""
        table = self.table
        match hop.step:
            case Step.LINK_GRANT:
                resource = {"Database": {"CatalogId": hop.account, "Name": hop.subject}}
                return _grant(self.principal, resource, "DESCRIBE")
            case Step.LINK if hop.fault is Fault.MISSING:
                target = {"CatalogId": table.catalog, "DatabaseName": table.database}
                link = {"Name": table.database, "TargetDatabase": {**target, "Region": self.mesh.region}}
                return f"aws glue create-database --database-input {_json(link)}"
            case Step.ACCOUNT_GRANT:
                return _grant(hop.subject, self._resource(), "SELECT", option=True)
            case Step.PRINCIPAL_GRANT if hop.fault is Fault.MISSING:
                return _grant(self.principal, self._resource(), hop.action)
            case Step.SHARE if hop.fault is Fault.PENDING:
                return (
                    "aws ram accept-resource-share-invitation --resource-share-invitation-arn ARN "
                    "(aws ram get-resource-share-invitations lists it)"
                )
            case Step.LOCATION if hop.fault is Fault.MISSING:
                partition = partition_of(self.mesh.region)
                role = self.mesh.names.registration_role_arn(table.catalog)
                bucket = hop.subject.partition("/")[0]
                return (
                    f"aws lakeformation register-resource --resource-arn arn:{partition}:s3:::{bucket} "
                    f"--role-arn {role} --no-use-service-linked-role"
                )
            case Step.LOCATION:
                return (
                    "aws lakeformation update-resource --no-hybrid-access-enabled, or let the role opt in "
                    "(create-lake-formation-opt-in)"
                )
            case Step.IAM:
                return f"a policy of {_short(self.principal)} must allow it; a deny in another one must go"
        return f"aws cloudformation update-stack of the stack that holds it, or: {self._deploy(hop)}"

    def _deploy(self, hop: Hop) -> str:
        names = self.mesh.names
        if hop.step is Step.TABLE:
            owner = next((n for n, d in self.mesh.domains.items() if self._owns(n, d)), "")
            return f"cdk deploy {names.stack(owner, 'share')}"
        holder = self.holder(hop.account)
        stack = names.governance_stack if holder == "governance" else names.stack(holder, "foundation")
        return f"meshwright audit --repair, which restores what was changed by hand in {stack}"

    def _owns(self, name: str, domain: object) -> bool:
        return self.table.database.startswith(self.mesh.names.database(name, ""))

    def _resource(self) -> dict[str, object]:
        table = self.table
        if self.filter_name is None:
            named = {"CatalogId": table.catalog, "DatabaseName": table.database, "Name": table.table}
            return {"Table": named}
        where = {"TableCatalogId": table.catalog, "DatabaseName": table.database, "TableName": table.table}
        return {"DataCellsFilter": {**where, "Name": self.filter_name}}


def _evidence(each: object) -> str:
    match each:
        case Grant():
            option = " with grant option" if each.grantable else ""
            return f"{', '.join(sorted(each.permissions))}{option} on {each.resource}"
        case Statement():
            effect = "Allow" if each.allow else "Deny"
            return f"{effect} {', '.join(each.actions)}"
        case Link():
            return f"to {each.catalog}:database/{each.database}"
        case "administrator":
            return "it administers Lake Formation there"
    return ""


def _grant(principal: str, resource: dict[str, object], permission: str, *, option: bool = False) -> str:
    more = f" --permissions-with-grant-option {permission}" if option else ""
    return (
        f"aws lakeformation grant-permissions --principal DataLakePrincipalIdentifier={principal} "
        f"--resource {_json(resource)} --permissions {permission}{more}"
    )


def _json(value: object) -> str:
    return shlex.quote(json.dumps(value))


def _short(arn: str) -> str:
    """A role's name, a key's alias: what is behind the ARN's last colon."""
    return arn.rpartition(":")[2].removeprefix("role/").removeprefix("key/")
