"""A pipeline: steps in an order, as a state machine with its log and its schedule."""

import aws_cdk as cdk
from constructs import Construct

from meshwright.cdk.declared import UNRESOLVED, add_declared
from meshwright.cdk.place import Tags
from meshwright.config.pipeline_file import Pipeline as PipelineSpec
from meshwright.mesh.declared import Attribute, Declared
from meshwright.mesh.parts.pipeline_machine import LOGS, machine_properties
from meshwright.mesh.parts.pipelines import KEPT_DAYS, schedule_properties
from meshwright.mesh.parts.state_machine import ACCEPTED
from meshwright.mesh.parts.step_states import Engines

__all__ = ["Engines", "Pipeline"]


class Pipeline(Construct):
    """What a domain file has under `pipelines`, alone: `pipeline` is as there.

    Its `refreshes` and `triggered_by` are about a mesh, and do nothing here. `role_arn` is the role that the
    steps are run with; `starter_arn`, for a pipeline with a schedule, the one that this starts it with.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        pipeline: PipelineSpec,
        engines: Engines,
        role_arn: str,
        starter_arn: str | None = None,
        tags: Tags | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if (pipeline.schedule is None) != (starter_arn is None):
            raise ValueError(f"{name}: a pipeline with a schedule, and only that, needs a starter_arn.")
        machine = machine_properties(
            pipeline, name=name, engines=engines, log_group_arn=Attribute(LOGS, "Arn")
        )
        if UNRESOLVED.removeprefix("$") in machine["DefinitionString"]:
            raise ValueError(
                f"{construct_id}: name and engines must be known when this is synthesized, but for the id of "
                "the Spark application and the URLs of queues: give names instead of references."
            )
        log_group = f"/aws/vendedlogs/states/{name}"
        parts = [
            Declared(
                key=LOGS,
                type="AWS::Logs::LogGroup",
                name=log_group,
                properties={"LogGroupName": log_group, "RetentionInDays": KEPT_DAYS},
            ),
            Declared(
                key="machine",
                type="AWS::StepFunctions::StateMachine",
                name=name,
                properties={
                    "StateMachineName": name,
                    "RoleArn": role_arn,
                    **machine,
                },
                accepted=ACCEPTED,
            ),
        ]
        if pipeline.schedule is not None:
            started = schedule_properties(
                pipeline, name=name, machine_arn=Attribute("machine", "Arn"), role_arn=starter_arn
            )
            parts.append(
                Declared(
                    key="schedule", type="AWS::Scheduler::Schedule", name=name, properties=started, tags=""
                )
            )
        added = add_declared(self, parts, tags=tags)
        self.machine: cdk.CfnResource = added.get_resource("machine")
        self.log_group: cdk.CfnResource = added.get_resource(LOGS)
        self.schedule: cdk.CfnResource | None = (
            added.get_resource("schedule") if pipeline.schedule is not None else None
        )
