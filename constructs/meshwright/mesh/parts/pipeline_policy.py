"""What IAM lets a pipeline do besides reading and writing products: what its steps call."""

from collections.abc import Iterator
from typing import Final

from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.parts.announcements import NAMESPACE
from meshwright.mesh.parts.hearing import waits
from meshwright.mesh.parts.refreshes import ONLY_REFRESHES, mesh_bus_arn
from meshwright.mesh.parts.service_role import fitting
from meshwright.mesh.place import Place, place_in
from meshwright.mesh.platform_roles import QUALITY, SPARK
from meshwright.mesh.statements import Allow

DELIVER_LOGS: Final = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)

RULESET_BUDGET: Final = 600
"""Characters for the ARNs of rulesets: the role has to read and write products with the same policy."""


def role_policy(mesh: Mesh, domain: Domain, *, key_arn: str) -> Iterator[Allow]:
    """What a pipeline may do besides reading and writing products, and querying in its workgroup."""
    place = place_in(mesh.region, account=domain.account)
    steps = [step for pipeline in domain.file.pipelines.values() for step in pipeline.steps.values()]
    yield Allow(
        actions=DELIVER_LOGS,
        resources=["*"],
        why_wildcard="Step Functions sets up its log with them, and they have no resources: "
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
    )
    if any(step.spark is not None for step in steps) and SPARK in domain.roles:
        yield from _spark(place, domain.roles[SPARK].arn)
    if any(step.quality is not None for step in steps) and QUALITY in domain.roles:
        yield from _quality(mesh, domain, place)
    if waits(domain):
        queue = mesh.names.refresh_queue(domain.name, "", "").rpartition("_")[0]
        yield Allow(
            actions=["sqs:GetQueueAttributes"],
            resources=[place.arn("sqs", f"{queue}_*")],
            why_wildcard="The queues in which the domain keeps refreshes; their names end in digests.",
        )
    if any(pipeline.refreshes for pipeline in domain.file.pipelines.values()):
        yield Allow(actions=["events:PutEvents"], resources=[mesh_bus_arn(mesh)], conditions=ONLY_REFRESHES)
        yield Allow(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
            why_wildcard="The action has no resources; the condition limits it to metrics of the mesh.",
        )


def _spark(place: Place, role_arn: str) -> Iterator[Allow]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/emr-serverless-iam.html"""
    applications = f"arn:{place.partition}:emr-serverless:{place.region}:{place.account}:/applications/*"
    reason = "The domain's account has one application; EMR Serverless chooses its id."
    yield Allow(actions=["emr-serverless:StartJobRun"], resources=[applications], why_wildcard=reason)
    yield Allow(
        actions=["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"],
        resources=[f"{applications}/jobruns/*"],
        why_wildcard=reason,
    )
    yield _pass(role_arn, "emr-serverless.amazonaws.com")
    # A rule of Step Functions' own, by which it hears that a job is over.
    yield Allow(
        actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"],
        resources=[place.arn("events", "rule/StepFunctionsGetEventsForEMRServerlessJobRule")],
    )


def _quality(mesh: Mesh, domain: Domain, place: Place) -> Iterator[Allow]:
    """https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html"""
    tables = {
        step.quality
        for pipeline in domain.file.pipelines.values()
        for step in pipeline.steps.values()
        if step.quality is not None
    }
    rulesets = [
        mesh.names.ruleset(domain.name, *reference.partition(".")[::2]) for reference in sorted(tables)
    ]
    yield fitting(
        actions=[
            "glue:GetDataQualityResult",
            "glue:GetDataQualityRulesetEvaluationRun",
            "glue:StartDataQualityRulesetEvaluationRun",
        ],
        resources=[place.arn("glue", f"dataQualityRuleset/{name}") for name in rulesets],
        pattern=place.arn("glue", f"dataQualityRuleset/{mesh.names.ruleset_prefix(domain.name)}*"),
        why="All rulesets of the domain: the names are too many for a policy.",
        budget=RULESET_BUDGET,
    )
    yield _pass(domain.roles[QUALITY].arn, "glue.amazonaws.com")


def _pass(role_arn: str, service: str) -> Allow:
    return Allow(
        actions=["iam:PassRole"],
        resources=[role_arn],
        conditions={"StringEquals": {"iam:PassedToService": service}},
    )
