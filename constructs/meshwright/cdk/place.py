"""Where a construct is: its account, Region and partition, as literals where they are known."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import IConstruct

from meshwright.mesh.names import partition_of
from meshwright.mesh.place import Place


def place_of(scope: IConstruct, env: cdk.Environment | None) -> Place:
    """The place `env` names; what it leaves out comes from the stack.

    Asking the stack costs a call into the jsii kernel for each value.
    """
    account, region = (env.account, env.region) if env is not None else (None, None)
    if account is None or region is None:
        stack = cdk.Stack.of(scope)
        account, region = account or stack.account, region or stack.region
    unresolved = region.startswith("${Token")
    return Place(
        account=account, region=region, partition=cdk.Aws.PARTITION if unresolved else partition_of(region)
    )


Tags = Mapping[str, str]


def cfn_tags(tags: Tags | None) -> list[dict[str, Any]] | None:
    """Tags as CloudFormation has them, by key so that their order never is a change."""
    return [{"key": key, "value": value} for key, value in sorted(tags.items())] if tags else None
