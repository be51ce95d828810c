"""What a change takes from pipelines of other domains: refreshes that start them or that they wait for."""

from collections.abc import Iterator

from meshwright.checks.breaks import Affected, Break, Kind
from meshwright.checks.pipeline_products import listenings
from meshwright.checks.sentences import some
from meshwright.checks.still_asked import StillAsked
from meshwright.config.domain_file import DomainFile
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.refreshes import announced
from meshwright.mesh.published import PublishedProduct


def refresh_break(
    domain: str, name: str, before: PublishedProduct, after: DomainFile, asked: StillAsked, mesh: Mesh
) -> Iterator[Break]:
    """A break where the product's refreshes are announced no more, though pipelines still listen to them.

    `after` is the domain's file, `asked` and `mesh` the whole, as they are now.
    """
    if name in announced(after):
        return
    reference = f"{domain}.{name}"
    listeners = {
        each: pipelines
        for each in before.listeners
        if asked.request(each, reference) is not None
        and (pipelines := _listening(mesh.domains[each].file, reference))
    }
    if not listeners:
        return
    affected = tuple(Affected(each, (), (name,)) for each in listeners)
    who = [
        f"{each} ({'pipeline' if len(pipelines) == 1 else 'pipelines'} {', '.join(pipelines)})"
        for each, pipelines in listeners.items()
    ]
    yield Break(
        kind=Kind.REFRESHES_DROPPED,
        reference=reference,
        what=f"no pipeline refreshes `{name}` any more, but {some(who)} "
        f"{'starts with its refreshes or waits' if len(who) == 1 else 'start with its refreshes or wait'} "
        "for them",
        way_out=f"Keep `refreshes: [{name}]` on a pipeline until {some(list(listeners))} "
        f"{'has' if len(who) == 1 else 'have'} {reference} neither in `triggered_by` nor in `wait_for`.",
        affected=affected,
        domain=domain,
        path=("pipelines",),
    )


def _listening(file: DomainFile, reference: str) -> tuple[str, ...]:
    """The pipelines that start with the product's refreshes or wait for them."""
    return tuple(dict.fromkeys(each.pipeline for each in listenings(file) if each.product == reference))
