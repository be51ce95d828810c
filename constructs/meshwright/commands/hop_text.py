"""Each hop of a decision in words: what holds, what does not, and what would mend it."""

from dataclasses import dataclass

from meshwright.access.decision import Fault, Hop, Step, TableName
from meshwright.access.iam import Statement
from meshwright.access.mending import mending_call
from meshwright.access.state import Grant, Link
from meshwright.commands.aws_lines import aws_line
from meshwright.commands.plain_hops import mending, why
from meshwright.mesh.model import Domain, Mesh

_BY_GRANTS = (Step.TABLE, Step.LINK, Step.LINK_GRANT, Step.ACCOUNT_GRANT, Step.PRINCIPAL_GRANT)
"""Hops that only an administrator of Lake Formation is sure to see."""


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
    plain: str = ""
    """Why it does not hold, without AWS; without full stop."""
    mend: str = ""
    """What would mend it, as `accepting it`; empty where it holds, or nothing is to be done by a call."""
    team: str = ""
    """Who would do that: the team of the domain, with its address."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words for hops about one principal and one table of a mesh."""

    mesh: Mesh
    principal: str
    table: TableName
    filter_name: str | None
    """The data-cells filter of the subscription; None for a domain's own product."""
    agreed: bool
    """The files say that it may be read. Else no repair is named: it would open what nobody agreed to."""
    role: str
    """As `domain.key`."""
    reference: str
    """The table as the files call it."""
    hidden: frozenset[str] = frozenset()
    """Accounts in which Lake Formation may keep grants, and what they are on, from who reads it."""

    def of(self, hop: Hop) -> HopText:
        """The hop in words."""
        return HopText(
            step=hop.step.value,
            holds=hop.holds,
            what=self._good(hop) if hop.holds else self._bad(hop),
            evidence=tuple(text for each in hop.evidence if (text := evidence_text(each))),
            owner=self.holder(self._mended_in(hop)),
            repair=self._repair(hop) if self.agreed and not hop.holds else "",
            assumed=hop.assumed,
            plain="" if hop.holds else self._plain(hop),
            mend=self._mend(hop) if self.agreed and not hop.holds else "",
            team=team_of(self.mesh, self._mended_in(hop)),
        )

    def _plain(self, hop: Hop) -> str:
        at, reader = self.holder(self._mended_in(hop)), self.role.partition(".")[0]
        reason = why(hop, holder=at, reader=reader, role=self.role, target=self.reference)
        return f"{reason}, or what is there was not shown" if self._uncertain(hop) else reason

    def _mend(self, hop: Hop) -> str:
        if self._uncertain(hop):
            return ""
        reader, made = self.role.partition(".")[0], self._made_by_the_mesh()
        return mending(hop, reader=reader, made_by_mesh=made)

    def _uncertain(self, hop: Hop) -> bool:
        """Whether it may be there, and was not shown to who read the account."""
        return self._mended_in(hop) in self.hidden and hop.step in _BY_GRANTS

    def holder(self, account: str) -> str:
        """See `holder`."""
        return holder(self.mesh, account)

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
            case Step.DATA_LOCATION:
                return f"it may use the registered location of the files ({hop.action})"
            case Step.LOCATION:
                return f"the files are at a location registered with Lake Formation: {hop.subject}"
            case Step.REGISTRATION_ROLE:
                return f"Lake Formation's role may read there: {short(hop.subject)}"
            case Step.BUCKET:
                return f"the bucket {hop.subject} lets that role in"
            case Step.KEY:
                return f"the key {short(hop.subject)} lets that role use it"
            case _:
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
            case Step.SHARE if "no administrator" in hop.evidence:
                return f"{self._place(hop.account)} has no Lake Formation administrator, so sees no share"
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
            case Step.DATA_LOCATION:
                return f"it may not use the registered location of the files ({hop.action})"
            case Step.LOCATION if hop.fault is Fault.HYBRID:
                return f"{hop.subject} is in hybrid access mode, and the role has not opted in"
            case Step.LOCATION:
                return f"{hop.subject} is not registered with Lake Formation"
            case Step.REGISTRATION_ROLE:
                missing = f"may not {hop.action}{denied}" if hop.action else "does not exist"
                return f"Lake Formation's role {short(hop.subject)} {missing}"
            case Step.BUCKET if self._bucket_gone(hop):
                return f"the bucket {hop.subject} does not exist"
            case Step.BUCKET:
                return f"the bucket {hop.subject} does not let that role in: {hop.action}{denied}"
            case Step.KEY if hop.fault is Fault.FAILED:
                return f"the key {short(hop.subject)} is disabled or to be deleted"
            case Step.KEY:
                return f"the key {short(hop.subject)} does not let that role use it: {hop.action}{denied}"
            case _:
                return f"IAM does not let it read the files themselves: {hop.action}{denied}"

    def _repair(self, hop: Hop) -> str:
        """What whoever owns the account can do about it."""
        if self._uncertain(hop):
            return (
                "none until it is certain: it may be there, and was not shown (see what was not read, below)"
            )
        call = mending_call(
            hop,
            mesh=self.mesh,
            principal=self.principal,
            table=self.table,
            filter_name=self.filter_name,
        )
        if call is not None:
            return aws_line(call, self.mesh.region)
        if hop.step is Step.SHARE and hop.fault is Fault.PENDING:
            return "accept it: aws ram get-resource-share-invitations, accept-resource-share-invitation"
        if hop.step is Step.IAM:
            return f"a policy of {short(self.principal)} must allow it, and none deny it"
        if hop.fault in (Fault.HYBRID, Fault.EMPTY):
            return "`meshwright audit --repair` shows what it was declared to be"
        if hop.step is Step.PRINCIPAL and not self._made_by_the_mesh():
            return f"make the role in {self._place(hop.account)}: the mesh only names it"
        if self._gone(hop):
            return (
                f"deploy {self._stack(hop)}; if that is deployed, `meshwright audit` says what brings it back"
            )
        return (
            f"deploy {self._stack(hop)}, or let `meshwright audit --repair` restore what was changed by hand"
        )

    def _gone(self, hop: Hop) -> bool:
        """Whether what is missing has data or a definition behind it, so that no call brings it back."""
        return (
            hop.step is Step.TABLE
            or (hop.step is Step.LINK and hop.fault is Fault.DANGLING)
            or self._bucket_gone(hop)
            or (hop.step is Step.KEY and hop.fault is Fault.MISSING and hop.subject.startswith("arn:"))
        )

    def _bucket_gone(self, hop: Hop) -> bool:
        """A bucket that is in no account is looked for from where the registration role is."""
        return (
            hop.step is Step.BUCKET
            and hop.fault is Fault.MISSING
            and hop.account == self.table.catalog
            and self._producer() is not None
        )

    def _mended_in(self, hop: Hop) -> str:
        """The account, which for a link without its target, and for a bucket that is gone, is another one."""
        producer = self._producer()
        if producer is not None and self._bucket_gone(hop):
            return producer.account
        return self.table.catalog if hop.fault is Fault.DANGLING else hop.account

    def _producer(self) -> Domain | None:
        """The domain whose product the table is of; None for a table that no file declares."""
        database, names = self.table.database, self.mesh.names.database
        return next(
            (
                domain
                for domain in self.mesh.domains.values()
                if any(names(domain.name, product) == database for product in domain.file.products)
            ),
            None,
        )

    def _made_by_the_mesh(self) -> bool:
        domains = self.mesh.domains.values()
        return any(
            role.create for domain in domains for role in domain.roles.values() if role.arn == self.principal
        )

    def _stack(self, hop: Hop) -> str:
        """The one that makes what is missing: a product's catalog and shares are the share stack's."""
        names, producer = self.mesh.names, self._producer()
        held_by = self.holder(self._mended_in(hop))
        shared = hop.step is Step.SHARE and (hop.fault is Fault.FAILED or not hop.evidence)
        if producer is not None and (shared or hop.step is Step.TABLE or hop.fault is Fault.DANGLING):
            return names.stack(producer.name, "share")
        return names.governance_stack if held_by == "governance" else names.stack(held_by, "foundation")


def holder(mesh: Mesh, account: str) -> str:
    """`analytics` for a domain's account, `governance`, or the account itself."""
    if account == mesh.governance_account:
        return "governance"
    found = mesh.domains_by_account.get(account)
    return found.name if found is not None else f"account {account}"


def team_of(mesh: Mesh, account: str) -> str:
    """`insights (insights@acme.example), the team of analytics`; of the governance account the platform's."""
    found = mesh.domains_by_account.get(account)
    if found is not None:
        owner = found.file.owner
        return f"{owner.team} ({owner.email}), the team of {found.name}"
    return "the platform team" if account == mesh.governance_account else f"whoever has account {account}"


def evidence_text(each: object) -> str:
    """What shows that a hop holds or not; empty for what need not be shown."""
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


def short(arn: str) -> str:
    """A role's name, a key's alias: what is behind the ARN's last colon."""
    return arn.rpartition(":")[2].removeprefix("role/").removeprefix("key/")
