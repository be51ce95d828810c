"""Quality rules: rulesets, when they are evaluated, and what an evaluation may do."""

import json
from collections.abc import Iterator
from typing import Any, Final

from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.quality_watch import NAMESPACE, alarms, widgets
from meshwright.mesh.place import place_in
from meshwright.mesh.platform_roles import QUALITY
from meshwright.mesh.quality.rendering import rendered, ruleset
from meshwright.mesh.quality.runs import Checked, checked_tables, evaluation_run, schedule_of
from meshwright.mesh.role_policies import role_trust
from meshwright.mesh.statements import Allow, identity_policy

__all__ = ["alarms", "resources", "role_policy", "widgets"]

ARN_BUDGET: Final = 5000
"""Characters for the names of rulesets in a policy: a role's policies have 10,240 in all."""
STARTER: Final = "quality-runs"
"""Key of the role with which schedules start runs."""


def resources(mesh: Mesh, domain: Domain) -> Iterator[Declared]:
    """A ruleset for each table with rules, its schedule, and one role that lets the schedules start runs."""
    checked = list(checked_tables(domain.file))
    scheduled = [each for each in checked if schedule_of(domain.file, each) is not None]
    if scheduled:
        yield _starter(mesh, domain, scheduled)
    for each in checked:
        yield _ruleset(mesh, domain, each)
        yield from _schedule(mesh, domain, each)


def _ruleset(mesh: Mesh, domain: Domain, checked: Checked) -> Declared:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-dataqualityruleset.html"""
    name = mesh.names.ruleset(domain.name, checked.product_name, checked.table_name)
    rules = rendered(checked.product, checked.table)
    return Declared(
        key=f"ruleset {checked.reference}",
        type="AWS::Glue::DataQualityRuleset",
        name=name,
        properties={
            "Name": name,
            "Description": f"Rules of {checked.reference}.",
            "Ruleset": ruleset(checked.product, checked.table),
            "TargetTable": {
                "DatabaseName": mesh.names.database(domain.name, checked.product_name),
                "TableName": checked.table_name,
            },
        },
        shown={f"rule {each.text}": "" for each in rules},
        tag_map=True,
    )


def _schedule(mesh: Mesh, domain: Domain, checked: Checked) -> Iterator[Declared]:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""
    chosen = schedule_of(domain.file, checked)
    if chosen is None:
        return
    expression, timezone = chosen
    place = place_in(mesh.region, account=domain.account)
    name = mesh.names.quality_schedule(domain.name, checked.product_name, checked.table_name)
    yield Declared(
        key=f"quality-schedule {checked.reference}",
        type="AWS::Scheduler::Schedule",
        name=name,
        properties={
            "Name": name,
            "Description": f"Evaluates the rules of {checked.reference}.",
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": timezone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": {
                "Arn": f"arn:{place.partition}:scheduler:::aws-sdk:glue:startDataQualityRulesetEvaluationRun",
                "RoleArn": place.iam(f"role/{_starter_name(mesh, domain)}"),
                "Input": json.dumps(evaluation_run(mesh, domain, checked)),
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3},
            },
        },
        shown={"evaluates": checked.reference, "schedule": expression, "time zone": timezone},
        after=(STARTER, f"ruleset {checked.reference}"),
        tags="",
    )


def _starter_name(mesh: Mesh, domain: Domain) -> str:
    return mesh.names.service_role(domain.name, STARTER)


def _starter(mesh: Mesh, domain: Domain, scheduled: list[Checked]) -> Declared:
    """It may start runs of these rulesets, and hand over the role that they read with."""
    place = place_in(mesh.region, account=domain.account)
    allows = [
        _on_rulesets(mesh, domain, scheduled, actions=["glue:StartDataQualityRulesetEvaluationRun"]),
        Allow(
            actions=["iam:PassRole"],
            resources=[domain.roles[QUALITY].arn],
            conditions={"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}},
        ),
    ]
    name, boundary = _starter_name(mesh, domain), mesh.file.permissions_boundary
    properties: dict[str, Any] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": role_trust(place, (), service="scheduler.amazonaws.com"),
        "Policies": [{"PolicyName": "start", "PolicyDocument": identity_policy(allows)}],
    }
    if boundary:
        properties["PermissionsBoundary"] = place.iam(f"policy/{boundary}")
    return Declared(
        key=STARTER,
        type="AWS::IAM::Role",
        name=name,
        properties=properties,
        shown={f"starts runs of {each.reference}": "" for each in scheduled},
    )


def _on_rulesets(mesh: Mesh, domain: Domain, checked: list[Checked], *, actions: list[str]) -> Allow:
    """Actions on the rulesets of these tables; of the whole domain where the names would not fit."""
    place, names = place_in(mesh.region, account=domain.account), mesh.names
    exact = [
        place.arn(
            "glue", f"dataQualityRuleset/{names.ruleset(domain.name, each.product_name, each.table_name)}"
        )
        for each in checked
    ]
    if sum(len(arn) + 3 for arn in exact) <= ARN_BUDGET:
        return Allow(actions=actions, resources=exact)
    return Allow(
        actions=actions,
        resources=[place.arn("glue", f"dataQualityRuleset/{names.ruleset_prefix(domain.name)}*")],
        why_wildcard="The rulesets of all tables of the domain: their names are too many for a policy.",
    )


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What an evaluation may do besides reading products.

    https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html
    """
    del key_arn  # It reads through Lake Formation, and its results are Glue's.
    place = place_in(mesh.region, account=domain.account)
    actions = [
        "glue:GetDataQualityResult",
        "glue:GetDataQualityRuleset",
        "glue:GetDataQualityRulesetEvaluationRun",
        "glue:PublishDataQuality",
    ]
    yield _on_rulesets(mesh, domain, list(checked_tables(domain.file)), actions=actions)
    yield Allow(
        actions=["s3:GetObject"],
        resources=[place.s3(f"aws-glue-ml-data-quality-assets-{mesh.region}/*")],
        why_wildcard="The libraries of Glue Data Quality, in a bucket of AWS.",
    )
    yield Allow(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": [NAMESPACE]}},
        why_wildcard="The action has no resources; the condition leaves it one namespace.",
    )
    yield Allow(
        actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[place.arn("logs", "log-group:/aws-glue/data-quality/*")],
        why_wildcard="Glue names the log group and streams of its runs.",
    )
