"""When S3 takes a policy for public.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from typing import Final

from meshwright.access.iam import Policy, Statement
from meshwright.access.principals import PrincipalKind, principal_of

FIXING: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:viaawsservice",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Condition keys of which a fixed value makes a statement to everybody one that is not public."""
EVERYWHERE: Final = ("0.0.0.0/0", "::/0")


def is_public(policy: Policy) -> bool:
    """Whether some statement lets in everybody, and no condition on fixed values says who that is."""
    return any(_lets_in_everybody(each) for each in policy.statements if each.allow)


def _lets_in_everybody(statement: Statement) -> bool:
    everybody = bool(statement.not_principals) or any(
        principal_of(each).kind is PrincipalKind.ANYBODY for each in statement.principals
    )
    return everybody and not any(
        key.lower() in FIXING
        and "Not" not in operator
        and not operator.endswith("IfExists")
        and all("*" not in value and "?" not in value and value not in EVERYWHERE for value in values)
        for operator, key, values in statement.conditions
    )
