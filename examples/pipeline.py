"""A pipeline of three steps: a Spark job, then a statement and a second job side by side, every night."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import Engines, Pipeline

# isort: split
import aws_cdk as cdk

from meshwright.config.pipeline_file import Pipeline as PipelineSpec

ACCOUNT = "222222222222"
NIGHTLY = PipelineSpec.model_validate(
    {
        "description": "Loads yesterday's orders and makes two reports of them.",
        "schedule": "cron(0 3 * * ? *)",
        "timezone": "Europe/Berlin",
        "steps": {
            "load": {"spark": "scripts/load.py", "arguments": ["--days", "1"], "timeout": "2h"},
            "totals": {
                "sql": "INSERT INTO shop.totals SELECT day, sum(total) FROM shop.orders GROUP BY day",
                "after": ["load"],
            },
            "forecast": {"spark": "scripts/forecast.py", "after": ["load"]},
        },
        "timeout": "5h",
    }
)


class PipelineStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        self.pipeline = Pipeline(
            self,
            "Nightly",
            name="shop-nightly",
            pipeline=NIGHTLY,
            engines=Engines(
                partition="aws",
                scripts_bucket=f"shop-raw-{ACCOUNT}",
                spark_application="00fabcdefghijk01",
                spark_role_arn=f"arn:aws:iam::{ACCOUNT}:role/shop-spark",
                workgroup="shop",
            ),
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/shop-pipelines",
            starter_arn=f"arn:aws:iam::{ACCOUNT}:role/shop-scheduler",
            tags={"owner": "shop"},
        )
        cdk.CfnOutput(self, "StateMachine", value=self.pipeline.machine.ref)


if __name__ == "__main__":
    app = cdk.App()
    PipelineStack(app, "pipeline", env=cdk.Environment(account=ACCOUNT, region="eu-west-1"))
    app.synth()
