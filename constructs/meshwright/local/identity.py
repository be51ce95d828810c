"""Who calls: the IAM principal behind an access key."""

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends


def caller_role(access_key: str, account: str) -> str:
    """ARN of the role (or user) that the key belongs to.

    An unknown key, which this server accepts, counts as the account's root user.
    """
    assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    if assumed:
        return assumed.role_arn
    user = iam_backends[account]["aws"].get_user_from_access_key_id(access_key)
    return user.arn if user else f"arn:aws:iam::{account}:root"


def principal_exists(arn: str) -> bool:
    """Whether a role or user ARN names one that exists in its (embedded) account."""
    account, _, path = arn.split(":", 4)[4].partition(":")
    kind = path.partition("/")[0]
    backend = iam_backends[account]["aws"]
    if kind == "root":
        return True
    things = backend.roles if kind == "role" else backend.users
    return any(thing.arn == arn for thing in things.values())
