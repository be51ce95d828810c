"""The construct `Pipeline`, beside its example."""

import aws_cdk as cdk
import pytest

from meshwright.cdk import Engines, Pipeline
from meshwright.config.pipeline_file import Pipeline as PipelineSpec
from tests.cdk.synthesis import readable, synthesize

STEPS = {"description": "Waits.", "steps": {"wait": {"wait_for": "orders.sales", "within": "2h"}}}


def add(app: cdk.App, spec: dict[str, object], starter_arn: str | None = None, name: str = "p") -> None:
    stack = cdk.Stack(app, "stack", env=cdk.Environment(account="222222222222", region="eu-west-1"))
    queue = cdk.CfnResource(stack, "Queue", type="AWS::SQS::Queue")
    Pipeline(
        stack,
        "P",
        name=name,
        pipeline=PipelineSpec.model_validate(spec),
        engines=Engines(partition="aws", queues={("orders.sales", "2h"): queue.ref}),
        role_arn="arn:aws:iam::222222222222:role/p",
        starter_arn=starter_arn,
    )


def test_what_the_stack_resolves_is_put_in_by_cloudformation() -> None:
    resources = readable(synthesize(lambda app: add(app, STEPS)), "stack")["Resources"]
    assert sorted(resources) == ["P/Parts/machine", "P/Parts/pipelines-logs", "Queue"]
    machine = resources["P/Parts/machine"]["Properties"]
    assert machine["DefinitionSubstitutions"] == {"Queue0": {"Ref": "Queue"}}
    assert '"QueueUrl":"${Queue0}"' in machine["DefinitionString"]


@pytest.mark.parametrize(
    ("schedule", "starter"), [("rate(1 day)", None), (None, "arn:aws:iam::222222222222:role/s")]
)
def test_a_schedule_and_the_role_that_it_starts_with_come_together(
    schedule: str | None, starter: str | None
) -> None:
    spec = {**STEPS, "schedule": schedule} if schedule else STEPS
    with pytest.raises(ValueError, match="needs a starter_arn"):
        add(cdk.App(), spec, starter)


def test_what_the_definition_needs_is_known() -> None:
    """A reference in its text would never be resolved."""
    with pytest.raises(ValueError, match="P: name and engines must be known when this is synthesized"):
        add(cdk.App(), {**STEPS, "steps": {"run": {"spark": "run.py"}}}, name=f"p-{cdk.Aws.REGION}")
