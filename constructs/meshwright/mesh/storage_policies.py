"""The policies of a domain's buckets and key, and of the role with which Lake Formation uses them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshwright.mesh.place import Place
from meshwright.mesh.statements import Allow, document

USE_KEY = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]


def bucket_policy(place: Place, name: str, allow: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The policy of a bucket: nobody without TLS, and what the statements of `allow` say."""
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [place.s3(name), place.s3(f"{name}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return document([tls_only, *allow])


def registered_bucket_policy(place: Place, name: str, *, registration_role_arn: str) -> dict[str, Any]:
    """The policy of a bucket that is registered with Lake Formation: it names the registration role alone."""
    role = {"AWS": registration_role_arn}
    return bucket_policy(place, name, [each.statement(role) for each in registered_data(place, name)])


def log_bucket_policy(place: Place, name: str, *, sources: Sequence[str]) -> dict[str, Any]:
    """The policy of a bucket that gets the access logs of the buckets `sources`, each below its own name.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    delivery = Allow(
        actions=["s3:PutObject"],
        resources=[place.s3(f"{name}/{source}/*") for source in sources],
        conditions={
            "ArnLike": {"aws:SourceArn": [place.s3(source) for source in sources]},
            "StringEquals": {"aws:SourceAccount": place.account},
        },
    )
    return bucket_policy(place, name, [delivery.statement({"Service": "logging.s3.amazonaws.com"})])


def data_key_policy(
    place: Place,
    *,
    registration_role_arn: str,
    bucket_names: Sequence[str],
    others: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The policy of a key: its account decides by IAM, and the registration role uses it through S3.

    `others` are the statements for whoever else uses it.
    """
    role = {"AWS": registration_role_arn}
    return document(
        [
            # Without it nobody could ever change the key again; who may use it is up to IAM policies.
            Allow(actions=["kms:*"], resources=["*"]).statement({"AWS": place.iam("root")}),
            *(each.statement(role) for each in key_use_for_buckets(place, bucket_names, resources=["*"])),
            *others,
        ]
    )


def key_use_for_buckets(
    place: Place,
    buckets: Sequence[str],
    *,
    resources: Sequence[str],
    conditions: dict[str, str] | None = None,
) -> tuple[Allow, Allow]:
    """Use of keys for objects in `buckets` (names or patterns) and through S3, which says whose object it is.

    The encryption context is the bucket's ARN with a bucket key, else the object's
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context).
    """
    context = [place.s3(name) for bucket in buckets for name in (bucket, f"{bucket}/*")]
    common = {"kms:ViaService": place.endpoint("s3"), **(conditions or {})}
    return (
        Allow(
            actions=USE_KEY,
            resources=resources,
            conditions={
                "StringEquals": common,
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": context},
            },
        ),
        Allow(
            actions=["kms:DescribeKey"],
            resources=resources,
            conditions={"StringEquals": conditions} if conditions else None,
        ),
    )


def registered_data(place: Place, bucket: str) -> tuple[Allow, Allow]:
    """What Lake Formation's role does in a registered bucket; `bucket` may be a pattern.

    https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html
    """
    return (
        Allow(
            actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources=[place.s3(f"{bucket}/*")]
        ),
        Allow(actions=["s3:ListBucket"], resources=[place.s3(bucket)]),
    )


def registered_locations(place: Place, bucket_pattern: str, *, organization: str | None) -> list[Allow]:
    """What the registration role may do, in every bucket whose name is like `bucket_pattern`.

    With `organization`, an id, only in accounts inside it.
    """
    inside = {"aws:ResourceOrgID": organization} if organization else {}
    keys = f"arn:{place.partition}:kms:{place.region}:*:key/*"
    reason = (
        "Buckets and keys of the domains' accounts, by the pattern of their names; each names this role "
        "in its own policy, without which another account's role is refused."
    )
    data = registered_data(place, bucket_pattern)
    key_use = key_use_for_buckets(place, [bucket_pattern], resources=[keys], conditions=inside)
    return [
        Allow(
            actions=each.actions,
            resources=each.resources,
            conditions=each.conditions or ({"StringEquals": inside} if inside else None),
            why_wildcard=reason,
        )
        for each in (*data, *key_use)
    ]
