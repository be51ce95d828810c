"""A whole mesh in an app of your own: its files, its stacks, and something of yours in one of them."""

# Before aws_cdk: meshwright brings the Node.js that it runs on.
from meshwright.cdk import MeshStacks, build

# isort: split
from datetime import date
from pathlib import Path

import aws_cdk as cdk

from meshwright.project import load_mesh


def add_mesh(app: cdk.App, root: Path) -> MeshStacks:
    mesh = load_mesh(root, environment="dev", today=date(2026, 11, 24))
    stacks = build(app, mesh, domains=["orders"])
    bucket = stacks.foundations["orders"].resource("Storage/Raw")
    cdk.CfnOutput(stacks.foundations["orders"], "RawBucket", value=bucket.ref)
    return stacks


if __name__ == "__main__":
    app = cdk.App()
    add_mesh(app, Path(__file__).parent.parent)
    app.synth()
