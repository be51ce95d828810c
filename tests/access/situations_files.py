"""Situations of a table's files: policies on some of them, encryption, and other doors to a bucket."""

from dataclasses import replace
from functools import partial

from meshwright.access import evaluate, past_catalog, storage_path
from meshwright.access.bucket_state import AccessGrant, AccessPoint, AclGrant, BucketSettings
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.state import Identity, Key, Location, Table
from tests.access.building import (
    ANALYST,
    BUCKET,
    BUCKET_ALLOW,
    COLUMNS,
    DATA,
    ENGINEER,
    GLUE,
    KEY,
    KEY_ALLOW,
    KEY_TO_ACCOUNT,
    LIST,
    OBJECTS,
    REGION,
    REGISTRATION,
    ROLE_KMS,
    STRANGER,
    TRUST,
    C,
    G,
    P,
    X,
    allow,
    deny,
    fields,
    policy,
    put,
    tables,
)
from tests.access.situation import Situation, guide, iam_guide

S3_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
shared = partial(Situation, who=ANALYST, columns=COLUMNS, way=Way.SHARED)
not_shared = partial(Situation, who=ANALYST, fault=Fault.MISSING)
reads = partial(Situation, who=ENGINEER, columns=COLUMNS, way=Way.STORAGE)
reads_not = partial(Situation, who=ENGINEER, broken=Step.LINK, fault=Fault.MISSING)
"""The producer's engineer, granted nothing: what would be mended begins with a link."""
strange = partial(Situation, who=STRANGER, columns=COLUMNS, way=Way.STORAGE)
strange_not = partial(Situation, who=STRANGER, broken=Step.ACCOUNT_GRANT, fault=Fault.MISSING)

RESOURCES = iam_guide("reference_policies_elements_resource")
EVALUATION = iam_guide("reference_policies_evaluation-logic")
VERSIONS = f"{S3_GUIDE}/ManagingObjects.html"
PREFIX = f"{S3_GUIDE}/amazon-s3-policy-keys.html"
BUCKET_KEYS = f"{S3_GUIDE}/bucket-key.html"
SSE_KMS = f"{S3_GUIDE}/UsingKMSEncryption.html"
BLOCK_PUBLIC = f"{S3_GUIDE}/access-control-block-public-access.html"
POINTS = f"{S3_GUIDE}/access-points-policies.html"
GRANTS = f"{S3_GUIDE}/access-grants-grant.html"
ACLS = f"{S3_GUIDE}/acl-overview.html"
OWNERSHIP = f"{S3_GUIDE}/about-object-ownership.html"

AT = f"arn:aws:s3:::{BUCKET}"
T_FILES, PARQUET, GERMANY = f"{AT}/t/*", f"{AT}/*.parquet", f"{AT}/t/country=DE/*"
DECRYPTS = allow("kms:Decrypt")
ON_LIST = allow("s3:ListBucket", on=AT, to=REGISTRATION)


def engineer(*statements):
    """The producer's engineer with this policy, who may use the key."""
    own = policy(DATA, GLUE, DECRYPTS, *statements)
    return put(P, "identities", ENGINEER, Identity(policy=own))


def stranger(*statements):
    """A role of another account with this policy, whom the key lets in."""
    own = Identity(policy=policy(DATA, GLUE, DECRYPTS, *statements))
    key = Key(policy(KEY_TO_ACCOUNT, KEY_ALLOW, allow("kms:Decrypt", to=STRANGER)))
    return put(X, "identities", STRANGER, own), put(P, "keys", KEY, key)


def role(*statements):
    """The registration role with this policy."""
    return put(G, "identities", REGISTRATION, Identity(policy=policy(*statements), trust=TRUST))


def bucket(*statements):
    return put(P, "buckets", BUCKET, policy(*statements))


def settings(**values):
    return put(P, "bucket_settings", BUCKET, BucketSettings(**values))


def only(*patterns):
    """The registration role may read only files like these."""
    return role(allow("s3:GetObject", on=patterns), allow("s3:ListBucket", on=AT), ROLE_KMS)


def named(*patterns):
    return storage_path.names_of(patterns)


FILES_BY_LAKE_FORMATION = (
    shared(name="the role may read the table's path", page=RESOURCES, changes=(only(T_FILES),)),
    shared(
        name="the role may read one kind of files",
        page=RESOURCES,
        changes=(only(PARQUET),),
        assumed=storage_path.ALL_LIKE.format(named(PARQUET)),
    ),
    shared(
        name="the role may read one partition",
        page=RESOURCES,
        changes=(only(GERMANY),),
        assumed=storage_path.ALL_LIKE.format(named(GERMANY)),
    ),
    not_shared(
        name="the role may read another table's path",
        page=RESOURCES,
        changes=(only(f"{AT}/u/*"),),
        broken=Step.REGISTRATION_ROLE,
    ),
    not_shared(
        name="the role may read a path that begins like the table's",
        page=RESOURCES,
        changes=(only(f"{AT}/t2/*", f"{AT}/t"),),
        broken=Step.REGISTRATION_ROLE,
    ),
    shared(
        name="the role may read any path with one sign for its name",
        page=RESOURCES,
        changes=(only(f"{AT}/?/*"),),
    ),
    shared(
        name="the bucket denies files by their ending",
        page=EVALUATION,
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:GetObject", on=f"{AT}/*.tmp", to="*")),),
        assumed=storage_path.NONE_LIKE.format(named(f"{AT}/*.tmp")),
    ),
    Situation(
        name="the bucket denies all below the table's path",
        page=EVALUATION,
        who=ANALYST,
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:GetObject", on=T_FILES, to="*")),),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    Situation(
        name="the bucket denies all but files of another ending, by NotResource",
        page=iam_guide("reference_policies_elements_notresource"),
        who=ANALYST,
        changes=(
            bucket(
                BUCKET_ALLOW,
                LIST,
                {
                    "Effect": "Deny",
                    "Action": "s3:GetObject",
                    "NotResource": f"{AT}/u/*",
                    "Principal": {"AWS": "*"},
                },
            ),
        ),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    not_shared(
        name="the role may read versions only: engines ask for the object",
        page=VERSIONS,
        changes=(role(allow("s3:GetObjectVersion", on=OBJECTS), allow("s3:ListBucket", on=AT), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
    ),
    shared(
        name="the role may list the table's prefix",
        page=PREFIX,
        changes=(
            role(
                allow("s3:GetObject", on=OBJECTS),
                allow("s3:ListBucket", on=AT, when={"StringLike": {"s3:prefix": "t/*"}}),
                ROLE_KMS,
            ),
        ),
    ),
    not_shared(
        name="the role may list another table's prefix",
        page=PREFIX,
        changes=(
            role(
                allow("s3:GetObject", on=OBJECTS),
                allow("s3:ListBucket", on=AT, when={"StringLike": {"s3:prefix": "u/*"}}),
                ROLE_KMS,
            ),
        ),
        broken=Step.REGISTRATION_ROLE,
        assumed=storage_path.LISTING,
    ),
)

FILES_PAST_IT = (
    reads(name="the engineer may read all files", page=RESOURCES, changes=(engineer(allow("s3:GetObject")),)),
    reads(
        name="the engineer may read one partition's files",
        page=RESOURCES,
        changes=(engineer(allow("s3:GetObject", on=GERMANY)),),
        assumed=storage_path.ALL_LIKE.format(named(GERMANY)),
    ),
    reads(
        name="the engineer may read files by their ending",
        page=RESOURCES,
        changes=(engineer(allow("s3:GetObject", on=PARQUET)),),
        assumed=storage_path.ALL_LIKE.format(named(PARQUET)),
    ),
    reads(
        name="the engineer may read versions",
        page=VERSIONS,
        changes=(engineer(allow("s3:GetObjectVersion", on=OBJECTS)),),
    ),
    reads_not(
        name="the engineer may read another table's files",
        page=RESOURCES,
        changes=(engineer(allow("s3:GetObject", on=f"{AT}/u/*")),),
    ),
    reads_not(
        name="the engineer may read one partition, which the bucket denies",
        page=EVALUATION,
        changes=(
            engineer(allow("s3:GetObject", on=GERMANY)),
            bucket(BUCKET_ALLOW, LIST, deny("s3:GetObject", on=f"{AT}/t/country=*/*", to=ENGINEER)),
        ),
    ),
    reads(
        name="the engineer may read all but one partition",
        page=EVALUATION,
        changes=(engineer(allow("s3:GetObject"), deny("s3:GetObject", on=GERMANY)),),
        assumed=storage_path.NONE_LIKE.format(named(GERMANY)),
    ),
    reads_not(
        name="the engineer is denied what it may read, by another pattern for it",
        page=EVALUATION,
        changes=(engineer(allow("s3:GetObject", on=PARQUET), deny("s3:GetObject", on=f"{AT}/t/*")),),
    ),
    reads(
        name="the engineer may delete versions",
        page=f"{S3_GUIDE}/DeletingObjectVersions.html",
        action="DELETE",
        changes=(engineer(allow("s3:DeleteObjectVersion", on=OBJECTS)),),
    ),
)

ELSEWHERE = Table(COLUMNS, f"{BUCKET}/t", partition_by=("country",), elsewhere=("archive/t/country=DE",))
BOTH = {BUCKET: Location(REGISTRATION), "archive": Location(REGISTRATION)}
ARCHIVE_ALLOW = allow("s3:GetObject", on="arn:aws:s3:::archive/*", to=REGISTRATION)
ARCHIVE_LIST = allow("s3:ListBucket", on="arn:aws:s3:::archive", to=REGISTRATION)
PARTITIONS_ELSEWHERE = (
    shared(
        name="a partition elsewhere, at a registered location",
        page=guide("access-control-underlying-data"),
        changes=(
            tables(t=ELSEWHERE),
            fields(G, locations=BOTH),
            put(P, "buckets", "archive", policy(ARCHIVE_ALLOW, ARCHIVE_LIST)),
        ),
    ),
    shared(
        name="a partition elsewhere, at no registered location",
        page=guide("access-control-underlying-data"),
        changes=(tables(t=ELSEWHERE), put(P, "buckets", "archive", policy(ARCHIVE_ALLOW, ARCHIVE_LIST))),
        assumed=evaluate.NOT_ALL.format("archive/t/country=DE"),
    ),
    shared(
        name="a partition elsewhere, whose bucket does not let the role in",
        page=guide("register-cross-account"),
        changes=(tables(t=ELSEWHERE), fields(G, locations=BOTH), put(P, "buckets", "archive", None)),
        assumed=evaluate.NOT_ALL.format("archive/t/country=DE"),
    ),
    reads(
        name="past the catalog to the partition elsewhere alone",
        page=RESOURCES,
        changes=(
            tables(t=ELSEWHERE),
            put(P, "buckets", "archive", None),
            engineer(allow("s3:GetObject", on="arn:aws:s3:::archive/t/*")),
        ),
        assumed=evaluate.NOT_ALL.format(f"{BUCKET}/t"),
    ),
)


def key(*statements, alias=""):
    return put(P, "keys", KEY, Key(policy(*statements), alias=alias))


def for_context(operator, value):
    """The key lets the registration role use it for what is encrypted so."""
    return allow(
        "kms:Decrypt",
        "kms:GenerateDataKey*",
        to=REGISTRATION,
        when={operator: {"kms:EncryptionContext:aws:s3:arn": value}},
    )


AWS_KEY = allow(
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:GenerateDataKey*",
    to="*",
    when={
        "StringEquals": {
            "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            "kms:CallerAccount": P,
        }
    },
)
NO_BUCKET_KEY = settings(bucket_key=False)
ENCRYPTION = (
    not_shared(
        name="the key that AWS manages, of another account",
        page=SSE_KMS,
        changes=(key(AWS_KEY, alias="alias/aws/s3"),),
        broken=Step.KEY,
    ),
    not_shared(
        name="the key that AWS manages, of another account, not read",
        page=SSE_KMS,
        changes=(put(P, "keys", KEY, Key(None, alias="alias/aws/s3")),),
        broken=Step.KEY,
    ),
    not_shared(
        name="the key that AWS manages, of another account, not there yet",
        page=SSE_KMS,
        changes=(put(P, "bucket_keys", BUCKET, f"arn:aws:kms:{REGION}:{P}:alias/aws/s3"),),
        broken=Step.KEY,
    ),
    reads(
        name="the key that AWS manages, of the engineer's own account",
        page=SSE_KMS,
        changes=(
            key(AWS_KEY, alias="alias/aws/s3"),
            put(P, "identities", ENGINEER, Identity(policy=policy(allow("s3:GetObject")))),
        ),
    ),
    shared(
        name="a bucket key: the context is the bucket",
        page=BUCKET_KEYS,
        changes=(key(KEY_TO_ACCOUNT, for_context("StringEquals", AT)),),
    ),
    not_shared(
        name="a bucket key: the context is no object",
        page=BUCKET_KEYS,
        changes=(key(KEY_TO_ACCOUNT, for_context("StringLike", f"{AT}/*")),),
        broken=Step.KEY,
    ),
    not_shared(
        name="no bucket key: the context is not the bucket",
        page=BUCKET_KEYS,
        changes=(NO_BUCKET_KEY, key(KEY_TO_ACCOUNT, for_context("StringEquals", AT))),
        broken=Step.KEY,
    ),
    shared(
        name="no bucket key: the context is the object",
        page=BUCKET_KEYS,
        changes=(NO_BUCKET_KEY, key(KEY_TO_ACCOUNT, for_context("StringLike", f"{AT}/*"))),
    ),
    not_shared(
        name="no bucket key: the context is another table's object",
        page=BUCKET_KEYS,
        changes=(NO_BUCKET_KEY, key(KEY_TO_ACCOUNT, for_context("StringLike", f"{AT}/u/*"))),
        broken=Step.KEY,
    ),
    shared(
        name="no bucket key: the context is some of the table's objects",
        page=BUCKET_KEYS,
        changes=(NO_BUCKET_KEY, key(KEY_TO_ACCOUNT, for_context("StringLike", GERMANY))),
        assumed=storage_path.ALL_LIKE.format(named(GERMANY)),
    ),
    shared(
        name="a key for the bucket and its objects, either way",
        page=BUCKET_KEYS,
        changes=(NO_BUCKET_KEY, key(KEY_TO_ACCOUNT, for_context("StringLike", [AT, f"{AT}/*"]))),
    ),
    not_shared(
        name="a key for callers of another account",
        page="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
        changes=(
            key(
                KEY_TO_ACCOUNT,
                allow("kms:*", to="*", when={"StringEquals": {"kms:CallerAccount": C}}),
            ),
        ),
        broken=Step.KEY,
    ),
    shared(
        name="a key for callers of the role's account",
        page="https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
        changes=(
            key(
                KEY_TO_ACCOUNT,
                allow("kms:*", to="*", when={"StringEquals": {"kms:CallerAccount": G}}),
            ),
        ),
    ),
)


def granted(grantee, permission="READ", scope=f"{BUCKET}/t/*"):
    return fields(P, access_grants=(AccessGrant(grantee, scope, permission, "arn:aws:iam::1:role/L"),))


EVERYBODY = allow("s3:GetObject", on=OBJECTS, to="*")
OF_ORGANIZATION = allow(
    "s3:GetObject", on=OBJECTS, to="*", when={"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}
)
NAMED = allow("s3:GetObject", on=OBJECTS, to=STRANGER)
S3_READ = allow("s3:GetObject")
PUBLIC = (
    strange(
        name="a public bucket",
        page=BLOCK_PUBLIC,
        changes=(*stranger(S3_READ), bucket(BUCKET_ALLOW, LIST, EVERYBODY)),
    ),
    strange_not(
        name="a public bucket, restricted",
        page=BLOCK_PUBLIC,
        changes=(
            *stranger(S3_READ),
            bucket(BUCKET_ALLOW, LIST, EVERYBODY),
            settings(restricts_public=True),
        ),
    ),
    strange_not(
        name="a public bucket, restricted, that also names the role",
        page=BLOCK_PUBLIC,
        changes=(
            *stranger(S3_READ),
            bucket(BUCKET_ALLOW, LIST, EVERYBODY, NAMED),
            settings(restricts_public=True),
        ),
    ),
    strange(
        name="a restricted bucket that is not public and names the role",
        page=BLOCK_PUBLIC,
        changes=(
            *stranger(S3_READ),
            bucket(BUCKET_ALLOW, LIST, NAMED),
            settings(restricts_public=True),
        ),
    ),
    strange(
        name="a restricted bucket open to the organization, which is not public",
        page=BLOCK_PUBLIC,
        changes=(
            *stranger(S3_READ),
            bucket(BUCKET_ALLOW, LIST, OF_ORGANIZATION),
            settings(restricts_public=True),
            lambda state: replace(state, organization="o-acme"),
        ),
    ),
    strange_not(
        name="a restricted bucket open to a pattern of organizations, which is public",
        page=BLOCK_PUBLIC,
        changes=(
            *stranger(S3_READ),
            bucket(
                BUCKET_ALLOW,
                LIST,
                allow("s3:GetObject", on=OBJECTS, to="*", when={"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
            ),
            settings(restricts_public=True),
            lambda state: replace(state, organization="o-acme"),
        ),
    ),
    not_shared(
        name="a public bucket, restricted, keeps the registration role out, which it names",
        page=BLOCK_PUBLIC,
        changes=(bucket(BUCKET_ALLOW, LIST, EVERYBODY), settings(restricts_public=True)),
        broken=Step.BUCKET,
    ),
    strange_not(
        name="an access grant on another table's files after one on this",
        page=GRANTS,
        table="u",
        changes=(*stranger(allow("s3:GetDataAccess")), granted(STRANGER)),
    ),
    reads(
        name="a public bucket, restricted, and a role of its own account",
        page=BLOCK_PUBLIC,
        changes=(
            engineer(S3_READ),
            bucket(BUCKET_ALLOW, LIST, EVERYBODY),
            settings(restricts_public=True),
        ),
    ),
)

POINT = f"arn:aws:s3:{REGION}:{P}:accesspoint/analysts"
THROUGH = f"{POINT}/object/*"
DELEGATED = allow("s3:GetObject", on=OBJECTS, to="*", when={"StringEquals": {"s3:DataAccessPointAccount": P}})
POINT_ALLOW = allow("s3:GetObject", on=THROUGH, to=STRANGER)
ON_POINT = allow("s3:GetObject", on=THROUGH)


def point(*statements, **more):
    held = policy(*statements) if statements else None
    return settings(access_points=(AccessPoint(POINT, held, **more),))


ACCESS_POINTS = (
    strange(
        name="an access point that names the role, and the bucket delegates",
        page=POINTS,
        changes=(*stranger(ON_POINT), bucket(BUCKET_ALLOW, LIST, DELEGATED), point(POINT_ALLOW)),
    ),
    strange_not(
        name="an access point that names the role, and the bucket does not delegate",
        page=POINTS,
        changes=(*stranger(ON_POINT), point(POINT_ALLOW)),
    ),
    strange_not(
        name="an access point without policy, and the bucket delegates",
        page=POINTS,
        changes=(*stranger(ON_POINT), bucket(BUCKET_ALLOW, LIST, DELEGATED), point()),
    ),
    strange_not(
        name="an access point, and IAM does not let the role use it",
        page=POINTS,
        changes=(*stranger(), bucket(BUCKET_ALLOW, LIST, DELEGATED), point(POINT_ALLOW)),
    ),
    strange_not(
        name="an access point on another table's files",
        page=POINTS,
        changes=(
            *stranger(ON_POINT),
            bucket(BUCKET_ALLOW, LIST, DELEGATED),
            point(allow("s3:GetObject", on=f"{POINT}/object/u/*", to=STRANGER)),
        ),
    ),
    strange(
        name="an access point of a VPC",
        page=POINTS,
        changes=(
            *stranger(ON_POINT),
            bucket(BUCKET_ALLOW, LIST, DELEGATED),
            point(POINT_ALLOW, vpc="vpc-1"),
        ),
        assumed=past_catalog.FROM_VPC.format(STRANGER, "vpc-1"),
    ),
    strange_not(
        name="a public access point, restricted",
        page=POINTS,
        changes=(
            *stranger(ON_POINT),
            bucket(BUCKET_ALLOW, LIST, DELEGATED),
            point(allow("s3:GetObject", on=THROUGH, to="*"), restricts_public=True),
        ),
    ),
    strange_not(
        name="the bucket denies what comes through access points",
        page=POINTS,
        changes=(
            *stranger(ON_POINT),
            bucket(
                BUCKET_ALLOW,
                LIST,
                DELEGATED,
                deny("s3:*", to="*", when={"StringEquals": {"s3:DataAccessPointAccount": P}}),
            ),
            point(POINT_ALLOW),
        ),
    ),
    reads(
        name="an access point for a role of its own account, and the bucket delegates",
        page=POINTS,
        changes=(engineer(ON_POINT), bucket(BUCKET_ALLOW, LIST, DELEGATED), point()),
    ),
)


MAY_ASK = allow("s3:GetDataAccess")
BY_ROLE = past_catalog.BY_ROLE.format("arn:aws:iam::1:role/L")
ACCESS_GRANTS = (
    strange(
        name="an access grant to the role",
        page=GRANTS,
        changes=(*stranger(MAY_ASK), granted(STRANGER)),
        assumed=BY_ROLE,
    ),
    strange_not(
        name="an access grant to the role, which may not ask for it",
        page=GRANTS,
        changes=(*stranger(), granted(STRANGER)),
    ),
    strange_not(
        name="an access grant to another role",
        page=GRANTS,
        changes=(*stranger(MAY_ASK), granted(ANALYST)),
    ),
    strange_not(
        name="an access grant on another table's files",
        page=GRANTS,
        changes=(*stranger(MAY_ASK), granted(STRANGER, scope=f"{BUCKET}/u/*")),
    ),
    strange_not(
        name="an access grant to write",
        page=GRANTS,
        changes=(*stranger(MAY_ASK), granted(STRANGER, "WRITE")),
    ),
    strange(
        name="an access grant to read and write, to one who writes",
        page=GRANTS,
        action="INSERT",
        changes=(*stranger(MAY_ASK), granted(STRANGER, "READWRITE", f"{BUCKET}/*")),
        assumed=BY_ROLE,
    ),
    strange(
        name="an access grant on one partition",
        page=GRANTS,
        changes=(*stranger(MAY_ASK), granted(STRANGER, scope=f"{BUCKET}/t/country=DE/*")),
        assumed=(BY_ROLE, storage_path.ALL_LIKE.format(f"{BUCKET}/t/country=DE/*")),
    ),
)


def listed(grantee, permission="WRITE", *, acls=True, **more):
    return settings(acls=acls, acl=(AclGrant(grantee, permission),), **more)


LISTS = (
    strange(
        name="a list that lets another account write",
        page=ACLS,
        action="INSERT",
        changes=(*stranger(), listed(X)),
    ),
    strange(
        name="a list that lets everybody write",
        page=ACLS,
        action="INSERT",
        changes=(*stranger(), listed(past_catalog.ALL_USERS, "FULL_CONTROL")),
    ),
    strange_not(
        name="a list that lets everybody write, ignored",
        page=BLOCK_PUBLIC,
        action="INSERT",
        changes=(*stranger(), listed(past_catalog.ALL_USERS, ignores_public_acls=True)),
    ),
    strange_not(
        name="a list where ownership is enforced",
        page=OWNERSHIP,
        action="INSERT",
        changes=(*stranger(), listed(X, acls=False)),
    ),
    strange_not(
        name="a list that lets another account list",
        page=ACLS,
        action="INSERT",
        changes=(*stranger(), listed(X, "READ")),
    ),
    strange_not(name="a list gives no objects", page=ACLS, changes=(*stranger(), listed(X, "FULL_CONTROL"))),
)

SITUATIONS = (
    *FILES_BY_LAKE_FORMATION,
    *FILES_PAST_IT,
    *PARTITIONS_ELSEWHERE,
    *ENCRYPTION,
    *PUBLIC,
    *ACCESS_POINTS,
    *ACCESS_GRANTS,
    *LISTS,
)
