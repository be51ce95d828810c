"""May a principal read this table, what of it, and through which hops? Answered from a LakeState alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from meshwright.access.cells import Cells, union
from meshwright.access.data_location import data_location_hops
from meshwright.access.database_drop import drop_paths
from meshwright.access.decision import Decision, Fault, Hop, Path, Step, TableName, Way
from meshwright.access.enforcement import Place, opted_in, place_of_files
from meshwright.access.grant_hops import grant_paths, open_path
from meshwright.access.identity_hops import ON_METADATA, Who, identity_hops, who_asks
from meshwright.access.links import dangling
from meshwright.access.past_catalog import may_be_let_in, may_read_files
from meshwright.access.request import Asker, Request, asker_of
from meshwright.access.row_policies import limited
from meshwright.access.state import LakeState, Table
from meshwright.access.storage_path import (
    NAMES_OF,
    ON_OBJECTS,
    Files,
    Reach,
    files_of,
    reach_of,
    registration_hops,
)
from meshwright.access.views import view_paths

OPEN_TABLE = "Super of IAM_ALLOWED_PRINCIPALS lets everybody read whom IAM lets ask Lake Formation"
NOT_ALL = "the partitions at {} are not reached"
EXTERNAL = "engines of account {} filter rows and columns by themselves, as Lake Formation tells them"
OPEN_IGNORED = "for who opted in to Lake Formation, Super of IAM_ALLOWED_PRINCIPALS does not count"
KEPT = 20_000
"""How many entries the memos of principals have at most: enough for decisions that follow one another."""


def decide(state: LakeState, principal: str, table: TableName, action: str = "SELECT") -> Decision:
    """What `principal` may do with `table`: an IAM ARN, or an account id for whomever that account chooses.

    `action` is a Lake Formation permission on tables. For many decisions on one state, keep an Evaluator.
    """
    return Evaluator(state).decide(principal, table, action)


@dataclass(frozen=True)
class Evaluator:
    """Decisions on one state; what many of them have in common is worked out once."""

    state: LakeState
    through_views: bool = True
    _askers: dict[tuple[str, str, str], Asker] = field(default_factory=dict)
    _who: dict[tuple[str, str, str, str, str, bool], Who] = field(default_factory=dict)
    _places: dict[tuple[str, str], tuple[Place, Files]] = field(default_factory=dict)
    _to_files: dict[tuple[str, str, str], tuple[Hop, ...]] = field(default_factory=dict)
    _reached: dict[tuple[str, str, str, Reach], tuple[Hop, ...]] = field(default_factory=dict)
    _past: dict[tuple[str, str, str, Reach], Hop] = field(default_factory=dict)

    def decide(self, principal: str, table: TableName, action: str = "SELECT") -> Decision:
        """See `decide`."""
        asker = self._asker(principal, table.catalog, table.database)
        found = asker.database.tables.get(table.table) if asker.database else None
        if found is None:
            missing = self._missing(asker, table)
            return Decision(principal, table, action, (), (), (Path(Way.DIRECT, (missing,)),))
        request = Request(asker, table, found, action)
        paths = self._to_data(request) if action in ON_OBJECTS else self._to_metadata(request)
        if action == "SELECT" and self.through_views and table in self.state.views_over:
            paths += self._through_views(request)
        holding = tuple([path for path in paths if path.cells and path.holds])
        cells = union([piece for path in holding for piece in path.cells])
        return Decision(principal, table, action, cells, _shown(found, cells), holding or (_to_mend(paths),))

    def of_part(self, state: LakeState) -> "Evaluator":
        """Decisions on another part of the same mesh: what is known of its files stays known."""
        return replace(self, state=state, _askers={}, _who={}, _past={})

    def _asker(self, principal: str, catalog: str, database: str) -> Asker:
        key = (principal, catalog, database)
        found = self._askers.get(key)
        if found is None:
            if len(self._askers) >= KEPT:
                self._askers.clear()
            found = self._askers[key] = asker_of(self.state, principal, catalog, database)
        return found

    def _missing(self, asker: Asker, table: TableName) -> Hop:
        """That there is no such table, or that the link of the principal's account leads nowhere."""
        owner = asker.owner
        if owner.complete and asker.abroad:
            link = dangling(asker.own, table, database_gone=asker.database is None)
            if link:
                return link
        assumed = () if owner.complete else (f"{table} does not exist: {owner.account} was not read",)
        return Hop(Step.TABLE, table.catalog, str(table), Fault.MISSING, assumed=assumed)

    def _to_data(self, request: Request) -> list[Path]:
        """To the table's files, and to those of partitions that lie elsewhere."""
        if not request.table.elsewhere:
            return self._to_files_at(request, request.table.location)
        places = (request.table.location, *request.table.elsewhere)
        found = {place: self._to_files_at(request, place) for place in places}
        out_of_reach = [place for place, paths in found.items() if not any(path.holds for path in paths)]
        texts = [NOT_ALL.format(", ".join(out_of_reach))] if out_of_reach else []
        return [
            path._replace(hops=_assuming(path.hops, *texts)) if path.holds else path
            for paths in found.values()
            for path in paths
        ]

    def _to_files_at(self, request: Request, location: str) -> list[Path]:
        """By Lake Formation, by IAM where the table is open to it, and past the catalog."""
        place, files = self._place(request, location)
        choice = opted_in(request) if place.hybrid else ()
        enforced = place.location is not None and choice is not None
        itself, who = self._identity(request, vended=True)
        data = self._data(request, place, files, choice)
        group = open_path(request, (OPEN_TABLE,) if enforced else ())
        paths = []
        for way, hops, cells in grant_paths(self.state, request):
            if group and place.hybrid and enforced and not all(hop.holds for hop in hops):
                hops = _assuming(hops, OPEN_IGNORED)
            if request.action == "SELECT" and cells:
                cells, limits = self._limited(request, cells)
                hops = _assuming(hops, *limits)
            paths.append(Path(way, who + hops + data, cells))
        if group and enforced and not place.hybrid:
            paths.append(Path(Way.OPEN, (*who, *group.hops, *data), group.cells))
        if not (group or may_be_let_in(self.state, request.principal, request.account, files)):
            return paths
        storage = self._past_the_catalog(request.principal, files, request.action)
        if group and not enforced:
            _, by_iam = self._identity(request, vended=False)
            paths.append(Path(Way.OPEN, (*by_iam, *group.hops, storage), group.cells))
        if storage.holds and location:
            everything = Cells(frozenset(request.table.columns))
            paths.append(Path(Way.STORAGE, (*itself, storage), (everything,)))
        return paths

    def _limited(
        self, request: Request, cells: tuple[Cells, ...]
    ) -> tuple[tuple[Cells, ...], tuple[str, ...]]:
        """What row-level policies leave, and that engines which filter by themselves do."""
        assumed = tuple[str, ...]()
        if request.owner.row_policies:
            cells, assumed = limited(cells, request)
        if request.account in request.owner.settings.external_engines and not _is_whole(cells, request):
            assumed = (*assumed, EXTERNAL.format(request.account))
        return cells, assumed

    def _through_views(self, request: Request) -> Iterator[Path]:
        def who(asked: Request) -> tuple[Hop, ...]:
            return self._identity(asked, vended=False)[1]

        def decided(principal: str, table: TableName) -> Decision:
            return self.of_tables().decide(principal, table)

        yield from view_paths(
            self.state,
            request.name,
            request.table,
            asker_of=partial(self._asker, request.principal),
            who=who,
            decide=decided,
        )

    def of_tables(self) -> "Evaluator":
        """The same without views, which would lead from one to the other."""
        return replace(self, through_views=False)

    def _to_metadata(self, request: Request) -> list[Path]:
        _, who = self._identity(request, vended=False)
        choice = opted_in(request)
        location = data_location_hops(request)
        group = open_path(request)
        paths = []
        for way, hops, cells in grant_paths(self.state, request):
            if group and choice is not None and not all(hop.holds for hop in hops):
                hops = _assuming(hops, OPEN_IGNORED)
            paths.append(Path(way, who + hops + location, cells))
        if group and choice is None:
            paths.append(Path(Way.OPEN, (*who, *group.hops, *location), group.cells))
        if request.action == "DROP" and not request.abroad:
            exists, _ = self._identity(request, vended=False)
            paths += drop_paths(self.state, request, exists, opted_in=choice is not None)
        return paths

    def _identity(self, request: Request, *, vended: bool) -> tuple[tuple[Hop, ...], tuple[Hop, ...]]:
        """That the principal exists; and that, IAM and its link. For an account as a whole, nothing of it."""
        asker, name = request.asker, request.name
        if asker.whole_account:
            return (), ()
        alone = name.table if name in asker.own.table_links_to else ""
        change = request.action if request.action in ON_METADATA else ""
        key = (asker.principal, name.catalog, name.database, alone, change, vended)
        who = self._who.get(key)
        if who is None:
            if len(self._who) >= KEPT:
                self._who.clear()
            who = self._who[key] = who_asks(self.state, request, vended=vended)
        return (who.exists,), identity_hops(self.state, request, who)

    def _place(self, request: Request, location: str) -> tuple[Place, Files]:
        key = (request.name.catalog, location)
        found = self._places.get(key)
        if found is None:
            place = place_of_files(request.owner, location)
            found = self._places[key] = (place, files_of(self.state, location))
        return found

    def _data(
        self, request: Request, place: Place, files: Files, choice: tuple[str, ...] | None
    ) -> tuple[Hop, ...]:
        """The hops from the table to its files, by Lake Formation."""
        if place.location is None:
            return (place.hop,)
        if choice is None:
            return (Hop(Step.LOCATION, request.name.catalog, place.hop.subject, Fault.HYBRID),)
        key = (request.name.catalog, files.path, request.action)
        hops = self._to_files.get(key)
        if hops is None:
            role = self._registration(place.location.role, files, request.action)
            hops = self._to_files[key] = (place.hop, *role)
        return (*_assuming(hops[:1], *choice), *hops[1:]) if choice else hops

    def _registration(self, role: str, files: Files, action: str) -> tuple[Hop, ...]:
        key = (role, files.bucket, action, reach_of(self.state, role, files, (ON_OBJECTS[action],)))
        hops = self._reached.get(key)
        if hops is None:
            hops = self._reached[key] = registration_hops(self.state, role, files, action)
        return hops

    def _past_the_catalog(self, principal: str, files: Files, action: str) -> Hop:
        key = (principal, files.bucket, action, reach_of(self.state, principal, files, NAMES_OF[action]))
        hop = self._past.get(key)
        if hop is None:
            hop = self._past[key] = may_read_files(self.state, principal, files, action)
        return hop


def _is_whole(cells: tuple[Cells, ...], request: Request) -> bool:
    return cells == (Cells(frozenset(request.table.columns)),)


def _shown(table: Table, cells: tuple[Cells, ...]) -> tuple[str, ...]:
    """The columns in `cells`, in the table's order; of one that is shown in part, its fields."""
    shown = cells[0].columns if len(cells) == 1 else frozenset[str]().union(*(each.columns for each in cells))
    if len(shown) == len(table.columns) and shown.issuperset(table.columns):
        return table.columns
    whole = tuple([column for column in table.columns if column in shown])
    return whole if len(whole) == len(shown) else tuple(_with_fields(table, shown))


def _with_fields(table: Table, shown: frozenset[str]) -> Iterator[str]:
    """Of a column that is shown in part, its fields in its place."""
    fields = sorted(each for each in shown if "." in each)
    for column in table.columns:
        if column in shown:
            yield column
        else:
            yield from (each for each in fields if each.startswith(f"{column}."))


def _assuming(hops: tuple[Hop, ...], *texts: str) -> tuple[Hop, ...]:
    """The hops, the last of which is as it is because of that."""
    if not texts:
        return hops
    return (*hops[:-1], hops[-1]._replace(assumed=(*hops[-1].assumed, *texts)))


def _to_mend(paths: list[Path]) -> Path:
    """Of paths that lead nowhere, the one with the fewest hops that don't hold."""
    return min(paths, key=lambda path: sum(not hop.holds for hop in path.hops))
