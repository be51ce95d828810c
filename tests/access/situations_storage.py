"""Situations of the data path: registration, its role, bucket and key."""

from functools import partial

from meshwright.access import enforcement, storage_path
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.state import Identity, Key, Location, Table
from tests.access.building import (
    ANALYST,
    BUCKET,
    BUCKET_ALLOW,
    COLUMNS,
    GLUE,
    KEY,
    KEY_ALLOW,
    KEY_TO_ACCOUNT,
    LIST,
    OBJECTS,
    REGISTRATION,
    ROLE_KMS,
    ROLE_S3,
    TLS_ONLY,
    TRUST,
    C,
    G,
    P,
    allow,
    deny,
    drop,
    fields,
    policy,
    put,
    reads_files,
    tables,
)
from tests.access.situation import Situation, api, guide, iam_guide

asked = partial(Situation, who=ANALYST)
yes = partial(asked, columns=COLUMNS, way=Way.SHARED)
no = partial(asked, fault=Fault.MISSING)
UNREGISTERED = fields(G, locations={})
ATHENA = "https://docs.aws.amazon.com/athena/latest/ug/security-athena-lake-formation.html"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html"
UNDERLYING = guide("access-control-underlying-data")
REGISTERING, REGISTER_ACROSS = guide("registration-role"), guide("register-cross-account")
REGISTER_ENCRYPTED = guide("register-cross-encrypted")
EVALUATION = iam_guide("reference_policies_evaluation-logic")
OTHER_ROLE = f"arn:aws:iam::{G}:role/Other"


def role(*statements, trust=TRUST):
    """The registration role with this policy."""
    return put(G, "identities", REGISTRATION, Identity(policy=policy(*statements), trust=trust))


def bucket(*statements):
    return put(P, "buckets", BUCKET, policy(*statements))


def key(*statements):
    return put(P, "keys", KEY, Key(policy(*statements)))


def of_the_catalogs_account(*bucket_statements, key_statements=None):
    """The bucket and its key are of the catalog's account."""
    own = KEY.replace(P, G)
    to_account = allow("kms:*", to=f"arn:aws:iam::{G}:root")
    return (
        fields(P, buckets={}, bucket_keys={}, keys={}),
        fields(
            G,
            buckets={BUCKET: policy(*bucket_statements) if bucket_statements else None},
            bucket_keys={BUCKET: own},
            keys={own: Key(policy(*(key_statements or (to_account,))))},
        ),
    )


REGISTRATIONS = (
    no(name="not registered, without S3", page=ATHENA, changes=(UNREGISTERED,), broken=Step.LOCATION),
    yes(
        name="not registered, with S3 of its own",
        page=ATHENA,
        changes=(UNREGISTERED, reads_files(ANALYST, C)),
        way=Way.STORAGE,
    ),
    yes(
        name="not registered, with S3 and without GetDataAccess",
        page=ATHENA,
        changes=(
            UNREGISTERED,
            reads_files(ANALYST, C),
            put(
                C,
                "identities",
                ANALYST,
                Identity(policy=policy(GLUE, allow("s3:GetObject", "kms:Decrypt"))),
            ),
        ),
        way=Way.STORAGE,
    ),
    yes(
        name="registered at the table's own prefix",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/t": Location(REGISTRATION)}),),
    ),
    no(
        name="registered at a prefix that begins alike",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/t2": Location(REGISTRATION)}),),
        broken=Step.LOCATION,
    ),
    no(
        name="registered at a prefix with which the table's own begins",
        page=UNDERLYING,
        changes=(
            fields(G, locations={f"{BUCKET}/t": Location(REGISTRATION)}),
            tables(t=Table(COLUMNS, f"{BUCKET}/t2")),
        ),
        broken=Step.LOCATION,
    ),
    no(
        name="registered at another table's prefix",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/u": Location(REGISTRATION)}),),
        broken=Step.LOCATION,
    ),
    yes(
        name="registered twice, one inside the other",
        page=UNDERLYING,
        changes=(fields(G, locations={f"{BUCKET}/t": Location(REGISTRATION), BUCKET: Location(OTHER_ROLE)}),),
        assumed=enforcement.NESTED,
    ),
    yes(
        name="the reader needs neither S3 nor KMS",
        page=guide("storage-permissions"),
        table="u",
        columns=("a", "b"),
    ),
)

ROLES = (
    no(
        name="the registration role is gone",
        page=api("GetTemporaryGlueTableCredentials"),
        changes=(drop(G, "identities", REGISTRATION),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role does not trust Lake Formation",
        page=REGISTERING,
        changes=(role(ROLE_S3, ROLE_KMS, trust=policy(allow("sts:AssumeRole", to=G))),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role may not read objects",
        page=REGISTERING,
        changes=(role(allow("s3:ListBucket"), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role may read another bucket's objects only",
        page=REGISTERING,
        changes=(role(allow("s3:GetObject", on="arn:aws:s3:::other/*"), allow("s3:ListBucket"), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
    ),
    no(
        name="the registration role may not list",
        page=REGISTERING,
        changes=(role(allow("s3:GetObject"), ROLE_KMS),),
        broken=Step.REGISTRATION_ROLE,
        assumed=storage_path.LISTING,
    ),
    no(
        name="the registration role may not use the key",
        page=REGISTER_ENCRYPTED,
        changes=(role(ROLE_S3),),
        broken=Step.REGISTRATION_ROLE,
    ),
    asked(
        name="the registration role is denied the objects",
        page=EVALUATION,
        changes=(role(ROLE_S3, ROLE_KMS, deny("s3:Get*", on=OBJECTS)),),
        broken=Step.REGISTRATION_ROLE,
        fault=Fault.DENIED,
    ),
    yes(
        name="the service-linked role",
        page=guide("service-linked-roles"),
        changes=(
            *of_the_catalogs_account(),
            fields(
                G,
                locations={
                    BUCKET: Location(
                        f"arn:aws:iam::{G}:role/aws-service-role/lakeformation.amazonaws.com/"
                        "AWSServiceRoleForLakeFormationDataAccess"
                    )
                },
            ),
        ),
        assumed="the service-linked role may read the location: Lake Formation keeps its policy",
    ),
)

BUCKETS = (
    no(
        name="another account's bucket does not name the role",
        page=REGISTER_ACROSS,
        changes=(bucket(TLS_ONLY),),
        broken=Step.BUCKET,
    ),
    no(
        name="another account's bucket has no policy",
        page=REGISTER_ACROSS,
        changes=(put(P, "buckets", BUCKET, None),),
        broken=Step.BUCKET,
    ),
    no(
        name="the bucket is gone",
        page=REGISTER_ACROSS,
        changes=(drop(P, "buckets", BUCKET),),
        broken=Step.BUCKET,
    ),
    asked(
        name="the bucket denies the role",
        page=EVALUATION,
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:GetObject", on=OBJECTS, to=REGISTRATION)),),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    asked(
        name="the bucket denies all but another role",
        page=EVALUATION,
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:*", to_all_but=OTHER_ROLE)),),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    yes(
        name="the bucket denies all but the role, by NotPrincipal",
        page=iam_guide("reference_policies_elements_notprincipal"),
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:*", to_all_but=REGISTRATION)),),
    ),
    yes(
        name="the bucket denies all but the role, by a condition",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(
            bucket(
                BUCKET_ALLOW,
                LIST,
                deny("s3:*", to="*", when={"ArnNotEquals": {"aws:PrincipalArn": REGISTRATION}}),
            ),
        ),
    ),
    yes(
        name="the bucket denies what comes without TLS",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(bucket(TLS_ONLY, BUCKET_ALLOW, LIST),),
    ),
    yes(
        name="the bucket denies under a condition that is not known",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(
            bucket(
                BUCKET_ALLOW,
                LIST,
                deny("s3:*", to="*", when={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}),
            ),
        ),
        assumed="not denied by StringNotEquals aws:SourceVpce vpce-1",
    ),
    no(
        name="the bucket does not let the role list",
        page=REGISTERING,
        changes=(bucket(BUCKET_ALLOW),),
        broken=Step.BUCKET,
        assumed=storage_path.LISTING,
    ),
    no(
        name="the bucket names a role that was made again",
        page=iam_guide("reference_policies_elements_principal"),
        changes=(bucket(allow("s3:GetObject", "s3:ListBucket", to="AROAEXAMPLEIDOFDELETED")),),
        broken=Step.BUCKET,
    ),
    yes(
        name="the catalog's own bucket needs no policy",
        page=S3,
        changes=of_the_catalogs_account(),
    ),
    asked(
        name="the catalog's own bucket denies the role",
        page=S3,
        changes=of_the_catalogs_account(deny("s3:*", to=REGISTRATION)),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    yes(
        name="the catalog's own bucket and key name the role, whose own policy says nothing",
        page=S3,
        changes=(
            *of_the_catalogs_account(
                BUCKET_ALLOW, LIST, key_statements=(allow("kms:Decrypt", to=REGISTRATION),)
            ),
            role(),
        ),
    ),
)

KEYS = (
    no(
        name="another account's key does not name the role",
        page=REGISTER_ENCRYPTED,
        changes=(key(KEY_TO_ACCOUNT),),
        broken=Step.KEY,
    ),
    asked(
        name="the key denies the role",
        page=KMS,
        changes=(key(KEY_TO_ACCOUNT, KEY_ALLOW, deny("kms:Decrypt", to=REGISTRATION)),),
        broken=Step.KEY,
        fault=Fault.DENIED,
    ),
    no(
        name="the key lets the role in through another service only",
        page=KMS,
        changes=(
            key(
                KEY_TO_ACCOUNT,
                allow(
                    "kms:Decrypt",
                    to=REGISTRATION,
                    when={"StringEquals": {"kms:ViaService": "kinesis.eu-west-1.amazonaws.com"}},
                ),
            ),
        ),
        broken=Step.KEY,
    ),
    no(name="the key is gone", page=KMS, changes=(drop(P, "keys", KEY),), broken=Step.KEY),
    asked(
        name="the key is disabled",
        page="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
        changes=(put(P, "keys", KEY, Key(policy(KEY_TO_ACCOUNT, KEY_ALLOW), enabled=False)),),
        broken=Step.KEY,
        fault=Fault.FAILED,
    ),
    yes(
        name="the catalog's own key leaves it to IAM",
        page=KMS,
        changes=of_the_catalogs_account(TLS_ONLY),
    ),
    no(
        name="the catalog's own key neither names the role nor leaves it to IAM",
        page=KMS,
        changes=of_the_catalogs_account(
            TLS_ONLY, key_statements=(allow("kms:*", to=f"arn:aws:iam::{G}:role/Admin"),)
        ),
        broken=Step.KEY,
    ),
    no(
        name="the key names a role that was made again",
        page=iam_guide("reference_policies_elements_principal"),
        changes=(key(KEY_TO_ACCOUNT, allow("kms:Decrypt", to="AROAEXAMPLEIDOFDELETED")),),
        broken=Step.KEY,
    ),
    yes(
        name="a bucket without a key of its own",
        page=S3,
        changes=(fields(P, bucket_keys={}, keys={}),),
    ),
)

SITUATIONS = (*REGISTRATIONS, *ROLES, *BUCKETS, *KEYS)
