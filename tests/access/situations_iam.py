"""Situations of the reader's own policies."""

from functools import partial

from meshwright.access.decision import Fault, Step, Way
from meshwright.access.state import Identity, Table
from tests.access.building import (
    ANALYST,
    BUCKET,
    COLUMNS,
    DATA,
    GLUE,
    REGION,
    C,
    G,
    allow,
    deny,
    drop,
    policy,
    put,
    tables,
)
from tests.access.situation import Situation, api, guide, iam_guide

asked = partial(Situation, who=ANALYST)
yes = partial(asked, columns=COLUMNS, way=Way.SHARED)
no = partial(asked, broken=Step.IAM, fault=Fault.MISSING)
denied = partial(asked, broken=Step.IAM, fault=Fault.DENIED)
CREDENTIALS = api("GetTemporaryGlueTableCredentials")
EVALUATION = iam_guide("reference_policies_evaluation-logic")
BOUNDARIES = iam_guide("access_policies_boundaries")
OF_CONSUMER = f"arn:aws:glue:{REGION}:{C}:*"
OF_CATALOG = f"arn:aws:glue:{REGION}:{G}:"


def analyst(*statements, **more):
    """The analyst's role with this policy."""
    return put(C, "identities", ANALYST, Identity(policy=policy(*statements), **more))


SITUATIONS = (
    no(name="no GetDataAccess", page=CREDENTIALS, changes=(analyst(GLUE),)),
    yes(
        name="all of Lake Formation",
        page=EVALUATION,
        changes=(analyst(GLUE, allow("lakeformation:*")),),
    ),
    denied(
        name="GetDataAccess denied",
        page=EVALUATION,
        changes=(analyst(GLUE, DATA, deny("lakeformation:GetDataAccess")),),
    ),
    no(
        name="GetDataAccess outside the boundary",
        page=BOUNDARIES,
        changes=(analyst(GLUE, DATA, boundary=policy(GLUE), boundary_name="limits"),),
    ),
    denied(
        name="GetDataAccess denied by the boundary",
        page=BOUNDARIES,
        changes=(
            analyst(
                GLUE,
                DATA,
                boundary=policy(allow("*"), deny("lakeformation:*")),
                boundary_name="limits",
            ),
        ),
    ),
    no(
        name="the boundary alone allows",
        page=BOUNDARIES,
        changes=(analyst(boundary=policy(allow("*")), boundary_name="limits"),),
    ),
    yes(
        name="a boundary that was not read",
        page=BOUNDARIES,
        changes=(analyst(GLUE, DATA, boundary_name="limits"),),
        assumed="the permissions boundary limits allows it: what it allows is not known",
    ),
    no(
        name="no glue:GetTable",
        page=guide("lf-permissions-overview"),
        changes=(analyst(DATA, allow("glue:GetDatabase")),),
    ),
    no(
        name="no glue:GetDatabase",
        page=guide("lf-permissions-overview"),
        changes=(analyst(DATA, allow("glue:GetTable")),),
    ),
    no(
        name="Glue on the link only, not on its target",
        page=guide("resource-links-glue-apis"),
        changes=(analyst(DATA, allow("glue:Get*", on=OF_CONSUMER)),),
    ),
    no(
        name="Glue on the target only, not on the link",
        page=guide("resource-links-glue-apis"),
        changes=(analyst(DATA, allow("glue:Get*", on=f"{OF_CATALOG}*")),),
    ),
    yes(
        name="Glue on link and target by name",
        page=guide("resource-links-glue-apis"),
        changes=(
            analyst(
                DATA,
                allow(
                    "glue:GetDatabase",
                    "glue:GetTable",
                    on=(
                        OF_CONSUMER,
                        f"{OF_CATALOG}catalog",
                        f"{OF_CATALOG}database/d",
                        f"{OF_CATALOG}table/d/t",
                    ),
                ),
            ),
        ),
    ),
    no(
        name="Glue on link and another table of the target by name",
        page=guide("resource-links-glue-apis"),
        changes=(
            analyst(
                DATA,
                allow(
                    "glue:GetDatabase",
                    "glue:GetTable",
                    on=(
                        OF_CONSUMER,
                        f"{OF_CATALOG}catalog",
                        f"{OF_CATALOG}database/d",
                        f"{OF_CATALOG}table/d/u",
                    ),
                ),
            ),
        ),
    ),
    denied(
        name="Glue denied on the target",
        page=EVALUATION,
        changes=(analyst(DATA, GLUE, deny("glue:*", on=f"{OF_CATALOG}database/d")),),
    ),
    no(
        name="partitions in the catalog, without glue:GetPartitions",
        page=guide("permissions-reference"),
        changes=(
            tables(t=Table(COLUMNS, f"{BUCKET}/t", "parquet", (), ("country",))),
            analyst(DATA, allow("glue:GetDatabase", "glue:GetTable")),
        ),
    ),
    yes(
        name="to see takes no GetDataAccess",
        page=CREDENTIALS,
        changes=(analyst(GLUE),),
        action="DESCRIBE",
    ),
    asked(
        name="the role is gone, its grants are not",
        page=api("GrantPermissions"),
        changes=(drop(C, "identities", ANALYST),),
        broken=Step.PRINCIPAL,
        fault=Fault.MISSING,
    ),
    yes(
        name="the role's policies are not known",
        page=guide("lf-permissions-overview"),
        changes=(put(C, "identities", ANALYST, Identity()),),
        assumed=f"IAM lets {ANALYST} use Lake Formation and Glue: its policies are not known",
    ),
    yes(
        name="GetDataAccess under a condition that is not known",
        page=iam_guide("reference_policies_elements_condition_operators"),
        changes=(
            analyst(
                GLUE,
                allow("lakeformation:GetDataAccess", when={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
            ),
        ),
        assumed="StringEquals aws:SourceVpc vpc-1 holds",
    ),
    yes(
        name="GetDataAccess under a condition that holds",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(
            analyst(
                GLUE,
                allow("lakeformation:GetDataAccess", when={"StringEquals": {"aws:RequestedRegion": REGION}}),
            ),
        ),
    ),
    no(
        name="GetDataAccess in another Region",
        page=iam_guide("reference_policies_condition-keys"),
        changes=(
            analyst(
                GLUE,
                allow(
                    "lakeformation:GetDataAccess",
                    when={"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
                ),
            ),
        ),
    ),
)
