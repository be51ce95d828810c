"""What no file declares any more, or what is not as declared, beside access: stacks and streams."""

from collections.abc import Iterator

from meshwright.access.drift.comparison import Comparison
from meshwright.access.drift.deviation import Deviation, Phase, without_entry
from meshwright.access.findings import Call, Severity
from meshwright.config.streams_file import Stream
from meshwright.mesh.documents import linked_databases
from meshwright.mesh.parts.registry import in_workloads

STACKS_NEED = ("cloudformation:DescribeStacks",)
STREAMS_NEED = ("kinesis:ListStreams", "kinesis:DescribeStreamSummary")
KINDS = ("foundation", "share", "access", "workloads")


def stacks(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Stacks of domains that are no longer in the mesh, or that have nothing left for them to hold."""
    mesh, prefix = comparison.mesh, f"{comparison.mesh.name}-"
    for name in sorted(comparison.extras.stacks.get(account, {})):
        domain, _, kind = name.removeprefix(prefix).rpartition("-")
        if not name.startswith(prefix) or kind not in KINDS:
            continue
        if domain not in mesh.domains:
            what = f"the stack {name} is of a domain that no file declares any more"
            remedy = (
                f"declare domains/{domain}.yaml again, or delete the stacks of {domain}: workloads, access, "
                "share, then foundation"
            )
        elif kind == "share" and not mesh.domains[domain].file.products:
            what = f"the stack {name} holds the products of {domain}, which publishes none any more"
            remedy = f"delete that stack, once {mesh.names.stack(domain, 'access')} is deployed or deleted"
        elif kind == "access" and not linked_databases(mesh, mesh.domains[domain]):
            what = f"the stack {name} links to products, and {domain} has and reads none any more"
            remedy = "delete that stack"
        elif kind == "workloads" and not in_workloads(mesh, mesh.domains[domain]):
            what = f"the stack {name} works on the data of {domain}, which asks for nothing of it any more"
            remedy = "delete that stack"
        else:
            continue
        yield Deviation(
            code="stack-leftover",
            account=account,
            subject=name,
            what=what,
            floor=Severity.LOW,
            phase=Phase.LEFTOVERS,
            remedy=remedy,
        )


def streams(comparison: Comparison, account: str) -> Iterator[Deviation]:
    """Streams that are missing, or keep their records for another time than declared."""
    domain = comparison.domain_of_account.get(account)
    if domain is None:
        return
    names, live = comparison.mesh.names, comparison.extras.streams.get(account, {})
    for key, stream in sorted(domain.file.streams.items()):
        name = names.stream(domain.name, key)
        found = live.get(name)
        if found is None:
            yield Deviation(
                code="stream-missing",
                account=account,
                subject=name,
                what=f"the stream {name} is gone",
                floor=Severity.MEDIUM,
                phase=Phase.STORAGE,
                remedy=_stream_again(names.stack(domain.name, "foundation"), stream),
                change=without_entry(account, "streams", name),
            )
        elif found.retention_hours != stream.retention_hours:
            shorter = found.retention_hours < stream.retention_hours
            call = Call(
                account,
                "kinesis",
                f"{'increase' if shorter else 'decrease'}_stream_retention_period",
                {"StreamName": name, "RetentionPeriodHours": stream.retention_hours},
            )
            yield Deviation(
                code="stream-retention",
                account=account,
                subject=name,
                what=f"the stream {name} keeps records for {found.retention_hours} hours instead of "
                f"{stream.retention_hours}",
                floor=Severity.MEDIUM if shorter else Severity.LOW,
                phase=Phase.STORAGE,
                remedy="lengthen it again"
                if shorter
                else "declare the longer time, or shorten it by hand: older records are lost then",
                repair=(call,) if shorter else (),
            )


def _stream_again(stack: str, stream: Stream) -> str:
    size = f"{stream.shards} shards" if stream.shards else "capacity on demand"
    return (
        f"make the stream again by that name, with {size}, {stream.retention_hours} hours of retention and "
        f"the domain's key: a deployment of {stack} does not, as long as the template is the same"
    )
