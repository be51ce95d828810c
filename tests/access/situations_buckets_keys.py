"""Situations of the data path: bucket and key."""

from dataclasses import replace
from functools import partial

from meshwright.access import named, storage_path
from meshwright.access.decision import Fault, Step, Way
from meshwright.access.state import Identity, Key
from tests.access.building import (
    ANALYST,
    BUCKET,
    BUCKET_ALLOW,
    COLUMNS,
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
)
from tests.access.situation import Situation, guide, iam_guide

asked = partial(Situation, who=ANALYST)
yes = partial(asked, columns=COLUMNS, way=Way.SHARED)
no = partial(asked, fault=Fault.MISSING)
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html"
REGISTERING, REGISTER_ACROSS = guide("registration-role"), guide("register-cross-account")
REGISTER_ENCRYPTED = guide("register-cross-encrypted")
EVALUATION = iam_guide("reference_policies_evaluation-logic")
OTHER_ROLE = f"arn:aws:iam::{G}:role/Other"


def role(*statements, trust=TRUST, **more):
    """The registration role with this policy."""
    return put(G, "identities", REGISTRATION, Identity(policy=policy(*statements), trust=trust, **more))


OWN_ORGANIZATION = {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}


def in_organization(state):
    return replace(state, organization="o-acme")


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
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:*", to_all_but=[REGISTRATION, G])),),
        assumed=named.SPARED.format(REGISTRATION),
    ),
    yes(
        name="the bucket denies all but the role, by NotPrincipal, without its account",
        page=iam_guide("reference_policies_elements_notprincipal"),
        changes=(bucket(BUCKET_ALLOW, LIST, deny("s3:*", to_all_but=REGISTRATION)),),
        assumed=named.ACCOUNT_NOT_SPARED.format(REGISTRATION),
    ),
    asked(
        name="the bucket denies all but the role, by NotPrincipal, and the role has a boundary",
        page=iam_guide("access_policies_boundaries"),
        changes=(
            bucket(BUCKET_ALLOW, LIST, deny("s3:*", to_all_but=[REGISTRATION, G])),
            role(ROLE_S3, ROLE_KMS, boundary=policy(allow("*")), boundary_name="limits"),
        ),
        broken=Step.BUCKET,
        fault=Fault.DENIED,
    ),
    no(
        name="the catalog's own bucket and key name the role, whose boundary says nothing of them",
        page=iam_guide("access_policies_boundaries"),
        changes=(
            *of_the_catalogs_account(
                BUCKET_ALLOW, LIST, key_statements=(allow("kms:Decrypt", to=REGISTRATION),)
            ),
            role(boundary=policy(allow("glue:*")), boundary_name="limits"),
        ),
        broken=Step.REGISTRATION_ROLE,
    ),
    yes(
        name="the catalog's own bucket and key name the role, whose boundary was not read",
        page=iam_guide("access_policies_boundaries"),
        changes=(
            *of_the_catalogs_account(
                BUCKET_ALLOW, LIST, key_statements=(allow("kms:Decrypt", to=REGISTRATION),)
            ),
            role(boundary_name="limits"),
        ),
        assumed="the permissions boundary limits allows it: what it allows is not known",
    ),
    asked(
        name="the bucket lets in one session of the reader, past the catalog",
        page=iam_guide("reference_policies_elements_principal"),
        changes=(
            put(C, "identities", ANALYST, Identity(policy=policy(allow("s3:GetObject")))),
            fields(P, bucket_keys={}, keys={}),
            bucket(allow("s3:GetObject", to=f"arn:aws:sts::{C}:assumed-role/Analyst/batch")),
        ),
        columns=COLUMNS,
        way=Way.STORAGE,
        assumed=named.ONE_SESSION.format(ANALYST, "batch"),
    ),
    yes(
        name="the catalog's own bucket denies under a condition that is not known, and says nothing else",
        page=iam_guide("reference_policies_condition-keys"),
        changes=of_the_catalogs_account(
            deny("s3:*", to="*", when={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
        ),
        assumed="not denied by StringNotEquals aws:SourceVpce vpce-1",
    ),
    yes(
        name="the bucket lets in one session of the role",
        page=iam_guide("reference_policies_elements_principal"),
        changes=(bucket(allow("s3:*", to=f"arn:aws:sts::{G}:assumed-role/Registration/lake")),),
        assumed=named.ONE_SESSION.format(REGISTRATION, "lake"),
    ),
    yes(
        name="the bucket lets in the organization of its account, and the role is in it",
        page=iam_guide("reference_policies_variables"),
        changes=(
            in_organization,
            bucket(allow("s3:*", to="*", when={"StringEquals": OWN_ORGANIZATION})),
        ),
    ),
    no(
        name="the bucket lets in another organization than that of its account",
        page=iam_guide("reference_policies_variables"),
        changes=(
            in_organization,
            bucket(allow("s3:*", to="*", when={"StringNotEquals": OWN_ORGANIZATION})),
        ),
        broken=Step.BUCKET,
    ),
    no(
        name="the bucket lets in who calls for another account's resource",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(bucket(allow("s3:*", to=REGISTRATION, when={"StringEquals": {"aws:ResourceAccount": G}})),),
        broken=Step.BUCKET,
    ),
    no(
        name="the bucket lets in only the service itself",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(bucket(allow("s3:*", to="*", when={"Bool": {"aws:PrincipalIsAWSService": "true"}})),),
        broken=Step.BUCKET,
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


SITUATIONS = (*BUCKETS, *KEYS)
