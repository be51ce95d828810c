"""From a table to its files: the role of the registered location, the bucket, the key.

Lake Formation assumes that role and hands out its credentials, limited to the table; so the reader needs no
rights in S3 or KMS (https://docs.aws.amazon.com/lake-formation/latest/dg/storage-permissions.html), and the
role needs its own (https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html). Bucket and
key of another account must name it
(https://docs.aws.amazon.com/lake-formation/latest/dg/register-cross-account.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/register-cross-encrypted.html).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from meshwright.access.conditions import Context
from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.iam import Effect, Policy, Statement, resource_verdict
from meshwright.access.policies import (
    FAULTS,
    Use,
    about,
    both_allow,
    identity_allows,
    known_context,
    lets_in_alone,
    resource_allows,
)
from meshwright.access.principals import account_of
from meshwright.access.state import Identity, Key, LakeState

LAKE_FORMATION = "lakeformation.amazonaws.com"
ON_OBJECTS: Final = {"SELECT": "s3:GetObject", "INSERT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
"""What a permission on a table needs of S3; the other permissions are about metadata."""
WITH_KEY: Final = {"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}
LIST: Final = "s3:ListBucket"
LISTING = "query engines list the files of a table, and fail where they may not"
SERVICE_LINKED: Final = (
    "aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess"
)


class Files(NamedTuple):
    """Where a table's data is."""

    path: str
    """Bucket and prefix."""
    bucket: str
    owner: str | None
    """The bucket's account, if known."""
    key: str | None
    """ARN of the key that encrypts the bucket, where it has one of its own."""


def files_of(state: LakeState, path: str) -> Files:
    """`path` is bucket/prefix."""
    bucket = path.partition("/")[0]
    owner = state.bucket_owners.get(bucket)
    key = state.account(owner).bucket_keys.get(bucket) if owner else None
    return Files(path=path.rstrip("/"), bucket=bucket, owner=owner, key=key)


def registration_hops(state: LakeState, role: str, files: Files, action: str) -> tuple[Hop, ...]:
    """Whether Lake Formation can read (or write) the files with the role of the registered location."""
    context = _context(state, files, role)
    return (
        _role_hop(state, role, files, action, context),
        _bucket_hop(state, role, files, action, context),
        *_key_hops(state, role, files, action, context),
    )


Reach = tuple[tuple[int, ...], ...]
"""The statements that speak of files, of each policy that has a say in them."""


def reach_of(state: LakeState, role: str, files: Files, action: str) -> Reach:
    """What of the policies decides on these files: where it is the same in a bucket, so are the hops."""
    identity = _identity(state, role)
    objects = _objects(state, files, ON_OBJECTS[action])
    policies: tuple[Policy | None, ...] = (
        identity.policy if identity else None,
        identity.boundary if identity else None,
        identity.session if identity else None,
        objects.policy,
    )
    if any(policy.variables for policy in policies if policy):
        context = _context(state, files, role)
        policies = tuple(policy.for_request(context) if policy else None for policy in policies)
    return tuple(policy.reach(objects.action, objects.resource) if policy else () for policy in policies)


def may_be_let_in(state: LakeState, principal: str, account: str, files: Files) -> bool:
    """A quick first look: whether the principal is of the bucket's account, or the bucket names it."""
    if files.owner is None or account == files.owner:
        return files.owner is not None
    bucket = state.account(files.owner).buckets[files.bucket]
    return bucket is not None and bucket.may_let_in(principal, account)


def may_read_files(state: LakeState, principal: str, files: Files, action: str) -> Hop:
    """Whether IAM and their key let the principal read (or write) the files itself, past Lake Formation."""
    account, name = account_of(principal) or "", ON_OBJECTS[action]
    if files.owner is None or not may_be_let_in(state, principal, account, files):
        return Hop(Step.STORAGE, account, principal, Fault.MISSING, action=name)
    identity = state.account(account).identities.get(principal)
    context = _context(state, files, principal)
    statements, assumed = list[Statement](), list[str]()
    for use in (_objects(state, files, name), *_key_uses(state, files, name)):
        used = _key(state, use.resource) if use.resource == files.key else None
        if used is not None and not used.enabled:
            return Hop(Step.KEY, use.owner, used.alias or use.resource, Fault.FAILED, action=use.action)
        found = both_allow(use, principal, identity, context)
        if found.fault:
            return Hop(Step.STORAGE, account, principal, found.fault, found.statements, use.action)
        statements += found.statements
        assumed += found.assumed
    return Hop(Step.STORAGE, account, principal, None, tuple(statements), name, tuple(assumed))


def _role_hop(state: LakeState, role: str, files: Files, action: str, context: Context) -> Hop:
    account = account_of(role) or ""
    known = state.account(account)
    if SERVICE_LINKED in role:
        text = "the service-linked role may read the location: Lake Formation keeps its policy"
        return Hop(Step.REGISTRATION_ROLE, account, role, assumed=(text,))
    identity = known.identities.get(role)
    if identity is None:
        if known.complete:
            return Hop(Step.REGISTRATION_ROLE, account, role, Fault.MISSING)
        return Hop(Step.REGISTRATION_ROLE, account, role, assumed=(f"{role} exists: it was not read",))
    assumed: list[str] = []
    if identity.trust is not None:
        service = f"service:{LAKE_FORMATION}"
        trusted = resource_verdict(identity.trust, "sts:AssumeRole", "", {}, principal=service, account="")
        if trusted.effect is not Effect.ALLOWED:
            fault = FAULTS[trusted.effect]
            return Hop(Step.REGISTRATION_ROLE, account, role, fault, action="sts:AssumeRole")
        assumed += trusted.assumed
    for use in (*_bucket_uses(state, files, action), *_key_uses(state, files, ON_OBJECTS[action])):
        found = identity_allows(role, identity, use.action, use.resource, about(use, context))
        if found.fault is Fault.MISSING:
            alone = lets_in_alone(use, role, identity, context)
            found = found if alone.fault else alone
        if found.fault:
            unsure = (LISTING,) if use.action == LIST else ()
            return Hop(
                Step.REGISTRATION_ROLE, account, role, found.fault, found.statements, use.action, unsure
            )
        assumed += found.assumed
    unique = tuple(dict.fromkeys(assumed))
    return Hop(Step.REGISTRATION_ROLE, account, role, evidence=(role,), assumed=unique)


def _bucket_hop(state: LakeState, role: str, files: Files, action: str, context: Context) -> Hop:
    name = ON_OBJECTS[action]
    if files.owner is None:
        account = account_of(role) or ""
        if state.unread or not all(each.complete for each in state.accounts.values()) or not files.bucket:
            text = f"bucket {files.bucket} lets {role} in: its account was not read"
            return Hop(Step.BUCKET, account, files.bucket, action=name, assumed=(text,))
        return Hop(Step.BUCKET, account, files.bucket, Fault.MISSING, action=name)
    statements, assumed = list[Statement](), list[str]()
    for use in _bucket_uses(state, files, action):
        found = resource_allows(use, role, _identity(state, role), context)
        if found.fault:
            unsure = (LISTING,) if use.action == LIST else ()
            return Hop(
                Step.BUCKET, files.owner, files.bucket, found.fault, found.statements, use.action, unsure
            )
        statements += found.statements
        assumed += found.assumed
    return Hop(Step.BUCKET, files.owner, files.bucket, None, tuple(statements), name, tuple(assumed))


def _key_hops(state: LakeState, role: str, files: Files, action: str, context: Context) -> Iterator[Hop]:
    """Whether the bucket's own key lets the role use it; nothing for a bucket without one."""
    for use in _key_uses(state, files, ON_OBJECTS[action]):
        account, found = state.account(use.owner), _key(state, use.resource)
        subject = found.alias if found and found.alias else use.resource
        if found is None and account.complete:
            yield Hop(Step.KEY, use.owner, subject, Fault.MISSING, action=use.action)
        elif found is None or found.policy is None:
            text = f"the policy of {use.resource} lets {role} use it: it was not read"
            yield Hop(Step.KEY, use.owner, subject, action=use.action, assumed=(text,))
        elif not found.enabled:
            yield Hop(Step.KEY, use.owner, subject, Fault.FAILED, action=use.action)
        else:
            by = resource_allows(use, role, _identity(state, role), context)
            yield Hop(Step.KEY, use.owner, subject, by.fault, by.statements, use.action, by.assumed)


def _bucket_uses(state: LakeState, files: Files, action: str) -> tuple[Use, ...]:
    objects = _objects(state, files, ON_OBJECTS[action])
    if action != "SELECT":
        return (objects,)
    bucket = f"arn:{state.partition}:s3:::{files.bucket}"
    return (objects, Use(action=LIST, resource=bucket, owner=objects.owner, policy=objects.policy))


def _objects(state: LakeState, files: Files, action: str) -> Use:
    """`action` on any object below the path."""
    policy = state.account(files.owner).buckets[files.bucket] if files.owner else None
    resource = f"arn:{state.partition}:s3:::{files.path}/object"
    return Use(action=action, resource=resource, owner=files.owner or "", policy=policy)


def _key_uses(state: LakeState, files: Files, on_objects: str) -> tuple[Use, ...]:
    """What an action on encrypted objects needs of their key; deleting needs nothing."""
    if not files.key or on_objects not in WITH_KEY:
        return ()
    found = _key(state, files.key)
    owner = account_of_key(files.key)
    policy = found.policy if found else None
    return (Use(action=WITH_KEY[on_objects], resource=files.key, owner=owner, policy=policy),)


def _key(state: LakeState, arn: str) -> Key | None:
    return state.account(account_of_key(arn)).keys.get(arn)


def account_of_key(arn: str) -> str:
    """The account in the key's ARN."""
    return arn.split(":", 5)[4]


def _identity(state: LakeState, principal: str) -> Identity | None:
    return state.account(account_of(principal) or "").identities.get(principal)


def _context(state: LakeState, files: Files, principal: str) -> Context:
    """What is known of a request for the files: to KMS it comes through S3, for that bucket
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context).
    """
    context = known_context(state, principal, files.owner or "")
    context["kms:viaservice"] = f"s3.{state.region}.amazonaws.com"
    context["kms:encryptioncontext:aws:s3:arn"] = f"arn:{state.partition}:s3:::{files.bucket}"
    return context
