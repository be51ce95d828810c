"""DROP on a database: with it go its tables, whoever holds what on them.

https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html
"""

from collections.abc import Iterator

from meshwright.access.cells import Cells
from meshwright.access.decision import Hop, Path, Step, Way
from meshwright.access.granted import is_on_database
from meshwright.access.identity_hops import iam_hop
from meshwright.access.request import Request
from meshwright.access.state import Grant, Identity, LakeState

DELETE_DATABASE = "glue:DeleteDatabase"


def drop_paths(
    state: LakeState, request: Request, exists: tuple[Hop, ...], *, opted_in: bool
) -> Iterator[Path]:
    """By a grant on the database; what Lake Formation grants to whoever IAM lets in, for who did not opt in.

    It can't be granted to another account
    (https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html).
    """
    asker = request.asker
    ways = [(Way.DIRECT, asker.direct.grants)]
    if not opted_in:
        ways.append((Way.OPEN, asker.to_anybody.grants))
    for way, grants in ways:
        held = tuple(each for each in grants if is_on_database(each, asker.owner, asker.name, "DROP"))
        if held:
            hops = (*exists, *_iam(state, request, exists), _granted(request, held))
            yield Path(way, hops, (Cells(frozenset(request.table.columns)),))


def _granted(request: Request, held: tuple[Grant, ...]) -> Hop:
    owner = request.owner.account
    return Hop(Step.PRINCIPAL_GRANT, owner, request.principal, None, held, request.action)


def _iam(state: LakeState, request: Request, exists: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html"""
    if not exists or not exists[0].holds:
        return ()
    start, name = f"arn:{state.partition}:glue:{state.region}:{request.name.catalog}:", request.name
    resources = ("catalog", f"database/{name.database}", f"table/{name.database}/{name.table}")
    identity = request.own.identities.get(request.principal, Identity())
    return (iam_hop(state, request, identity, [(DELETE_DATABASE, f"{start}{each}") for each in resources]),)
