"""Whether a principal can get at the files themselves, past Lake Formation.

By its own and the bucket's policies, by an access point, by S3 Access Grants or by an access control list:
one is enough
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-management.html).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from meshwright.access.bucket_state import AccessGrant, AccessPoint
from meshwright.access.conditions import Value
from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.iam import Policy
from meshwright.access.policies import (
    Allowed,
    Use,
    both_allow,
    by_endpoints,
    identity_allows,
    thing_allows,
)
from meshwright.access.principals import account_of, principal_of
from meshwright.access.public import is_public
from meshwright.access.state import Identity, LakeState
from meshwright.access.storage_path import (
    ALL_LIKE,
    NAMES_OF,
    ON_OBJECTS,
    Files,
    Probe,
    context_of,
    for_probe,
    key_probes,
    key_refuses,
    of_all,
    probes_of,
)

ALL_USERS: Final = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED: Final = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
WRITES: Final = frozenset({"WRITE", "FULL_CONTROL"})
BY_GRANT: Final = {
    "SELECT": ("READ", "READWRITE"),
    "INSERT": ("WRITE", "READWRITE"),
    "DELETE": ("WRITE", "READWRITE"),
}
DATA_ACCESS: Final = "s3:GetDataAccess"
FROM_VPC = "{} asks from the VPC {}"
BY_ROLE = "the role {} of the location may read and write it"
"""Of a location of Access Grants."""


def may_be_let_in(state: LakeState, principal: str, account: str, files: Files) -> bool:
    """A quick first look: whether the principal is of the bucket's account, or the bucket lets in others."""
    if files.owner is None or account == files.owner:
        return files.owner is not None
    owner = state.account(files.owner)
    bucket, settings = owner.buckets[files.bucket], owner.settings_of(files.bucket)
    if bucket is not None and bucket.may_let_in(principal, account):
        return True
    return bool(settings.access_points or settings.acl or owner.access_grants)


def may_read_files(state: LakeState, principal: str, files: Files, action: str) -> Hop:
    """Whether the principal can read (or write) the files itself: by a way that surely holds, if it can."""
    account, name = account_of(principal) or "", ON_OBJECTS[action]
    if files.owner is None or not may_be_let_in(state, principal, account, files):
        return Hop(Step.STORAGE, account, principal, Fault.MISSING, action=name)
    best: Hop | None = None
    for hop in _ways(state, principal, files, action):
        if hop.holds and not hop.assumed:
            return hop
        if best is None or (hop.holds and not best.holds):
            best = hop
    return best or Hop(Step.STORAGE, account, principal, Fault.MISSING, action=name)


def _ways(state: LakeState, principal: str, files: Files, action: str) -> Iterator[Hop]:
    owner = state.account(files.owner or "")
    settings = owner.settings_of(files.bucket)
    for name in NAMES_OF[action]:
        yield _with_key(state, principal, files, name, _by_policies)
    for point in settings.access_points:
        yield _with_key(state, principal, files, ON_OBJECTS[action], _by(point))
    for grant in owner.access_grants:
        if _speaks_of(grant, principal, files) and grant.permission in BY_GRANT[action]:
            yield _by_grant(state, principal, files, action, grant)
    if settings.acls and action != "SELECT":
        yield _by_acl(state, principal, files, action)


Asked = Callable[[LakeState, str, Identity | None, Files, Probe, Mapping[str, Value]], Allowed]


def _with_key(state: LakeState, principal: str, files: Files, name: str, asked: Asked) -> Hop:
    """By that way to the objects, and with what they need of their key."""
    account = account_of(principal) or ""
    identity = state.account(account).identities.get(principal)
    context = context_of(state, files, principal)
    answers = [
        (each, asked(state, principal, identity, files, each, context))
        for each in probes_of(state, principal, files, name)
    ]
    found = of_all(answers)
    if found.fault:
        return Hop(Step.STORAGE, account, principal, found.fault, found.statements, name)
    object_ = answers[0][0].use.resource
    through = by_endpoints(state.account(account), principal, name, object_, context)
    assumed = (*found.assumed, *through)
    keys = key_probes(state, files, name, tuple(each for each, one in answers if one.fault is None))
    if not keys:
        return Hop(Step.STORAGE, account, principal, None, found.statements, name, assumed)
    refused = key_refuses(state, principal, keys[0].use)
    if refused is not None:
        return refused
    opened = of_all(
        (each, both_allow(each.use, principal, identity, for_probe(each, context))) for each in keys
    )
    if opened.fault:
        return Hop(Step.STORAGE, account, principal, opened.fault, opened.statements, keys[0].use.action)
    statements = (*found.statements, *opened.statements)
    return Hop(Step.STORAGE, account, principal, None, statements, name, (*assumed, *opened.assumed))


def _by_policies(
    state: LakeState,
    principal: str,
    identity: Identity | None,
    files: Files,
    probe: Probe,
    context: Mapping[str, Value],
) -> Allowed:
    return both_allow(probe.use, principal, identity, context)


def _keeps_out(policy: Policy | None, principal: str, files: Files) -> bool:
    """As long as a policy is public, none of its statements lets in another account."""
    return policy is not None and account_of(principal) != files.owner and is_public(policy)


def _by(point: AccessPoint) -> Asked:
    """Through an access point: its policy and the bucket's must both let in
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html).
    """

    def asked(
        state: LakeState,
        principal: str,
        identity: Identity | None,
        files: Files,
        probe: Probe,
        context: Mapping[str, Value],
    ) -> Allowed:
        _, _, _, _, owner, _ = point.arn.split(":", 5)
        through = {
            **context,
            "s3:dataaccesspointarn": point.arn,
            "s3:dataaccesspointaccount": owner,
            "s3:accesspointnetworkorigin": "VPC" if point.vpc else "Internet",
        }
        if point.vpc:
            through["aws:sourcevpc"] = point.vpc
        policy = point.policy
        if point.restricts_public and _keeps_out(policy, principal, files):
            policy = None
        key = probe.use.resource.partition(":::")[2].partition("/")[2]
        at_point = both_allow(
            Use(probe.use.action, f"{point.arn}/object/{key}", owner, policy), principal, identity, through
        )
        if at_point.fault:
            return at_point
        by_bucket = thing_allows(probe.use, principal, identity, through)
        if by_bucket.fault is Fault.MISSING and account_of(principal) == files.owner:
            by_bucket = both_allow(probe.use, principal, identity, through)
        if by_bucket.fault:
            return by_bucket
        from_vpc = (FROM_VPC.format(principal, point.vpc),) if point.vpc else ()
        return Allowed(
            None,
            (*at_point.statements, *by_bucket.statements),
            (*at_point.assumed, *by_bucket.assumed, *from_vpc),
        )

    return asked


def _speaks_of(grant: AccessGrant, principal: str, files: Files) -> bool:
    """Whether it is to the principal (of the directory by its id), on the files or on some of them."""
    if grant.grantee not in (principal, principal_of(principal).name):
        return False
    scope, path = grant.scope.removesuffix("*"), f"{files.path}/"
    return path.startswith(scope) or scope.startswith(path)


def _by_grant(state: LakeState, principal: str, files: Files, action: str, grant: AccessGrant) -> Hop:
    """Who asks Access Grants gets credentials of the location's role
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-grants-credentials.html).
    """
    account, name = account_of(principal) or "", ON_OBJECTS[action]
    identity = state.account(account).identities.get(principal)
    assumed = [BY_ROLE.format(grant.role)]
    if identity is not None:
        instance = f"arn:{state.partition}:s3:{state.region}:{files.owner}:access-grants/default"
        context = context_of(state, files, principal)
        found = identity_allows(principal, identity, DATA_ACCESS, instance, context)
        if found.fault:
            return Hop(Step.STORAGE, account, principal, found.fault, found.statements, DATA_ACCESS)
        assumed += found.assumed
    scope, path = grant.scope.removesuffix("*"), f"{files.path}/"
    if not path.startswith(scope):
        assumed.append(ALL_LIKE.format(grant.scope))
    return Hop(
        Step.STORAGE, account, principal, None, (f"Access Grants: {grant.scope}",), name, tuple(assumed)
    )


def _by_acl(state: LakeState, principal: str, files: Files, action: str) -> Hop:
    """What the bucket's list gives: to write and delete; the lists of single objects are not known
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions).
    """
    account, name = account_of(principal) or "", ON_OBJECTS[action]
    settings = state.account(files.owner or "").settings_of(files.bucket)
    groups = () if settings.ignores_public_acls else (ALL_USERS, AUTHENTICATED)
    for entry in settings.acl:
        if entry.permission in WRITES and entry.grantee in (account, *groups):
            return Hop(
                Step.STORAGE, account, principal, None, (f"access control list: {entry.grantee}",), name
            )
    return Hop(Step.STORAGE, account, principal, Fault.MISSING, action=name)
