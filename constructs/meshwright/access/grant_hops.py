"""Lake Formation's grants that lead a principal to a table: in its own catalog, by share, directly, or open.

A grant to an account or organization reaches its administrators at once, and others once the account grants
it to them (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html); it cannot
be passed on to a third account
(https://docs.aws.amazon.com/lake-formation/latest/dg/regranting-shared-resources.html). A principal of
another account can also be granted directly
(https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-permissions.html).
"""

from collections.abc import Sequence

from meshwright.access.cells import Cells
from meshwright.access.decision import Evidence, Fault, Hop, Path, Step, Way
from meshwright.access.granted import Granted, both, cells_of, on_table
from meshwright.access.held import NOTHING, Held, sorted_by_table
from meshwright.access.principals import ANYBODY
from meshwright.access.request import Request
from meshwright.access.share_hops import direct_share_hop, share_hop
from meshwright.access.state import LakeState
from meshwright.access.undocumented import VIEWS, of_both_sides, of_database, of_one_side, of_the_share

VIEWS_ONLY = "a read-only administrator of the receiving account has nothing but DESCRIBE"
OTHERS_GROUP = "a grant to all IAM principals of another account reaches each of them directly"
IN_UNIT = "the account is in that unit of the organization"


HYBRID_VERSION = 4
"""From which on a table can be shared and open to IAM_ALLOWED_PRINCIPALS at the same time
(https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-prerequisites.html).
"""


def is_open(request: Request) -> bool:
    """Whether the table has Super of IAM_ALLOWED_PRINCIPALS, whoever asks."""
    name, owner = request.name, request.owner
    held = sorted_by_table(owner.grants_to((ANYBODY,), name.catalog, name.database))
    return bool(held.grants) and bool(on_table(held, request, "SELECT"))


def open_path(request: Request, assumed: tuple[str, ...] = ()) -> Path | None:
    """The way of whoever IAM lets in, where the table has Super of IAM_ALLOWED_PRINCIPALS; the grant alone.

    It is for principals of the catalog's own account, and needs no other grant
    (https://docs.aws.amazon.com/lake-formation/latest/dg/metadata-permissions.html).
    """
    held = request.asker.to_anybody
    anybody = on_table(held, request) if held.grants else ()
    if not anybody:
        return None
    hop = _grant_hop(Step.PRINCIPAL_GRANT, request.owner.account, request, anybody, assumed)
    return Path(Way.OPEN, (hop,), cells_of(anybody))


def grant_paths(state: LakeState, request: Request) -> tuple[Path, ...]:
    """Each way by Lake Formation's grants, with their hops alone; at least one, perhaps with a broken hop."""
    asker = request.asker
    if not asker.abroad:
        return (_in_own_catalog(request),)
    direct = _direct(request) if asker.direct.grants else None
    shared = on_table(asker.to_account, request)
    if direct is None:
        return (_shared(state, request, shared),)
    return (direct, _shared(state, request, shared)) if shared else (direct,)


def _in_own_catalog(request: Request) -> Path:
    """Administrators see all metadata, and may grant themselves the rest
    (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html); read-only ones see
    (https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html).
    """
    owner, settings, held = request.owner, request.owner.settings, request.asker.direct
    granted = on_table(held, request)
    if request.action == "DESCRIBE":
        if request.principal in settings.admins:
            return Path(Way.DIRECT, (_administrator(request),), _everything(request))
        if request.principal in settings.read_only_admins and not granted:
            return Path(Way.DIRECT, (_administrator(request, (VIEWS,)),), _everything(request))
    assumed = _assumed(granted, held, request)
    hop = _grant_hop(Step.PRINCIPAL_GRANT, owner.account, request, granted, assumed)
    return Path(Way.DIRECT, (hop,), cells_of(granted))


def _direct(request: Request) -> Path | None:
    """By a grant of the catalog's account to a principal of another, without a grant there
    (https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html).
    """
    owner, held = request.owner, request.asker.direct
    direct = on_table(held, request)
    if not direct:
        return None
    by_group = all(each.grant.principal != request.principal for each in direct)
    assumed = (*_assumed(direct, held, request), *((OTHERS_GROUP,) if by_group else ()))
    hop = _grant_hop(Step.PRINCIPAL_GRANT, owner.account, request, direct, assumed)
    # A creator's permissions follow from the share of the database; nobody granted them.
    made = request.table.creator == request.principal
    return Path(
        Way.DIRECT, (*direct_share_hop(owner, request.account, granted=not made), hop), cells_of(direct)
    )


def _shared(state: LakeState, request: Request, granted: tuple[Granted, ...]) -> Path:
    """By a grant to the account, or its organization, and one in the account to the principal."""
    asker = request.asker
    own, held = asker.own, asker.local
    shares, shared = share_hop(state, own, asker.owner, granted)
    if shared and asker.owner.settings.cross_account_version < HYBRID_VERSION and is_open(request):
        evidence = (f"cross-account version {asker.owner.settings.cross_account_version}",)
        shares = (Hop(Step.SHARE, asker.owner.account, own.account, Fault.MISSING, evidence),)
    if asker.whole_account or asker.principal in own.settings.admins:
        # An administrator of the receiving account has what was granted to the account, data included.
        to_account = _account_hop(request, shared, _assumed_of_account(shared, request))
        ends = () if asker.whole_account else (_administrator(request),)
        return Path(Way.SHARED, (*shares, to_account, *ends), cells_of(shared))
    local = on_table(held, request)
    if not local and asker.principal in own.settings.read_only_admins:
        to_account = _account_hop(request, shared, _assumed_of_account(shared, request))
        if request.action == "DESCRIBE":
            return Path(
                Way.SHARED, (*shares, to_account, _administrator(request, (VIEWS,))), cells_of(shared)
            )
        hop = _grant_hop(Step.PRINCIPAL_GRANT, own.account, request, (), (VIEWS_ONLY,))
        return Path(Way.SHARED, (*shares, to_account, hop))
    cells = both(shared, local)
    later = of_the_share(shared, local, cells, request.action)
    to_account = _account_hop(request, shared, _assumed_of_account(shared, request) + later)
    assumed = _assumed(local, held, request) + of_both_sides(shared, local, cells)
    fault = Fault.EMPTY if shared and local and not cells else None
    hop = _grant_hop(Step.PRINCIPAL_GRANT, own.account, request, local, assumed, fault)
    return Path(Way.SHARED, (*shares, to_account, hop), cells)


def _assumed(granted: Sequence[Granted], held: Held, request: Request) -> tuple[str, ...]:
    if not granted:
        return ()
    return of_one_side(granted, held, request) + of_database(held, request)


def _assumed_of_account(shared: Sequence[Granted], request: Request) -> tuple[str, ...]:
    assumed = of_one_side(shared, NOTHING, request)
    if shared and not [each for each in shared if ":ou/" not in each.grant.principal]:
        return (*assumed, IN_UNIT)
    return assumed


def _everything(request: Request) -> tuple[Cells, ...]:
    return (Cells(frozenset(request.table.columns)),)


def _administrator(request: Request, assumed: tuple[str, ...] = ()) -> Hop:
    kind = "read-only administrator" if assumed else "administrator"
    account, principal = request.account, request.principal
    return Hop(Step.PRINCIPAL_GRANT, account, principal, None, (kind,), request.action, assumed)


def _account_hop(request: Request, shared: Sequence[Granted], assumed: tuple[str, ...]) -> Hop:
    fault = None if shared else Fault.MISSING
    evidence: tuple[Evidence, ...] = tuple([each.grant for each in shared])
    owner, account = request.owner.account, request.account
    return Hop(Step.ACCOUNT_GRANT, owner, account, fault, evidence, request.action, assumed)


def _grant_hop(
    step: Step,
    account: str,
    request: Request,
    granted: Sequence[Granted],
    assumed: tuple[str, ...] = (),
    fault: Fault | None = None,
) -> Hop:
    evidence: tuple[Evidence, ...] = tuple([each.grant for each in granted])
    found = fault or (None if granted else Fault.MISSING)
    return Hop(step, account, request.principal, found, evidence, request.action, assumed)
