"""AWS::S3::Bucket."""

from collections.abc import Mapping
from typing import Any

from meshwright.local.cloudformation.handler import Attributes, Context, Properties, ResourceType

PRIVATE = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def create(context: Context, properties: Properties) -> tuple[str, Attributes]:
    name = properties.get("BucketName") or context.name(limit=63, lower=True)
    place = None if context.region == "us-east-1" else {"LocationConstraint": context.region}
    context.call(
        "s3",
        "create_bucket",
        Bucket=name,
        CreateBucketConfiguration=place,
        ObjectLockEnabledForBucket=properties.get("ObjectLockEnabled"),
    )
    context.created(name)
    _configure(context, name, properties, {})
    return name, _attributes(context, name)


def update(context: Context, name: str, new: Properties, old: Properties) -> Attributes:
    _configure(context, name, new, old)
    return _attributes(context, name)


def delete(context: Context, name: str, properties: Properties) -> None:
    context.call("s3", "delete_bucket", Bucket=name)


def _attributes(context: Context, name: str) -> Attributes:
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{context.region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-{context.region}.amazonaws.com",
    }


def _configure(context: Context, name: str, new: Properties, old: Properties) -> None:
    def put(operation: str, **parameters: Any) -> None:
        context.call("s3", operation, Bucket=name, **parameters)

    def changed(key: str) -> bool:
        return bool(new.get(key) != old.get(key))

    # What a new bucket has unasked (since April 2023) is written out, so that it can be read back.
    put(
        "put_public_access_block",
        PublicAccessBlockConfiguration=new.get("PublicAccessBlockConfiguration", PRIVATE),
    )
    owner = new.get("OwnershipControls") or {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    put("put_bucket_ownership_controls", OwnershipControls=owner)
    if "BucketEncryption" in new:
        put("put_bucket_encryption", ServerSideEncryptionConfiguration=_encryption(new["BucketEncryption"]))
    elif "BucketEncryption" in old:
        put("delete_bucket_encryption")
    if "VersioningConfiguration" in new:
        put("put_bucket_versioning", VersioningConfiguration=new["VersioningConfiguration"])
    elif "VersioningConfiguration" in old:
        put("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"})
    if changed("LifecycleConfiguration"):
        rules = [_rule(rule) for rule in new.get("LifecycleConfiguration", {}).get("Rules", [])]
        if rules:
            put("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})
        else:
            put("delete_bucket_lifecycle")
    if changed("LoggingConfiguration"):
        put("put_bucket_logging", BucketLoggingStatus=_logging(name, new.get("LoggingConfiguration")))
    if changed("NotificationConfiguration"):
        put("put_bucket_notification_configuration", NotificationConfiguration=_notification(new))
    if changed("AccessControl") and new.get("AccessControl", "Private") != "Private":
        words = "".join(f"-{c.lower()}" if c.isupper() else c for c in new["AccessControl"]).lstrip("-")
        put("put_bucket_acl", ACL=words)
    tags = context.tag_list(new.get("Tags"))
    if tags:
        put("put_bucket_tagging", Tagging={"TagSet": tags})
    elif old.get("Tags"):
        put("delete_bucket_tagging")


def _encryption(configuration: Mapping[str, Any]) -> dict[str, Any]:
    rules = []
    for rule in configuration["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault")
        rules.append(
            {
                **({"ApplyServerSideEncryptionByDefault": default} if default else {}),
                "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
            }
        )
    return {"Rules": rules}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A lifecycle rule of the template in the words of the API."""
    conditions: dict[str, Any] = {}
    if rule.get("Prefix"):
        conditions["Prefix"] = rule["Prefix"]
    for key in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if key in rule:
            conditions[key] = rule[key]
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters", [])]
    if len(conditions) + len(tags) > 1:
        condition: dict[str, Any] = {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    else:
        condition = {"Tag": tags[0]} if tags else conditions or {"Prefix": ""}
    made: dict[str, Any] = {"Status": rule["Status"], "Filter": condition}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration = {
        api: rule[key]
        for key, api in (
            ("ExpirationInDays", "Days"),
            ("ExpirationDate", "Date"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if key in rule
    }
    if expiration:
        made["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    for key in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if key in rule:
            made[key] = rule[key]
    renamed = {"TransitionInDays": "Days", "TransitionDate": "Date"}
    if "Transitions" in rule:
        made["Transitions"] = [{renamed.get(k, k): v for k, v in t.items()} for t in rule["Transitions"]]
    renamed = {"TransitionInDays": "NoncurrentDays"}
    if "NoncurrentVersionTransitions" in rule:
        moves = rule["NoncurrentVersionTransitions"]
        made["NoncurrentVersionTransitions"] = [{renamed.get(k, k): v for k, v in t.items()} for t in moves]
    return made


def _logging(name: str, configuration: Mapping[str, Any] | None) -> dict[str, Any]:
    if not configuration:
        return {}
    target = configuration.get("DestinationBucketName", name)
    return {
        "LoggingEnabled": {"TargetBucket": target, "TargetPrefix": configuration.get("LogFilePrefix", "")}
    }


def _notification(new: Properties) -> dict[str, Any]:
    bridge = new.get("NotificationConfiguration", {}).get("EventBridgeConfiguration")
    return {} if bridge is None else {"EventBridgeConfiguration": {}}


TYPE = ResourceType(
    name="AWS::S3::Bucket",
    create=create,
    update=update,
    delete=delete,
    immutable=frozenset({"BucketName", "ObjectLockEnabled"}),
    mutable=frozenset(
        {
            "AccessControl",
            "BucketEncryption",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "NotificationConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        }
    ),
)
