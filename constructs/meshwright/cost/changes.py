"""What a change of the files does to the cost."""

from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal

from meshwright.cost.assumptions import assumed
from meshwright.cost.estimate import Line, estimate
from meshwright.cost.prices import load_table, nearest_table
from meshwright.mesh.model import Mesh

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line before and after, in US dollars a month; None: it was not there, or is not any more."""

    part: str
    resource: str
    detail: str
    """After the change, if it is there then."""
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.after or NOTHING) - (self.before or NOTHING)


@dataclass(frozen=True, slots=True)
class CostChange:
    """What changes in the cost of a domain, in US dollars a month."""

    domain: str | None
    """None: of the mesh itself."""
    before: Decimal | None
    """Of the whole domain; None: only a part of its file was looked at."""
    after: Decimal | None
    lines: tuple[LineChange, ...]

    @property
    def difference(self) -> Decimal:
        return sum((line.difference for line in self.lines), NOTHING)


def cost_changes(before: Mesh, after: Mesh, *, partial: Set[str] = frozenset()) -> tuple[CostChange, ...]:
    """The domains whose estimate differs, at one set of assumptions; then the mesh itself.

    `partial` names domains of which only what concerns the change is known.
    """
    sides = [
        estimate(mesh, table=load_table(nearest_table(mesh.region)), assumed=assumed())
        if mesh.domains
        else ()
        for mesh in (before, after)
    ]
    known = sorted({line.domain or "" for side in sides for line in side})
    names = [*filter(None, known), *(None for name in known if not name)]
    found = (_change(name, sides[0], sides[1], whole=name not in partial) for name in names)
    return tuple(each for each in found if each.lines)


def _change(domain: str | None, old: tuple[Line, ...], new: tuple[Line, ...], *, whole: bool) -> CostChange:
    before, after = (
        {(line.item.part, line.item.resource): line for line in side if line.domain == domain}
        for side in (old, new)
    )
    lines = []
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        change = LineChange(
            part=key[0],
            resource=key[1],
            detail=(now or was or after[key]).item.detail,
            before=was.total if was else None,
            after=now.total if now else None,
        )
        if change.before != change.after:
            lines.append(change)
    sums = [
        sum((line.total for line in side.values()), NOTHING) if whole else None for side in (before, after)
    ]
    return CostChange(domain, sums[0], sums[1], tuple(lines))
