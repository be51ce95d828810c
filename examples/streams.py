"""Two streams, one on demand and one with two shards, in a stack that names no account."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import DomainStreams

# isort: split
import aws_cdk as cdk

from meshwright.config.domain_file import Stream


class StreamsStack(cdk.Stack):
    def __init__(self, scope: cdk.App, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.streams = DomainStreams(
            self,
            "Streams",
            streams={
                "shop-clicks": Stream(description="One record per click."),
                "shop-orders": Stream(description="One record per order.", shards=2, retention_hours=168),
            },
            key_id="alias/shop",
            tags={"owner": "shop"},
        )
        cdk.CfnOutput(self, "Clicks", value=self.streams.streams["shop-clicks"].attr_arn)


if __name__ == "__main__":
    app = cdk.App()
    StreamsStack(app, "streams")
    app.synth()
