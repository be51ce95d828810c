"""Who calls: the IAM principal behind an access key; and whom roles let act for them."""

import re

from moto.iam.models import get_account_id_from, iam_backends
from moto.sts.models import sts_backends

from meshwright.access.iam import resource_verdict
from meshwright.local.policies import policy_of
from meshwright.local.wire.signature import Secret

ROLE = re.compile(r"arn:aws:iam::[0-9]{12}:role/.+")


def secret_of(access_key: str) -> Secret | None:
    """The secret of a key that a user or a session of a role has."""
    account = get_account_id_from(access_key)
    key = iam_backends[account]["aws"].access_keys.get(access_key)
    if key is None:
        return None
    session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    return Secret(key.secret_access_key, session.session_token if session else None)


def new_session(role_arn: str, name: str) -> dict[str, str]:
    """Temporary credentials of a role, which needn't exist: AccessKeyId, SecretAccessKey, SessionToken."""
    account = role_arn.split(":")[4]
    session = sts_backends[account]["aws"].assume_role(
        region_name="us-east-1",
        role_session_name=re.sub(r"[^\w+=,.@-]", "-", name)[:64].ljust(2, "-"),
        role_arn=role_arn,
        policy="",
        duration=3600,
        external_id="",
    )
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
    }


def caller_role(access_key: str, account: str) -> str:
    """ARN of the role or user that the key belongs to."""
    assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    if assumed:
        return assumed.role_arn
    user = iam_backends[account]["aws"].get_user_from_access_key_id(access_key)
    return user.arn if user else f"arn:aws:iam::{account}:root"


def principal_exists(arn: str) -> bool:
    """Whether a role or user ARN names one that exists in its (embedded) account."""
    if not arn.startswith("arn:aws:iam::"):
        return False
    account, _, path = arn.removeprefix("arn:aws:iam::").partition(":")
    kind = path.partition("/")[0]
    backend = iam_backends[account]["aws"]
    if kind == "root":
        return True
    things = backend.roles if kind == "role" else backend.users
    return any(thing.arn == arn for thing in things.values())


def lets_assume(arn: str, service: str) -> bool:
    """Whether the role exists and its trust policy names a service of AWS; conditions count as met."""
    if not ROLE.fullmatch(arn):
        return False
    account = arn.split(":", 5)[4]
    for role in iam_backends[account]["aws"].roles.values():
        if role.arn == arn:
            trust = policy_of(role.assume_role_policy_document)
            principal = f"service:{service}"
            verdict = resource_verdict(trust, "sts:AssumeRole", arn, {}, principal=principal, account="")
            return verdict.allowed
    return False
