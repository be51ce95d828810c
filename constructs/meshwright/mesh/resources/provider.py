"""The Lambda function that applies Lake Formation state in one account, its role and its log."""

from typing import Any, Final

from meshwright.mesh.declared import Declared
from meshwright.mesh.place import Place
from meshwright.mesh.policies import PROVIDER_POLICY, provider_role_policy, provider_role_trust
from meshwright.mesh.resources.roles import role

HANDLER: Final = "provider.handler.handler"
RUNTIME: Final = "python3.13"
WHY_RUNTIME: Final = "Not the newest one, but one that every Region has, and supported until 2029."
TIMEOUT_SECONDS: Final = 900
MEMORY_MB: Final = 512
FUNCTION: Final = "Function"
"""Key of the function, which has the others before it."""
_DESCRIPTION = "Applies Lake Formation settings and grants for CloudFormation."


def provider(
    place: Place,
    *,
    name: str,
    governance_account: str,
    code: tuple[str, str],
    log_days: int = 90,
    boundary_arn: str | None = None,
) -> list[Declared]:
    """`name` names both function and role; `code` is a bucket and the key of an object there."""
    group = f"/aws/lambda/{name}"
    properties: dict[str, Any] = {
        "FunctionName": name,
        "Description": _DESCRIPTION,
        "Runtime": RUNTIME,
        "Architectures": ["arm64"],
        "Handler": HANDLER,
        "Code": {"S3Bucket": code[0], "S3Key": code[1]},
        "Role": place.iam(f"role/{name}"),
        "Timeout": TIMEOUT_SECONDS,
        "MemorySize": MEMORY_MB,
    }
    return [
        Declared(
            key="Logs",
            type="AWS::Logs::LogGroup",
            name=group,
            properties={"LogGroupName": group, "RetentionInDays": log_days},
        ),
        role(
            "Role",
            name=name,
            description=_DESCRIPTION,
            trust=provider_role_trust(),
            policy=PROVIDER_POLICY,
            allows=list(provider_role_policy(place, name, governance_account)),
            boundary_arn=boundary_arn,
        ),
        Declared(
            key=FUNCTION,
            type="AWS::Lambda::Function",
            name=name,
            properties=properties,
            after=("Role", "Logs"),
            accepted={"AwsSolutions-L1": WHY_RUNTIME},
        ),
    ]
