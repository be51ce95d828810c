"""The principal itself, what IAM lets it do, and the resource link that it uses.

IAM and Lake Formation must both allow
(https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-overview.html). Through a link, IAM must
allow it on link and target
(https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-glue-apis.html).
"""

from typing import NamedTuple

from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.links import Way, way_through
from meshwright.access.policies import by_endpoints, identity_allows, known_context
from meshwright.access.principals import IN_IAM, PrincipalKind, principal_of
from meshwright.access.request import Request
from meshwright.access.state import Identity, LakeState

GET_DATA_ACCESS = "lakeformation:GetDataAccess"
"""For credentials to the data
(https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_GetTemporaryGlueTableCredentials.html).
"""
GET_TABLE, GET_PARTITIONS = "glue:GetTable", "glue:GetPartitions"
READING = ("glue:GetDatabase", GET_TABLE, GET_PARTITIONS)
ON_METADATA = {"ALTER": "glue:UpdateTable", "DROP": "glue:DeleteTable"}

NO_TABLE = "\0" * 256
"""A name that no table can have: a policy that allows something on it, by a wildcard, allows it on any."""

NOT_READ = "{} exists: it was not read"
NOT_IN_IAM = "{} exists, and its members are those who should be: IAM does not keep it"
NOT_KNOWN = "IAM lets {} use Lake Formation and Glue: its policies are not known"
CARRIER = "IAM lets the role by which {} asks use Lake Formation and Glue: which role that is, is not known"
"""Federated people ask through a role that they assume, those of Identity Center through one that carries
them (https://docs.aws.amazon.com/lake-formation/latest/dg/identity-center-lf-notes.html).
"""

BY_THEMSELVES = IN_IAM | {PrincipalKind.ACCOUNT_PRINCIPALS}

Needed = tuple[str, str]
"""An action, and a resource that it is needed on."""


class Place(NamedTuple):
    """Where Glue looks the table up: the link's catalog, or the owner's."""

    arn: str
    """With what ARNs of the catalog begin."""
    database: str
    table: str
    """Of a link to a table its own name; else empty, for the table's."""
    catalog: str


class Who(NamedTuple):
    """What holds for a principal and all tables of one database, or for one that is linked to by itself."""

    exists: Hop
    identity: Identity
    iam: Hop
    """As far as it does not depend on the table."""
    link: tuple[Hop, ...]
    places: tuple[Place, ...]
    hops: tuple[Hop, ...]
    """All of these, in their order."""
    any_table: bool = False
    """Whether IAM plainly lets it read any table there: then it need not be asked for each."""


def who_asks(state: LakeState, request: Request, *, vended: bool) -> Who:
    """`vended`: Lake Formation is to hand out credentials for the data."""
    own, principal = request.own, request.principal
    identity, assumed = own.identities.get(principal), tuple[str, ...]()
    kind = principal_of(principal).kind
    in_iam = kind in IN_IAM
    way = way_through(own, request.holders, request.name) if request.abroad else Way(())
    if identity is None and own.complete and in_iam:
        exists = Hop(Step.PRINCIPAL, own.account, principal, Fault.MISSING)
        return Who(exists, Identity(), exists, way.hops, (), (exists, *way.hops))
    if identity is None:
        identity, text = Identity(), NOT_READ if in_iam else NOT_IN_IAM
        assumed = () if kind is PrincipalKind.ACCOUNT_PRINCIPALS else (text.format(principal),)
    exists = Hop(Step.PRINCIPAL, own.account, principal, assumed=assumed)
    places = _places(state, request, way)
    if _reads_any(identity, places) and request.action not in ON_METADATA:
        needed, any_table = list[Needed](), True
    else:
        needed, any_table = _for_database(request, places), False
    if vended:
        needed = [(GET_DATA_ACCESS, "*"), *needed]
    iam = iam_hop(state, request, identity, needed)
    return Who(exists, identity, iam, way.hops, places, (exists, iam, *way.hops), any_table)


def identity_hops(state: LakeState, request: Request, who: Who) -> tuple[Hop, ...]:
    """That the principal exists, IAM lets it, and the link where the table is another account's."""
    identity = who.identity
    if request.own.endpoints and who.iam.holds:
        needed = _for_table(request, who.places, request.name.table)
        return (who.exists, _both(who.iam, iam_hop(state, request, identity, needed)), *who.link)
    if who.any_table or not who.iam.holds or (identity.policy is None and not identity.limited):
        return who.hops
    needed = _for_table(request, who.places, request.name.table)
    if _plainly(identity, needed):
        return who.hops
    return (who.exists, _both(who.iam, iam_hop(state, request, identity, needed)), *who.link)


def _both(first: Hop, second: Hop) -> Hop:
    """What does not hold, or what both rest on."""
    if not second.holds:
        return second
    return first._replace(assumed=tuple(dict.fromkeys((*first.assumed, *second.assumed))))


def iam_hop(state: LakeState, request: Request, identity: Identity, needed: list[Needed]) -> Hop:
    """Whether its own policies allow all of `needed`; the first that they do not, if there is one."""
    account, principal = request.account, request.principal
    if identity.policy is None and not identity.limited:
        by_carrier = principal_of(principal).kind not in BY_THEMSELVES
        text = (CARRIER if by_carrier else NOT_KNOWN).format(principal)
        return Hop(Step.IAM, account, principal, action=GET_DATA_ACCESS, assumed=(text,))
    assumed: list[str] = []
    if request.own.endpoints:
        for action, resource in needed:
            context = known_context(state, principal, request.owner.account)
            assumed += by_endpoints(request.own, principal, action, resource, context)
    if not _plainly(identity, needed):
        for action, resource in needed:
            owner = resource.split(":")[4] if resource != "*" else ""
            context = known_context(state, principal, owner)
            found = identity_allows(principal, identity, action, resource, context)
            if found.fault:
                return Hop(Step.IAM, account, principal, found.fault, (resource, *found.statements), action)
            assumed += found.assumed
    return Hop(Step.IAM, account, principal, action=GET_DATA_ACCESS, assumed=tuple(dict.fromkeys(assumed)))


def _plainly(identity: Identity, needed: list[Needed]) -> bool:
    """Whether all is allowed without a closer look."""
    policy = identity.policy
    if policy is None or identity.limited:
        return False
    return all(policy.plainly_allows((action,), (resource,)) for action, resource in needed)


def _reads_any(identity: Identity, places: tuple[Place, ...]) -> bool:
    """Whether it may look up and read any table of these databases, which a quick first look tells."""
    policy = identity.policy
    if policy is None or identity.limited:
        return False
    resources: list[str] = []
    for arn, database, table, _ in places:
        name = table or NO_TABLE
        resources += (f"{arn}catalog", f"{arn}database/{database}", f"{arn}table/{database}/{name}")
    return policy.plainly_allows(READING, resources)


def _for_database(request: Request, places: tuple[Place, ...]) -> list[Needed]:
    """Glue asks for a permission on the table, its database and the catalog
    (https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html).
    """
    needed: list[Needed] = []
    for place in places:
        actions = ["glue:GetDatabase", GET_TABLE]
        if request.action in ON_METADATA and place.catalog == request.name.catalog:
            actions.append(ON_METADATA[request.action])
        for action in actions:
            needed += [(action, f"{place.arn}catalog"), (action, f"{place.arn}database/{place.database}")]
    return needed


def _for_table(request: Request, places: tuple[Place, ...], name: str) -> list[Needed]:
    """To look the table up; to change it; and where its files lie in partitions that the catalog knows, these
    (https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html).
    """
    needed: list[Needed] = []
    for place in places:
        arn = f"{place.arn}table/{place.database}/{place.table or name}"
        needed.append((GET_TABLE, arn))
    at = places[-1]
    if request.action in ON_METADATA:
        needed.append((ON_METADATA[request.action], arn))
    elif _asks_partitions(request):
        needed += [(GET_PARTITIONS, f"{at.arn}{kind}") for kind in ("catalog", f"database/{at.database}")]
        needed.append((GET_PARTITIONS, arn))
    return needed


def _asks_partitions(request: Request) -> bool:
    return request.action == "SELECT" and bool(request.partitions)


def _places(state: LakeState, request: Request, way: Way) -> tuple[Place, ...]:
    """The link's, then the target's, which is the last."""
    start, name = f"arn:{state.partition}:glue:{state.region}:", request.name
    target = Place(f"{start}{name.catalog}:", name.database, "", name.catalog)
    if not way.database:
        return (target,)
    return Place(f"{start}{request.account}:", way.database, way.table, request.account), target
