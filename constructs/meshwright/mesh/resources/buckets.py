"""A domain's buckets, and how all of a mesh are: private, versioned, TLS only, kept when their stack goes."""

from collections.abc import Mapping, Sequence
from typing import Any

from meshwright.mesh.declared import Declared
from meshwright.mesh.parts.sql import RESULTS
from meshwright.mesh.place import Place
from meshwright.mesh.storage_classes import STANDARD_DAYS, Move
from meshwright.mesh.storage_policies import bucket_policy, log_bucket_policy, registered_bucket_policy

INCOMPLETE_UPLOAD_DAYS = 7


def storage(
    place: Place,
    *,
    raw: str,
    products: str,
    logs: str,
    key_arn: str,
    registration_role_arn: str,
    with_logs: bool = True,
    tiering_days: int = 30,
    product_moves: Mapping[str, Sequence[Move]] | None = None,
    noncurrent_days: int = 90,
    log_days: int = 365,
    results_days: int | None = None,
    announce_products: bool = False,
) -> list[Declared]:
    """Buckets of these names with their policies, `with_logs` also the one for logs; see DomainStorage."""
    resources: list[Declared] = []
    logs_policy: tuple[str, ...] = ()
    if with_logs:
        # By S3's own key: log delivery is no principal that the domain's key should have to name.
        of_logs = bucket(
            "Logs",
            name=logs,
            key_arn=None,
            lifecycle=log_lifecycle(days=log_days, results_days=results_days),
            logs_to=None,
        )
        resources += [of_logs, policy_of(of_logs, log_bucket_policy(place, logs, sources=[raw, products]))]
        # S3 tests whether it may deliver when logging is switched on.
        logs_policy = (resources[-1].key,)
    by_access = data_lifecycle(tiering_days=tiering_days, noncurrent_days=noncurrent_days)
    by_product = (
        by_access
        if product_moves is None
        else products_lifecycle(product_moves, noncurrent_days=noncurrent_days)
    )
    of_products = registered_bucket_policy(place, products, registration_role_arn=registration_role_arn)
    for key, name, lifecycle, announces, policy in (
        ("Raw", raw, by_access, False, bucket_policy(place, raw)),
        ("Products", products, by_product, announce_products, of_products),
    ):
        made = bucket(
            key,
            name=name,
            key_arn=key_arn,
            lifecycle=lifecycle,
            logs_to=logs,
            announces=announces,
            after=logs_policy,
        )
        resources += [made, policy_of(made, policy)]
    return resources


def data_lifecycle(*, tiering_days: int, noncurrent_days: int) -> list[dict[str, Any]]:
    """To Intelligent-Tiering after `tiering_days`; old versions go `noncurrent_days` after their time."""
    return [
        {
            "Id": "tier-and-clean-up",
            "Status": "Enabled",
            "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": tiering_days}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": noncurrent_days},
            "ExpiredObjectDeleteMarker": True,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": INCOMPLETE_UPLOAD_DAYS},
        }
    ]


def products_lifecycle(moves: Mapping[str, Sequence[Move]], *, noncurrent_days: int) -> list[dict[str, Any]]:
    """Objects move as `moves` says, by folder; for all of them, old versions go as in `data_lifecycle`.

    Their rules don't overlap: of two moves that fit an object S3 would take the one to the cheaper class.
    """
    (cleaning,) = data_lifecycle(tiering_days=STANDARD_DAYS, noncurrent_days=noncurrent_days)
    rules = [{**{key: value for key, value in cleaning.items() if key != "Transitions"}, "Id": "clean-up"}]
    for folder, steps in moves.items():
        transitions = [{"StorageClass": to, "TransitionInDays": days} for to, days in steps]
        rules.append(
            {"Id": f"move {folder}", "Status": "Enabled", "Prefix": folder, "Transitions": transitions}
        )
    return rules


def log_lifecycle(*, days: int, results_days: int | None = None) -> list[dict[str, Any]]:
    """Logs expire after `days`, the results of queries after `results_days`, if that is less."""
    rules: list[dict[str, Any]] = [
        {
            "Id": "expire",
            "Status": "Enabled",
            "ExpirationInDays": days,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": INCOMPLETE_UPLOAD_DAYS},
        }
    ]
    if results_days is not None:
        rules.append(
            {
                "Id": "expire-results",
                "Status": "Enabled",
                "Prefix": f"{RESULTS}/",
                "ExpirationInDays": results_days,
            }
        )
    return rules


def encryption(key_arn: str | None) -> dict[str, Any]:
    """By the customer-managed key, with a bucket key so that S3 asks KMS seldom; without a key by S3's own.

    The key goes in as ARN: an alias would be looked up in the account of whoever writes
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
    """
    by_default = (
        {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn} if key_arn else {"SSEAlgorithm": "AES256"}
    )
    rule: dict[str, Any] = {"ServerSideEncryptionByDefault": by_default}
    if key_arn:
        rule["BucketKeyEnabled"] = True
    return {"ServerSideEncryptionConfiguration": [rule]}


def bucket(
    key: str,
    *,
    name: str,
    key_arn: str | None,
    lifecycle: Sequence[Mapping[str, Any]],
    logs_to: str | None,
    announces: bool = False,
    after: tuple[str, ...] = (),
) -> Declared:
    """The bucket. `logs_to` is the bucket that gets its access logs, below its own name.

    With `announces`, each new object is an event on the account's default event bus.
    """
    properties: dict[str, Any] = {
        "BucketName": name,
        "BucketEncryption": encryption(key_arn),
        "LifecycleConfiguration": {"Rules": list(lifecycle)},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    if logs_to:
        properties["LoggingConfiguration"] = {"DestinationBucketName": logs_to, "LogFilePrefix": f"{name}/"}
    if announces:
        properties["NotificationConfiguration"] = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    return Declared(key=key, type="AWS::S3::Bucket", name=name, properties=properties, after=after, keep=True)


def policy_of(bucket: Declared, document: Mapping[str, Any]) -> Declared:
    """The policy of a bucket."""
    return Declared(
        key=f"{bucket.key}Policy",
        type="AWS::S3::BucketPolicy",
        name=bucket.name,
        properties={"Bucket": bucket.name, "PolicyDocument": document},
        after=(bucket.key,),
        tags="",
    )
