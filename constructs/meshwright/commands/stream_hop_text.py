"""Each hop from a role to a stream in words: what holds, what does not, and what would mend it."""

from dataclasses import dataclass

from meshwright.access.decision import Fault, Hop, Step, StreamStep
from meshwright.access.findings import Call
from meshwright.access.repair import document_of
from meshwright.access.state import AccountState
from meshwright.access.stream_rows import StreamOf
from meshwright.commands.aws_lines import aws_line
from meshwright.commands.hop_text import HopText, evidence_text, holder, short, team_of
from meshwright.commands.plain_hops import mending, why
from meshwright.mesh.model import Mesh


@dataclass(frozen=True, slots=True)
class StreamWords:
    """The words for hops about one role and one stream of a mesh."""

    mesh: Mesh
    principal: str
    stream: StreamOf
    agreed: bool
    """The files say that it may be read. Else no repair is named: it would open what nobody agreed to."""
    role: str
    """As `domain.key`."""
    declared: AccountState
    """The stream's account, as the files declare it."""

    def of(self, hop: Hop) -> HopText:
        """The hop in words."""
        return HopText(
            step=hop.step.value,
            holds=hop.holds,
            what=self._good(hop) if hop.holds else self._bad(hop),
            evidence=tuple(text for each in hop.evidence if (text := evidence_text(each))),
            owner=holder(self.mesh, hop.account),
            repair=self._repair(hop) if self.agreed and not hop.holds else "",
            assumed=hop.assumed,
            plain="" if hop.holds else self._plain(hop),
            mend=self._mend(hop) if self.agreed and not hop.holds else "",
            team=team_of(self.mesh, hop.account),
        )

    def _plain(self, hop: Hop) -> str:
        at, reader = holder(self.mesh, hop.account), self.role.partition(".")[0]
        return why(hop, holder=at, reader=reader, role=self.role, target=self.stream.reference)

    def _mend(self, hop: Hop) -> str:
        return mending(hop, reader=self.role.partition(".")[0], made_by_mesh=self._made_by_the_mesh())

    def _good(self, hop: Hop) -> str:
        match hop.step:
            case StreamStep.STREAM:
                return f"{self._place(hop.account)} has the stream {hop.subject}"
            case Step.PRINCIPAL:
                return f"the role exists: {hop.subject}"
            case Step.IAM:
                return "IAM lets it read the stream, and decrypt with its key"
            case StreamStep.STREAM_POLICY:
                return f"the stream lets it in ({hop.action})"
            case StreamStep.CONSUMER:
                return f"the consumer {hop.subject} is registered"
            case StreamStep.CONSUMER_POLICY:
                return f"the consumer {hop.subject} lets it subscribe ({hop.action})"
            case _:
                return f"the key {short(hop.subject)} lets it decrypt the stream's records"

    def _bad(self, hop: Hop) -> str:
        denied = " (explicitly denied)" if hop.fault is Fault.DENIED else ""
        match hop.step:
            case StreamStep.STREAM:
                return f"{self._place(hop.account)} has no stream {hop.subject}"
            case Step.PRINCIPAL:
                return f"the role does not exist: {hop.subject}"
            case Step.IAM:
                where = f" on {hop.evidence[0]}" if hop.evidence else ""
                return f"IAM does not let it: {hop.action}{where}{denied}"
            case StreamStep.STREAM_POLICY:
                return f"the policy of the stream {hop.subject} does not let it in: {hop.action}{denied}"
            case StreamStep.CONSUMER:
                return f"no consumer {hop.subject} is registered with the stream"
            case StreamStep.CONSUMER_POLICY:
                return f"the policy of the consumer {hop.subject} does not let it in: {hop.action}{denied}"
            case _ if hop.fault is Fault.FAILED:
                return f"the key {short(hop.subject)} is disabled or to be deleted"
            case _:
                return f"the key {short(hop.subject)} does not let it: {hop.action}{denied}"

    def _repair(self, hop: Hop) -> str:
        """What whoever owns the account can do about it."""
        call = self._call(hop)
        if call is not None:
            return aws_line(call, self.mesh.region)
        if hop.step is Step.IAM and not self._made_by_the_mesh():
            return f"a policy of {short(self.principal)} must allow it, and none deny it"
        if hop.step is Step.PRINCIPAL and not self._made_by_the_mesh():
            return f"make the role in {self._place(hop.account)}: the mesh only names it"
        stack = self.mesh.names.stack(holder(self.mesh, hop.account), "foundation")
        if hop.step in (StreamStep.STREAM, StreamStep.CONSUMER):
            return f"deploy {stack}; if that is deployed, `meshwright audit` says what brings it back"
        return f"deploy {stack}, or let `meshwright audit --repair` restore what was changed by hand"

    def _call(self, hop: Hop) -> Call | None:
        """The declared policy of the stream put back, where it is another one or gone."""
        if hop.step is not StreamStep.STREAM_POLICY:
            return None
        declared = self.declared.streams.get(self.stream.name.name)
        if declared is None or declared.policy is None:
            return None
        account = self.stream.name.account
        arn = f"arn:{self._partition}:kinesis:{self.mesh.region}:{account}:stream/{self.stream.name.name}"
        given = {"ResourceARN": arn, "Policy": document_of(declared.policy)}
        return Call(account, "kinesis", "put_resource_policy", given)

    @property
    def _partition(self) -> str:
        return self.principal.split(":")[1]

    def _place(self, account: str) -> str:
        found = holder(self.mesh, account)
        return found if found.startswith("account ") else f"{found}'s account {account}"

    def _made_by_the_mesh(self) -> bool:
        domains = self.mesh.domains.values()
        return any(
            role.create for domain in domains for role in domain.roles.values() if role.arn == self.principal
        )
