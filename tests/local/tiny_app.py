"""A CDK app of two stacks in two accounts, as small as can be; run by the cdk CLI in `test_cdk_cli.py`.

The context `depth` sets a property, `broken` adds a queue whose name the API refuses.
"""

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam, aws_lambda, aws_s3, aws_sqs


class Tiny(cdk.Stack):
    """A retained bucket, a queue, and a custom resource whose function is an asset."""

    def __init__(self, scope: cdk.App, name: str, *, account: str, needs: "Tiny | None" = None) -> None:
        super().__init__(scope, name, env=cdk.Environment(account=account, region="eu-west-1"))
        aws_s3.Bucket(
            self,
            "Data",
            bucket_name=f"tiny-{account}",
            versioned=True,
            enforce_ssl=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        depth = self.node.try_get_context("depth") or "1"
        queue = aws_sqs.CfnQueue(self, "Queue", queue_name="tiny", delay_seconds=int(depth))
        role = aws_iam.Role(
            self, "Role", role_name="tiny", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com")
        )
        function = aws_lambda.Function(
            self,
            "Function",
            function_name="tiny",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
            handler="answer.handler",
            role=role.without_policy_updates(),
            code=aws_lambda.Code.from_asset(os.fspath(Path(__file__).parent / "tiny_asset")),
        )
        thing = cdk.CustomResource(
            self,
            "Thing",
            resource_type="Custom::Thing",
            service_token=f"arn:aws:lambda:eu-west-1:{account}:function:tiny",
            properties={"Depth": depth},
        )
        thing.node.add_dependency(function, queue)
        if self.node.try_get_context("broken"):
            aws_sqs.CfnQueue(self, "Broken", queue_name="x" * 90).node.add_dependency(thing)
        cdk.CfnOutput(self, "Depth", value=thing.get_att_string("Depth"))
        if needs:
            self.add_stack_dependency(needs)


app = cdk.App()
first = Tiny(app, "first", account="700000000001")
Tiny(app, "second", account="700000000002", needs=first)
app.synth()
