"""From a table to its files: the role of the registered location, the bucket, the key.

Lake Formation assumes that role and hands out its credentials, limited to the table; so the reader needs no
rights in S3 or KMS (https://docs.aws.amazon.com/lake-formation/latest/dg/storage-permissions.html), and the
role needs its own (https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html). Bucket and
key of another account must name it
(https://docs.aws.amazon.com/lake-formation/latest/dg/register-cross-account.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/register-cross-encrypted.html).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from meshwright.access.conditions import ABSENT, Value
from meshwright.access.decision import Fault, Hop, Step
from meshwright.access.iam import Effect, Policy, Statement, resource_verdict
from meshwright.access.objects import names_of, samples
from meshwright.access.policies import (
    FAULTS,
    Allowed,
    Use,
    about,
    identity_allows,
    known_context,
    lets_in_alone,
    resource_allows,
)
from meshwright.access.principals import account_of
from meshwright.access.public import is_public
from meshwright.access.state import Identity, LakeState

LAKE_FORMATION = "lakeformation.amazonaws.com"
ON_OBJECTS: Final = {"SELECT": "s3:GetObject", "INSERT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
"""What a permission on a table needs of S3; the other permissions are about metadata."""
NAMES_OF: Final = {
    "SELECT": ("s3:GetObject", "s3:GetObjectVersion"),
    "INSERT": ("s3:PutObject",),
    "DELETE": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
}
"""Each of which is enough for who knows the ids of versions; engines use the first
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
"""
WITH_KEY: Final = {
    "s3:GetObject": "kms:Decrypt",
    "s3:GetObjectVersion": "kms:Decrypt",
    "s3:PutObject": "kms:GenerateDataKey",
}
MANAGED_BY_AWS: Final = "alias/aws/s3"
"""The key of an account that S3 uses where KMS is asked for and no key is named. Its policy is AWS's, and
lets in nobody of another account
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#aws-managed-customer-managed-keys).
"""
BY_ACCESS_POINT: Final = (
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "s3:accesspointnetworkorigin",
)
ENCRYPTED_AS: Final = "kms:encryptioncontext:aws:s3:arn"
"""The condition key on what is encrypted, in lower case as in a Context."""
NONE_LIKE = "no file of the table is like {}"
ALL_LIKE = "all files of the table are like {}"
LIST: Final = "s3:ListBucket"
LISTING = "query engines list the files of a table, and fail where they may not"
SERVICE_LINKED: Final = (
    "aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess"
)

LINKED_AT_HOME = "the service-linked role may read the location: Lake Formation keeps its policy"
LINKED_ABROAD = (
    "the service-linked role may read another account's bucket: AWS's pages registration-role and "
    "register-cross-account contradict each other"
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
    context = context_of(state, files, role)
    objects = probes_of(state, role, files, ON_OBJECTS[action])
    return (
        _role_hop(state, role, files, action, objects, context),
        _bucket_hop(state, role, files, action, objects, context),
        *_key_hops(state, role, files, action, objects, context),
    )


Reach = tuple[object, ...]
"""What of the policies decides on files."""


def reach_of(state: LakeState, role: str, files: Files, names: tuple[str, ...]) -> Reach:
    """What of the policies decides on these files: where it is the same in a bucket, so are the hops.

    `names` are the actions on objects that are asked for.
    """
    policies = _policies(state, role, files)
    owner = state.account(files.owner or "")
    settings = owner.settings_of(files.bucket)
    by_path = (
        any(each.conditions_on("s3:prefix") for each in policies)
        or bool(settings.access_points or owner.access_grants)
        or bool(state.account(account_of(role) or "").endpoints)
        or (bool(files.key) and not settings.bucket_key)
    )
    probes = [each for name in names for each in probes_of(state, role, files, name)]
    said = tuple(policy.reach(each.use.action, each.use.resource) for each in probes for policy in policies)
    return (*said, files.path) if by_path or len(probes) > len(names) else said


class Probe(NamedTuple):
    """An action on one key that stands for others, and the patterns that speak of these alone."""

    use: Use
    like: tuple[str, ...] = ()
    encrypts: str = ""
    """ARN of the object, where the action is one on its key and the object is encrypted by itself."""


def probes_of(state: LakeState, role: str, files: Files, action: str) -> tuple[Probe, ...]:
    """`action` on every object below the path, as far as policies tell one from another."""
    owner = state.account(files.owner or "")
    policy = _bucket_policy(state, role, files)
    resources = tuple(name for each in _policies(state, role, files) for name in each.resources_on(action))
    if files.key and not owner.settings_of(files.bucket).bucket_key:
        used = state.key(files.key)
        resources += used.policy.conditions_on(ENCRYPTED_AS) if used and used.policy else ()
    start = f"arn:{state.partition}:s3:::{files.path}/"
    return tuple(
        Probe(Use(action, each.resource, files.owner or "", policy, owner.control), each.like)
        for each in samples(start, resources)
    )


def _bucket_policy(state: LakeState, role: str, files: Files) -> Policy | None:
    """What lets the role in: nothing of a public policy that is restricted to its own account."""
    owner = state.account(files.owner or "")
    policy = owner.buckets.get(files.bucket)
    if policy is None or not owner.settings_of(files.bucket).restricts_public:
        return policy
    if account_of(role) == files.owner or not is_public(policy):
        return policy
    return Policy(tuple(each for each in policy.statements if not each.allow))


def of_all(answers: Iterable[tuple[Probe, Allowed]]) -> Allowed:
    """What holds for files if that holds for their kinds: a yes where it is one for some of them.

    What is assumed then says for which.
    """
    listed = list(answers)
    holding = [each for each in listed if each[1].fault is None]
    if not holding:
        return listed[0][1]
    assumed = tuple(dict.fromkeys(text for _, each in holding for text in each.assumed))
    statements = tuple(dict.fromkeys(one for _, each in holding for one in each.statements))
    if len(holding) < len(listed):
        refused = [each for each in listed if each[1].fault is not None]
        usual = not holding[0][0].like
        which = names_of(_alone(refused if usual else holding))
        assumed = (*assumed, (NONE_LIKE if usual else ALL_LIKE).format(which))
    return Allowed(None, statements, assumed)


def _alone(answers: Iterable[tuple[Probe, Allowed]]) -> list[str]:
    """The patterns that make the difference by themselves, if there are some; else all that take part."""
    likes = [probe.like for probe, _ in answers]
    alone = [each[0] for each in likes if len(each) == 1]
    return alone or [name for each in likes for name in each]


def _policies(state: LakeState, role: str, files: Files) -> tuple[Policy, ...]:
    """Those that have a say in what the role does with the files, with the values of their variables."""
    identity = _identity(state, role)
    bucket = state.account(files.owner or "").buckets.get(files.bucket)
    control = state.account(files.owner or "").control
    mine = (identity.policy, identity.boundary, identity.session, *identity.limits) if identity else ()
    found = tuple(each for each in (*mine, bucket, control) if each is not None)
    if any(each.variables for each in found):
        context = context_of(state, files, role)
        return tuple(each.for_request(context) for each in found)
    return found


def _role_hop(
    state: LakeState,
    role: str,
    files: Files,
    action: str,
    objects: tuple[Probe, ...],
    context: Mapping[str, Value],
) -> Hop:
    account = account_of(role) or ""
    known = state.account(account)
    if SERVICE_LINKED in role:
        text = LINKED_AT_HOME if files.owner == account else LINKED_ABROAD
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
    keys = key_probes(state, files, ON_OBJECTS[action], objects)
    for probes in (objects, *_listing(state, role, files, action), *([keys] if keys else [])):
        found = of_all(
            (each, _by_itself(role, identity, each.use, for_probe(each, context))) for each in probes
        )
        if found.fault:
            name = probes[0].use.action
            unsure = (LISTING,) if name == LIST else ()
            return Hop(Step.REGISTRATION_ROLE, account, role, found.fault, found.statements, name, unsure)
        assumed += found.assumed
    unique = tuple(dict.fromkeys(assumed))
    return Hop(Step.REGISTRATION_ROLE, account, role, evidence=(role,), assumed=unique)


def _by_itself(role: str, identity: Identity, use: Use, context: Mapping[str, Value]) -> Allowed:
    """What its own policies allow, or that of the thing where that is enough."""
    found = identity_allows(role, identity, use.action, use.resource, about(use, context))
    if found.fault is Fault.MISSING:
        alone = lets_in_alone(use, role, identity, context)
        return found if alone.fault else alone
    return found


def _bucket_hop(
    state: LakeState,
    role: str,
    files: Files,
    action: str,
    objects: tuple[Probe, ...],
    context: Mapping[str, Value],
) -> Hop:
    name = ON_OBJECTS[action]
    if files.owner is None:
        account = account_of(role) or ""
        if state.unread or not all(each.complete for each in state.accounts.values()) or not files.bucket:
            text = f"bucket {files.bucket} lets {role} in: its account was not read"
            return Hop(Step.BUCKET, account, files.bucket, action=name, assumed=(text,))
        return Hop(Step.BUCKET, account, files.bucket, Fault.MISSING, action=name)
    statements, assumed = list[Statement](), list[str]()
    for probes in (objects, *_listing(state, role, files, action)):
        found = of_all(
            (each, resource_allows(each.use, role, _identity(state, role), context)) for each in probes
        )
        if found.fault:
            used = probes[0].use.action
            unsure = (LISTING,) if used == LIST else ()
            return Hop(Step.BUCKET, files.owner, files.bucket, found.fault, found.statements, used, unsure)
        statements += found.statements
        assumed += found.assumed
    return Hop(Step.BUCKET, files.owner, files.bucket, None, tuple(statements), name, tuple(assumed))


def _key_hops(
    state: LakeState,
    role: str,
    files: Files,
    action: str,
    objects: tuple[Probe, ...],
    context: Mapping[str, Value],
) -> Iterator[Hop]:
    """Whether the bucket's own key lets the role use it; nothing for a bucket without one."""
    probes = key_probes(state, files, ON_OBJECTS[action], objects)
    if probes:
        use = probes[0].use
        refused = key_refuses(state, role, use)
        account, found = state.account(use.owner), state.key(use.resource)
        subject = found.alias if found and found.alias else use.resource
        if refused is not None:
            yield refused
        elif found is None or found.policy is None:
            text = f"the policy of {use.resource} lets {role} use it: it was not read"
            yield Hop(Step.KEY, account.account, subject, action=use.action, assumed=(text,))
        else:
            by = of_all(
                (each, resource_allows(each.use, role, _identity(state, role), for_probe(each, context)))
                for each in probes
            )
            yield Hop(Step.KEY, use.owner, subject, by.fault, by.statements, use.action, by.assumed)


def key_refuses(state: LakeState, principal: str, use: Use) -> Hop | None:
    """Why a key can't be used by the principal, whatever its policy says: it is gone, off, or AWS's own."""
    found, owner = state.key(use.resource), state.account(use.owner)
    subject = found.alias if found and found.alias else use.resource
    managed = use.resource.endswith(MANAGED_BY_AWS) or bool(found and found.alias == MANAGED_BY_AWS)
    if managed and account_of(principal) != use.owner:
        return Hop(Step.KEY, use.owner, subject, Fault.MISSING, (MANAGED_BY_AWS,), use.action)
    if found is None and not managed and owner.complete and not state.not_read(use.owner, "kms:DescribeKey"):
        return Hop(Step.KEY, use.owner, subject, Fault.MISSING, action=use.action)
    if found is not None and not found.enabled:
        return Hop(Step.KEY, use.owner, subject, Fault.FAILED, action=use.action)
    return None


def _listing(state: LakeState, role: str, files: Files, action: str) -> tuple[tuple[Probe, ...], ...]:
    """To read a table, engines list the bucket below its path."""
    if action != "SELECT":
        return ()
    owner = state.account(files.owner or "")
    resource = f"arn:{state.partition}:s3:::{files.bucket}"
    use = Use(LIST, resource, files.owner or "", _bucket_policy(state, role, files), owner.control)
    return ((Probe(use),),)


def key_probes(
    state: LakeState, files: Files, on_objects: str, objects: tuple[Probe, ...]
) -> tuple[Probe, ...]:
    """What an action on encrypted objects needs of their key; deleting needs nothing."""
    if not files.key or on_objects not in WITH_KEY:
        return ()
    found, owner = state.key(files.key), account_of_key(files.key)
    control = state.account(owner).control
    use = Use(WITH_KEY[on_objects], files.key, owner, found.lets if found else None, control)
    if state.account(files.owner or "").settings_of(files.bucket).bucket_key:
        return (Probe(use),)
    return tuple(Probe(use, each.like, each.use.resource) for each in objects)


def account_of_key(arn: str) -> str:
    """The account in the key's ARN."""
    return arn.split(":", 5)[4]


def _identity(state: LakeState, principal: str) -> Identity | None:
    return state.account(account_of(principal) or "").identities.get(principal)


def context_of(state: LakeState, files: Files, principal: str) -> dict[str, Value]:
    """What is known of a request for the files: to KMS it comes through S3, for that bucket
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context); a
    listing is one of the table's path.
    """
    context = known_context(state, principal, files.owner or "")
    context["kms:viaservice"] = f"s3.{state.region}.amazonaws.com"
    context["kms:calleraccount"] = account_of(principal) or ""
    context[ENCRYPTED_AS] = f"arn:{state.partition}:s3:::{files.bucket}"
    context |= dict.fromkeys(BY_ACCESS_POINT, ABSENT)
    context["s3:prefix"] = f"{files.path.partition('/')[2]}/".lstrip("/")
    return context


def for_probe(probe: Probe, context: Mapping[str, Value]) -> Mapping[str, Value]:
    """The context of one key's request."""
    return {**context, ENCRYPTED_AS: probe.encrypts} if probe.encrypts else context
