"""The files of a mesh repository against those of a git ref: what is refused because others rely on it."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from meshwright.checks.breaks import problems
from meshwright.checks.removal import breaking_changes
from meshwright.config.domain_file import DomainFile
from meshwright.config.finding import domains_with, related
from meshwright.config.git import NoMeshYetError, at_merge_base
from meshwright.config.loading import Files
from meshwright.config.problems import Problem, shown
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion
from meshwright.config.trees import Tree, WorkingTree, changes
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.published import published
from meshwright.mesh.slicing import (
    ANNOUNCING,
    LISTENING,
    Link,
    affected,
    announcing,
    asked_of_others,
    concerning,
    links,
    listened_to,
    partners,
)
from meshwright.project import Examined, examine, load_files, load_mesh, refusal_text

_AT_ONCE = 20
"""Files to read in search of a domain that announces refreshes: most that have the key do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The files as they were at the base, and as they are."""

    base: str
    """The ref as given."""
    before: Examined
    after: Examined
    changed: frozenset[str] | None
    """Domains whose file differs. None: mesh.yaml does, and with it perhaps everything."""
    today: date
    affected: frozenset[str] = frozenset()
    """Others with a resource in which the change and domains beside it have a part: all of these are read."""
    _meshes: dict[str, tuple[Mesh, Mesh]] = field(default_factory=dict, repr=False, compare=False)

    def environments(self, chosen: str | None) -> tuple[str, ...]:
        """Those to compare: `chosen`, or all. Raises UserError for one that neither side has."""
        files = (self.after.files.mesh, self.before.files.mesh)
        known = list(dict.fromkeys(name for mesh in files if mesh for name in mesh.environments))
        if chosen is not None and chosen not in known:
            raise UserError(f"{MESH_FILE} has no environment `{chosen}`. {suggestion(chosen, known, '')}")
        return (chosen,) if chosen is not None else tuple(known)

    def meshes(self, environment: str) -> tuple[Mesh, Mesh]:
        """The mesh before and after, as far as the change can concern it.

        Without domains on a side that does not have the environment.
        """
        if environment not in self._meshes:
            self._meshes[environment] = (
                self._mesh(self.before, self.after, environment),
                self._mesh(self.after, self.before, environment),
            )
        return self._meshes[environment]

    def _mesh(self, side: Examined, other: Examined, environment: str) -> Mesh:
        files = side.files
        if files.mesh is not None and environment in files.mesh.environments:
            domains = self._concerned(files.domains)
            return resolve(
                files.mesh, domains, environment=environment, today=self.today, unread=files.unread
            )
        if other.files.mesh is None:
            raise UserError(f"{MESH_FILE} has no environment `{environment}`.")
        return resolve(other.files.mesh, {}, environment=environment, today=self.today)

    def _concerned(self, domains: Mapping[str, DomainFile]) -> Mapping[str, DomainFile]:
        if self.changed is None:
            return domains
        sides = (self.before.files.domains, self.after.files.domains)
        asking = self.changed | self.affected
        products = frozenset[str]().union(*(asked_of_others(files, asking) for files in sides))
        return concerning(domains, changed=self.changed, products=products, affected=self.affected)

    @property
    def partial(self) -> frozenset[str]:
        """The domains that stay as they are, of which only what concerns the change is looked at."""
        if self.changed is None:
            return frozenset()
        return frozenset(self.after.files.domains.keys() - self.changed)

    @property
    def stacks_unknown(self) -> frozenset[str]:
        """Those of them of which it can't be told whether a stack is new or left.

        A domain without products has an access stack by its agreements alone, and these are looked at.
        """
        return frozenset(name for name in self.partial if self.after.files.domains[name].products)

    def before_has(self, environment: str) -> bool:
        """Whether the base had it."""
        return _has(self.before, environment)

    def after_has(self, environment: str) -> bool:
        """Whether the files have it now."""
        return _has(self.after, environment)

    @property
    def comparable(self) -> bool:
        """Whether both sides can be resolved, even if the files contradict each other."""
        return self.after.files.mesh is not None and self.before.files.mesh is not None


def compare(
    root: Path, *, base: str, today: date, whole: bool = False, reuse: Files | None = None
) -> Comparison:
    """Compare the files below `root` with those at the merge base of `base` and HEAD.

    Reads only the domains that the change concerns, unless `whole`; `reuse` saves parsing. Raises UserError
    as project.examine and git.at_merge_base do, and when the files at the base have problems. Those of the
    files as they are stand in `Comparison.after`.
    """
    working, tree = WorkingTree(root), at_merge_base(root, base)
    found = changes(tree, working)
    everything = whole or found.mesh
    only = None if everything else related(working, found.domains) | related(tree, found.domains)

    def both(only: frozenset[str] | None, reuse: Files | None) -> tuple[Examined, Examined]:
        after = examine(working, environment=None, today=today, only=only, reuse=reuse)
        return examine(tree, environment=None, today=today, only=only, reuse=after.files), after

    before, after = both(only, reuse)
    # With errors nothing is decided, and so nothing is known of what is agreed.
    decided = not (before.errors or after.errors)
    differing = _links(before, found.domains) ^ _links(after, found.domains) if decided else frozenset()
    if only is not None and decided:
        more = _sharing(working, before, after, differing, found.domains)
        if not more <= only:
            before, after = both(only | more, after.files)
    if before.errors:
        lines = "\n".join(shown(before.errors).lines())
        raise UserError(
            f"The files at `{base}` have problems, so there is nothing to compare with. Name another commit "
            f"with --base.\n{lines}"
        )
    others = affected(after.files.domains, differing, changed=found.domains)
    return Comparison(base, before, after, None if found.mesh else found.domains, today, others)


def _links(side: Examined, changed: frozenset[str]) -> frozenset[Link]:
    return links(side.files.domains, side.subscriptions, side.stream_subscriptions, changed=changed)


def _sharing(
    tree: Tree, before: Examined, after: Examined, differing: Set[Link], changed: frozenset[str]
) -> frozenset[str]:
    """The domains that have a part in the same resources of unchanged domains, or of the mesh, as the change.

    They need have nothing to do with the changed domains themselves.
    """
    domains = after.files.domains
    found = partners(domains, differing, changed=changed)
    if products := listened_to(domains, differing, changed=changed):
        found |= domains_with(tree, products) & domains_with(tree, LISTENING)
    return found | _announcing(tree, before, after, changed)


def _announcing(tree: Tree, before: Examined, after: Examined, changed: frozenset[str]) -> frozenset[str]:
    """The domains by which the mesh's bus is there, and by which it lets in whom it does.

    With `organization` it lets in all accounts of that, so one domain in each environment is enough.
    """
    mesh, domains = after.files.mesh, after.files.domains
    was, now = (announcing(side.files.domains, changed) for side in (before, after))
    if was == now or mesh is None:
        return frozenset()
    candidates = sorted(domains_with(tree, [ANNOUNCING]) - domains.keys())
    if mesh.organization is None:
        return frozenset(candidates)
    lacking = _environments(was) ^ _environments(now)
    lacking -= _environments(announcing(domains, domains.keys() - changed))
    found: set[str] = set()
    for start in range(0, len(candidates), _AT_ONCE):
        if not lacking:
            break
        read = load_files(tree, only=candidates[start : start + _AT_ONCE], reuse=after.files).domains
        for name in read:
            if there := lacking & _environments(announcing(read, [name])):
                found.add(name)
                lacking -= there
    return frozenset(found)


def _environments(places: Iterable[tuple[str, str]]) -> set[str]:
    return {environment for environment, _ in places}


def refusals(
    comparison: Comparison, *, environments: Iterable[str], accepted: Collection[str] = ()
) -> tuple[Problem, ...]:
    """What the change would take from live consumers in any of the environments, as errors, sorted.

    `accepted` names what may be broken all the same, as `domain.product` or `domain.stream`. Raises UserError
    for a name that nothing had.
    """
    if not comparison.comparable:
        return ()
    sides = (comparison.before.files, comparison.after.files)
    check_accepted(
        accepted,
        known=[name for files in sides for name in names_in(files)],
        unread={name for files in sides for name in files.unread},
    )
    found: set[Problem] = set()
    for environment in environments:
        before, after = comparison.meshes(environment)
        breaks = breaking_changes(
            published(before), after, today=comparison.today, accepted=frozenset(accepted)
        )
        found.update(problems(comparison.after.files, breaks))
    return tuple(sorted(found))


def load_compared(
    root: Path,
    *,
    environment: str | None,
    today: date,
    base: str | None,
    accepted: Collection[str] = (),
) -> Mesh:
    """As project.load_mesh; with `base`, only if nothing is taken from a live consumer since then.

    Raises UserError that lists every problem of the files and every refusal.
    """
    if base is None:
        return load_mesh(root, environment=environment, today=today)
    try:
        found = compare(root, base=base, today=today, whole=True)
    except NoMeshYetError:  # a new mesh takes nothing from anyone
        return load_mesh(root, environment=environment, today=today)
    mesh = found.after.files.mesh
    chosen = environment or (next(iter(mesh.environments)) if mesh else None)
    refused = refusals(found, environments=found.environments(chosen), accepted=accepted)
    if refused or found.after.errors or mesh is None:
        raise UserError(refusal_text({*found.after.errors, *refused}))
    return resolve(mesh, found.after.files.domains, environment=environment, today=today)


def _has(side: Examined, environment: str) -> bool:
    return side.files.mesh is not None and environment in side.files.mesh.environments


def names_in(files: Files) -> list[str]:
    """Every product and stream of the files, as `domain.product` or `domain.stream`."""
    return [
        f"{domain.domain}.{name}"
        for domain in files.domains.values()
        for name in (*domain.products, *domain.streams)
    ]


def check_accepted(accepted: Iterable[str], *, known: Iterable[str], unread: Collection[str] = ()) -> None:
    """Raises UserError for a name to accept that nothing has. Of the domains in `unread` nothing is known."""
    names = list(dict.fromkeys(known))
    for name in accepted:
        if name not in names and name.partition(".")[0] not in unread:
            fix = suggestion(name, names, "Write it as DOMAIN.PRODUCT.")
            raise UserError(f"There is no product or stream `{name}` to accept the breaking of. {fix}")
