"""DATA_LOCATION_ACCESS: to change a table that lies at a registered location takes it besides ALTER.

https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
"""

from collections.abc import Iterable

from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.request import Request
from meshwright.access.resources import Kind
from meshwright.access.state import AccountState, Grant

PERMISSION = "DATA_LOCATION_ACCESS"
NEEDED_BY = "ALTER"


def data_location_hops(request: Request) -> tuple[Hop, ...]:
    """Whether the principal has it at the table's location or above; no hop where it isn't needed.

    Administrators have it everywhere in their account
    (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html). Across accounts the
    catalog's account grants it to the other, which grants it on, without a share
    (https://docs.aws.amazon.com/lake-formation/latest/dg/regranting-locations.html).
    """
    if request.action != NEEDED_BY or request.owner.registered(request.table.location) is None:
        return ()
    own, principal, account = request.own, request.principal, request.account
    to_account = _held(request.owner, (account,), request) if request.abroad else ()
    if request.abroad and not to_account:
        return (Hop(Step.DATA_LOCATION, request.owner.account, account, Fault.MISSING, (), PERMISSION),)
    if request.whole_account:
        return (Hop(Step.DATA_LOCATION, account, principal, None, to_account, PERMISSION),)
    if principal in own.settings.admins:
        return (Hop(Step.DATA_LOCATION, account, principal, None, ("administrator",), PERMISSION),)
    held = _held(own, request.holders, request)
    fault = None if held else Fault.MISSING
    return (Hop(Step.DATA_LOCATION, account, principal, fault, (*to_account, *held), PERMISSION),)


def _held(account: AccountState, holders: Iterable[str], request: Request) -> tuple[Grant, ...]:
    """Grants on a location cover what is below it
    (https://docs.aws.amazon.com/lake-formation/latest/dg/granting-location-permissions.html).
    """
    path = f"{request.table.location.rstrip('/')}/"
    return tuple(
        grant
        for grant in account.grants_to(holders, request.name.catalog, request.name.database)
        if grant.resource.kind is Kind.LOCATION
        and PERMISSION in grant.permissions
        and path.startswith(f"{grant.resource.path[0]}/")
    )
