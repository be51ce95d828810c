"""Buckets as far as more than their policy decides who can reach what is in them."""

from dataclasses import dataclass
from typing import NamedTuple

from meshwright.access.iam import Policy


class AclGrant(NamedTuple):
    """One entry of a bucket's access control list.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """

    grantee: str
    """An account id, a canonical user id, or the URI of a group of S3."""
    permission: str
    """READ, WRITE, READ_ACP, WRITE_ACP or FULL_CONTROL."""


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point of a bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """

    arn: str
    policy: Policy | None = None
    """None: it has none."""
    vpc: str = ""
    """The only VPC from which it can be used; empty: from anywhere."""
    restricts_public: bool = False
    """RestrictPublicBuckets, of the access point or its account."""


class AccessGrant(NamedTuple):
    """What S3 Access Grants give somebody on a part of a bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-grants-grant.html
    """

    grantee: str
    """ARN of a role or user; or the id of a user or group of the directory."""
    scope: str
    """`bucket/prefix*`"""
    permission: str
    """READ, WRITE or READWRITE."""
    role: str = ""
    """ARN of the location's role, with whose credentials the grantee reads."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """What decides about a bucket besides its policy. The defaults restrict nothing."""

    bucket_key: bool = True
    """With an S3 Bucket Key the encryption context is the bucket's ARN, else each object's
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html#bucket-key-changes).
    """
    restricts_public: bool = False
    """RestrictPublicBuckets, of the bucket or its account: as long as its policy is public, other accounts
    are kept out
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
    """
    acls: bool = False
    """Access control lists count: the owner's ownership is not enforced."""
    ignores_public_acls: bool = False
    """IgnorePublicAcls, of the bucket or its account."""
    acl: tuple[AclGrant, ...] = ()
    access_points: tuple[AccessPoint, ...] = ()


USUAL = BucketSettings()
CLOSED = BucketSettings(restricts_public=True, ignores_public_acls=True)
"""As the mesh makes its buckets, and S3 any new one."""
