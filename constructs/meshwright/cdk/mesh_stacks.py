"""All stacks of a mesh, or of chosen domains and what these need, in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import aws_cdk as cdk

from meshwright.cdk.asset import ProviderCode
from meshwright.cdk.stacks.access import AccessStack
from meshwright.cdk.stacks.foundation import FoundationStack
from meshwright.cdk.stacks.governance import GovernanceStack
from meshwright.cdk.stacks.share import ShareStack
from meshwright.cdk.stacks.workloads import WorkloadsStack
from meshwright.errors import UserError
from meshwright.mesh.documents import linked_databases
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.registry import in_workloads
from meshwright.texts import few_of, said

DEFAULT_QUALIFIER = "hnb659fds"
QUALIFIER_CONTEXT = "@aws-cdk/core:bootstrapQualifier"


@dataclass(frozen=True, slots=True)
class MeshStacks:
    """The stacks that were built, by domain: no share without products, no access without links,
    no workloads without a part that needs them.
    """

    governance: GovernanceStack
    foundations: dict[str, FoundationStack] = field(default_factory=dict)
    shares: dict[str, ShareStack] = field(default_factory=dict)
    accesses: dict[str, AccessStack] = field(default_factory=dict)
    workloads: dict[str, WorkloadsStack] = field(default_factory=dict)


def build(app: cdk.App, mesh: Mesh, *, domains: Sequence[str] | None = None) -> MeshStacks:
    """Build the stacks of `domains` (default: of all) and of what they consume, each as in a build of all.

    Raises UserError for a domain that the mesh doesn't have in this environment.
    """
    _use_qualifier(app, mesh.file.bootstrap_qualifier)
    chosen = list(mesh.domains) if domains is None else _known(mesh, domains)
    code = ProviderCode(app)
    stacks = MeshStacks(governance=GovernanceStack(app, mesh=mesh, code=code))
    for name in sorted({*chosen, *_producers_of(mesh, chosen), *_streams_of(mesh, chosen)}):
        domain = mesh.domains[name]
        foundation = FoundationStack(app, mesh=mesh, domain=domain, code=code)
        # The policies of bucket and key name the registration role, and names that don't exist are refused.
        foundation.add_stack_dependency(stacks.governance)
        stacks.foundations[name] = foundation
        if domain.file.products:
            share = ShareStack(app, mesh=mesh, domain=domain)
            share.add_stack_dependency(foundation)
            stacks.shares[name] = share
    for name in chosen:
        domain = mesh.domains[name]
        if linked_databases(mesh, domain):
            access = AccessStack(app, mesh=mesh, domain=domain)
            # A share comes after the foundation of its domain.
            access.add_stack_dependency(stacks.shares.get(name) or stacks.foundations[name])
            for producer in sorted(_producers_of(mesh, [name]) - {name}):
                access.add_stack_dependency(stacks.shares[producer])
            stacks.accesses[name] = access
        if resources := in_workloads(mesh, domain):
            workloads = WorkloadsStack(app, mesh=mesh, domain=domain, resources=resources)
            workloads.add_stack_dependency(stacks.accesses.get(name) or stacks.foundations[name])
            stacks.workloads[name] = workloads
    return stacks


def _use_qualifier(app: cdk.App, qualifier: str) -> None:
    """Let every stack use the roles and buckets that `cdk bootstrap --qualifier` made.

    By context, not by a synthesizer for each stack: jsii hands out one that is bound to no stack.
    """
    given = app.node.try_get_context(QUALIFIER_CONTEXT)
    if given == qualifier or (given is None and qualifier == DEFAULT_QUALIFIER):
        return
    if given is not None or app.node.children:
        raise UserError(
            f"mesh.yaml: bootstrap_qualifier is {qualifier!r}, but the app's context has "
            f"{QUALIFIER_CONTEXT} = {said(repr(given))}. Give both the same value (the context: in cdk.json)."
        )
    app.node.set_context(QUALIFIER_CONTEXT, qualifier)


def _producers_of(mesh: Mesh, consumers: Iterable[str]) -> set[str]:
    return {each.producer for name in consumers for each in mesh.agreed_by_consumer.get(name, ())}


def _streams_of(mesh: Mesh, consumers: Iterable[str]) -> set[str]:
    """The producers of the streams that they read, whose policies must name them. No order is needed."""
    return {each.producer for name in consumers for each in mesh.streams_by_consumer.get(name, ())}


def _known(mesh: Mesh, domains: Sequence[str]) -> list[str]:
    for name in domains:
        if name not in mesh.domains:
            close = get_close_matches(name, mesh.domains, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise UserError(
                f"-c domains: there is no domain {said(repr(name))} in the environment "
                f"{mesh.environment!r}.{hint} "
                f"Its domains: {', '.join(few_of(mesh.domains)) or 'none'}."
            )
    if not domains:
        raise UserError(f"-c domains: name at least one domain, of: {', '.join(few_of(mesh.domains))}.")
    return sorted(set(domains))
